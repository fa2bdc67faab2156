// The promises about reservations and leases, held against the tables with statements of this file's own: no code is shared with what is
// checked.
#include <nlohmann/json.hpp>
#include <set>

#include "hub/reservations/reservation.h"
#include "hub/fleet/agent.h"
#include "tests/sim/chain_world.h"

namespace tillsync::sim {
namespace {

using nlohmann::json;
using sql::Row;

constexpr std::int64_t kMilli = 1'000;
constexpr Duration kExpiryPatience = seconds(2);

constexpr std::string_view kOnHand =
    "(SELECT coalesce(sum(b.on_hand_milli), 0) FROM stock_balance b WHERE b.location = s.location AND b.sku = s.sku AND b.state = 'sellable' AND b.owner = '')";
constexpr std::string_view kReserved = "(SELECT coalesce(sum(p.open_milli), 0) FROM reservation_part p WHERE p.position_no = s.position_no AND p.open_milli <> 0)";
constexpr std::string_view kLeased = "(SELECT coalesce(sum(l.open_milli), 0) FROM lease l WHERE l.position_no = s.position_no AND l.state IN ('open', 'ending', 'frozen'))";

/// Each finds nothing while the sum rules hold.
const std::pair<const char*, std::string> kSumRules[] = {
    {"reserved sums", "SELECT s.location || '/' || s.sku FROM stock_position s WHERE s.reserved_milli <> " + std::string(kReserved)},
    {"leased sums", "SELECT s.location || '/' || s.sku FROM stock_position s WHERE s.leased_milli <> " + std::string(kLeased)},
    {"parts", "SELECT p.part_no FROM reservation_part p WHERE p.open_milli < 0 OR p.open_milli > p.qty_milli OR p.position_no <> 0 AND p.open_milli <> p.qty_milli +"
              " (SELECT coalesce(sum(e.change_milli), 0) FROM reservation_entry e WHERE e.part_no = p.part_no)"},
    {"what has ended holds nothing", "SELECT r.reservation_id FROM reservation_part p JOIN reservation r ON r.reservation_no = p.part_no / 8192"
                                     " WHERE p.open_milli <> 0 AND r.state NOT IN ('held', 'confirmed', 'picked', 'ready')"},
    {"leases", "SELECT l.lease_id FROM lease l WHERE l.open_milli < 0 OR l.open_milli <> (SELECT coalesce(sum(t.change_milli), 0) FROM lease_step t WHERE t.lease_no = l.lease_no)"},
    {"leased units come back only by a close", "SELECT t.step_no FROM lease_step t WHERE t.change_milli < 0 AND t.verb NOT IN ('promise', 'close', 'force')"},
    {"a frozen lease waits for a person", "SELECT t.step_no FROM lease_step t JOIN lease_step b ON b.step_no = t.previous_step_no WHERE b.state = 'frozen'"
                                          " AND t.verb NOT IN ('promise', 'force') AND t.state <> 'frozen'"},
    {"rulings spare the pick-up shelf", "SELECT s.step_no FROM reservation_step s JOIN reservation_step b ON b.step_no = s.previous_step_no"
                                        " WHERE s.who = 'hub' AND s.verb IN ('break', 'shrink', 'move', 'expire') AND b.state IN ('picked', 'ready')"},
};

}  // namespace

std::vector<std::string> ChainWorld::texts_at_hub(std::string_view statement, std::initializer_list<sql::Param> params) {
  std::vector<std::string> found;
  const auto read = hub_.reads().query(statement, params, [&found](const Row& row) { found.emplace_back(row.text(0)); });
  if (!read) fail("database", to_string(read.error()));
  return found;
}

/// After a commit of the hub. at_rest: everything; else what is new, and now and then the rest.
void ChainWorld::check_reservations(bool at_rest) {
  if (plan_.holds == 0 && plan_.leases == 0) return;
  check_grants();
  if (!at_rest && !one_in(8)) return;
  for (const auto& [name, statement] : kSumRules) {
    const auto found = texts_at_hub(statement, {});
    if (!found.empty()) fail(std::string("sums: ") + name, std::to_string(found.size()) + " breaches, the first: " + found[0]);
  }
  check_expiry();
}

/// Whatever was granted since the last look was there to be granted.
void ChainWorld::check_grants() {
  if (plan_.holds == 0 && plan_.leases == 0) return;
  const auto newest = [this](std::string_view table) {
    std::int64_t no = 0;
    const auto read = hub_.reads().query("SELECT coalesce(max(step_no), 0) FROM " + std::string(table), {}, [&no](const Row& row) { no = row.integer(0); });
    if (!read) fail("database", to_string(read.error()));
    return no;
  };
  const std::int64_t reservations = newest("reservation_step"), leases = newest("lease_step");
  static const std::string kOversold =
      "SELECT DISTINCT s.location || '/' || s.sku || ' had ' || " + std::string(kOnHand) + " || ' on hand, ' || s.reserved_milli || ' reserved, ' || s.leased_milli || ' leased'"
      " FROM stock_position s WHERE s.position_no IN"
      " (SELECT p.position_no FROM reservation_step t JOIN reservation_part p ON p.part_no / 8192 = t.reservation_no WHERE t.verb = 'hold' AND t.step_no > $1"
      " UNION SELECT l.position_no FROM lease_step t JOIN lease l ON l.lease_no = t.lease_no WHERE t.verb = 'grant' AND t.step_no > $2)"
      " AND " + std::string(kOnHand) + " < " + std::string(kReserved) + " + " + std::string(kLeased);
  const auto found = texts_at_hub(kOversold, {seen_reservation_step_, seen_lease_step_});
  if (!found.empty() && seen_reservation_step_ != kNotSeen) fail("no oversell at grant", found[0]);
  seen_reservation_step_ = reservations;
  seen_lease_step_ = leases;
}

/// Not before its time, and not long after it while the hub runs.
void ChainWorld::check_expiry() {
  for (const Hold& hold : shoppers_.holds()) {
    if (!hold.is_granted || hold.promised_here || hub_restored_) continue;
    const auto at = texts_at_hub(
        "SELECT CASE WHEN e.at < h.at + $2 THEN 'early' ELSE '' END FROM reservation r JOIN reservation_step e ON e.step_no = r.last_step_no"
        " JOIN reservation_step h ON h.step_no = e.previous_step_no WHERE r.reservation_id = $1 AND e.verb = 'expire' AND h.verb = 'hold'",
        {std::string_view(hold.reservation_id), seconds(hold.ttl_s).micros});
    if (!at.empty() && at[0] == "early") fail("expiry", hold.reservation_id + " ended before its time");
    const bool is_over = hold.granted_us + seconds(hold.ttl_s).micros + kExpiryPatience.micros < now_.micros;
    if (!is_over || hold.steps.size() > 0 || !mended_ || now_ - mended_at_ < kExpiryPatience) continue;
    const auto state = texts_at_hub("SELECT state FROM reservation WHERE reservation_id = $1", {std::string_view(hold.reservation_id)});
    if (!state.empty() && state[0] == "held") fail("expiry", hold.reservation_id + " is held beyond its time");
  }
}

/// What customers were told is so.
void ChainWorld::check_holds_at_rest() {
  const bool is_lost = hub_restored_ || agent_restored_ || cloned_;
  const auto count = [this](std::string_view statement) { return static_cast<std::uint64_t>(std::stoll(texts_at_hub(statement, {})[0])); };
  statistics_.held = count("SELECT count(*) FROM reservation_step WHERE verb = 'hold'");
  statistics_.promises = count("SELECT count(*) FROM reservation_step WHERE verb = 'promise'");
  statistics_.broken = count("SELECT count(*) FROM reservation_step WHERE verb IN ('break', 'shrink', 'move') AND who = 'hub'");
  statistics_.leases_closed = count("SELECT count(*) FROM lease_step WHERE verb = 'close'");
  for (const Hold& hold : shoppers_.holds()) {
    const std::string key = key_of(hold);
    const auto at_hub = texts_at_hub("SELECT reservation_id FROM reservation WHERE state <> 'refused' AND instr(CAST(request AS TEXT), $1) > 0", {std::string_view(key)});
    std::set<std::string> mine;
    for (const std::string& id : at_hub) {
      // "hold-1" stands in "hold-12" as well.
      if (id == hub::reservation_id_of(hold.store == kWeb ? "web" : "agent:" + hub::agent_id_of("key-of-" + std::to_string(hold.store)).value, key)) mine.insert(id);
    }
    if (hold.is_granted && !hold.promised_here && mine.empty() && !hub_restored_) fail("no reservation lost", key + " was granted and is not at the hub");
    if (hold.promised_here && !mine.empty() && !is_lost) fail("one key, one hold", key + " was promised by its store and granted by the hub");
    if (!hold.promised_here || hold.may_be_missing || is_damaged()) continue;
    const auto promised = texts_at_hub("SELECT coalesce(sum(p.qty_milli), 0) FROM reservation r JOIN reservation_part p ON p.part_no / 8192 = r.reservation_no WHERE r.reservation_id = $1",
                                       {std::string_view(hold.reservation_id)});
    std::int64_t wanted = 0;
    for (const DocLine& line : hold.lines) wanted += line.qty * kMilli;
    if (promised.empty() || std::stoll(promised[0]) != wanted)
      fail("no promise lost", key + " was promised by store PC " + std::to_string(hold.machine) + " as " + hold.reservation_id + ", the hub has " + (promised.empty() ? "nothing" : promised[0]));
  }
  check_fetched(is_lost);
  check_shortages();
  check_leases_at_rest(is_lost);
  const auto open = texts_at_hub(
      "SELECT l.lease_id FROM lease l WHERE l.state IN ('open', 'ending') AND l.epoch <> zeroblob(16) AND l.epoch <>"
      " (SELECT e.epoch FROM agent_epoch e WHERE e.agent_id = l.agent_id ORDER BY e.epoch_no DESC LIMIT 1)",
      {});
  if (!open.empty()) fail("a new epoch freezes", open[0] + " is open, although its agent has begun a new history");
}

/// What was fetched is handed over, where nothing else has ended the reservation.
void ChainWorld::check_fetched(bool is_lost) {
  if (is_lost) return;
  for (const Doc& doc : docs_) {
    if (doc.reservation_id.empty() || !hub_has(doc) || doc.contents.size() > 1) continue;
    const auto open = texts_at_hub(
        "SELECT coalesce(sum(p.open_milli), 0) FROM reservation r JOIN reservation_part p ON p.part_no / 8192 = r.reservation_no WHERE r.reservation_id = $1"
        " AND r.state IN ('held', 'confirmed', 'picked', 'ready')",
        {std::string_view(doc.reservation_id)});
    if (!open.empty() && std::stoll(open[0]) != 0) fail("handed over", doc.reservation_id + " still holds what was sold");
  }
}

/// Where more is promised than is there, nothing that may be broken is left, and it is on the exceptions list.
void ChainWorld::check_shortages() {
  static const std::string kShort = "SELECT s.position_no || ' ' || s.location || '/' || s.sku FROM stock_position s WHERE (s.reserved_milli <> 0 OR s.leased_milli <> 0) AND " +
                                    std::string(kOnHand) + " < s.reserved_milli + s.leased_milli";
  for (const std::string& found : texts_at_hub(kShort, {})) {
    const std::string name = found.substr(found.find(' ') + 1);
    const auto breakable = texts_at_hub(
        "SELECT r.reservation_id FROM reservation_part p JOIN reservation r ON r.reservation_no = p.part_no / 8192 WHERE p.position_no = $1 AND p.open_milli <> 0"
        " AND r.state IN ('held', 'confirmed')",
        {static_cast<std::int64_t>(std::stoll(found))});
    if (!breakable.empty()) fail("rulings", name + " is short, and " + breakable[0] + " was not broken");
    const auto listed = texts_at_hub("SELECT exception_id FROM exception_case WHERE code = 'oversold' AND subject = $1 AND status = 'open'", {std::string_view(name)});
    if (listed.empty()) fail("rulings", name + " is short and nobody was told");
  }
}

/// What an agent may still promise is leased to it at the hub, with the same units used.
void ChainWorld::check_leases_at_rest(bool is_lost) {
  if (is_lost) return;
  for (const auto& agent : agents_) {
    if (agent->retired_ || !agent->is_running()) continue;
    const auto leases = agent->quota_->leases();
    if (!leases) continue;
    for (const agent::QuotaLease& lease : *leases) {
      if (lease.state != agent::QuotaState::kOpen) continue;
      const auto there = texts_at_hub("SELECT (qty_milli - used_milli) || ' ' || state FROM lease WHERE lease_id = $1", {std::string_view(lease.lease_id)});
      if (there.empty()) fail("leases agree", lease.lease_id + " is not known at the hub");
      // The hub may have ended it just now.
      if (std::stoll(there[0]) != lease.left_milli() || !(there[0].ends_with(" open") || there[0].ends_with(" ending")))
        fail("leases agree", lease.lease_id + " has " + std::to_string(lease.left_milli()) + " left at the store, the hub says " + there[0]);
    }
  }
}

}  // namespace tillsync::sim
