#include "hub/reservations/reservation_reader.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <nlohmann/json.hpp>

#include "hub/reservations/reservation_json.h"
#include "hub/reservations/reservation_loader.h"
#include "hub/reservations/reservation_rows.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;
using sql::Row;

constexpr std::string_view kSelectOffset = "SELECT wall_at - hold_at FROM reservation_clock";
constexpr std::string_view kSelectSteps =
    "WITH RECURSIVE chain (step_no) AS (SELECT last_step_no FROM reservation WHERE reservation_id = $1 UNION ALL"
    " SELECT s.previous_step_no FROM reservation_step s JOIN chain c ON s.step_no = c.step_no WHERE s.previous_step_no <> 0)"
    " SELECT s.at, s.verb, s.state, s.who, s.why FROM reservation_step s JOIN chain c ON s.step_no = c.step_no ORDER BY s.step_no";
constexpr std::string_view kSelectLeaseSteps =
    "WITH RECURSIVE chain (step_no) AS (SELECT last_step_no FROM lease WHERE lease_id = $1 UNION ALL"
    " SELECT s.previous_step_no FROM lease_step s JOIN chain c ON s.step_no = c.step_no WHERE s.previous_step_no <> 0)"
    " SELECT s.at, s.verb, s.state, s.who, s.why FROM lease_step s JOIN chain c ON s.step_no = c.step_no ORDER BY s.step_no";
constexpr std::string_view kSelectEvents =
    "SELECT s.step_no, r.reservation_id, r.channel, r.order_no, s.verb, s.state, s.who, s.why, s.at FROM reservation_step s"
    " JOIN reservation r ON r.reservation_no = s.reservation_no WHERE s.step_no > $1 AND ($2 = '' OR r.channel = $2) ORDER BY s.step_no LIMIT $3";
constexpr std::string_view kSelectLeases =
    "SELECT l.lease_id, l.lease_no FROM lease l JOIN stock_position s ON s.position_no = l.position_no WHERE ($1 = '' OR l.agent_id = $1)"
    " AND ($2 = '' OR s.location = $2) AND ($3 = '' OR s.sku = $3) AND ($4 = '' OR l.state = $4) AND l.lease_no < $5 ORDER BY l.lease_no DESC LIMIT $6";
constexpr std::string_view kSelectSafetyList = "SELECT location, sku, qty_milli FROM safety_stock ORDER BY location, sku LIMIT $1";
constexpr std::string_view kSelectSafetyOf =
    "SELECT qty_milli FROM safety_stock WHERE location IN ($1, '') AND sku IN ($2, '') ORDER BY sku = '', location = '' LIMIT 1";
constexpr std::string_view kSelectLocationsWith = "SELECT DISTINCT location FROM stock_balance WHERE sku = $1 ORDER BY location";
constexpr std::string_view kSelectSold =
    "WITH RECURSIVE chain (entry_no, n) AS (SELECT last_entry_no, 1 FROM stock_balance WHERE location = $1 AND sku = $2 AND state = 'sellable' AND owner = ''"
    " AND lot = '' UNION ALL SELECT e.previous_entry_no, c.n + 1 FROM stock_entry e JOIN chain c ON e.entry_no = c.entry_no"
    " WHERE e.previous_entry_no <> 0 AND c.n < $3 AND e.latest_at >= $4)"
    " SELECT e.movement, e.change_milli, e.occurred_at FROM stock_entry e JOIN chain c ON e.entry_no = c.entry_no";

constexpr std::string_view kVerifyPositions =
    "SELECT s.location, s.sku, s.reserved_milli,"
    " (SELECT coalesce(sum(p.open_milli), 0) FROM reservation_part p WHERE p.position_no = s.position_no AND p.open_milli <> 0) AS reserved, s.leased_milli,"
    " (SELECT coalesce(sum(l.open_milli), 0) FROM lease l WHERE l.position_no = s.position_no AND l.state IN ('open', 'ending', 'frozen')) AS leased"
    " FROM stock_position s WHERE s.reserved_milli <> reserved OR s.leased_milli <> leased";
constexpr std::string_view kVerifyParts =
    "SELECT s.location, s.sku, r.reservation_id, p.open_milli, p.qty_milli + (SELECT coalesce(sum(e.change_milli), 0) FROM reservation_entry e"
    " WHERE e.part_no = p.part_no) AS records FROM reservation_part p JOIN stock_position s ON s.position_no = p.position_no"
    " JOIN reservation r ON r.reservation_no = p.part_no / 8192 WHERE p.open_milli <> records";
constexpr std::string_view kVerifyLeases =
    "SELECT s.location, s.sku, l.lease_id, l.open_milli, t.total FROM lease l JOIN stock_position s ON s.position_no = l.position_no"
    " JOIN (SELECT lease_no, sum(change_milli) AS total FROM lease_step GROUP BY lease_no) t ON t.lease_no = l.lease_no WHERE l.open_milli <> t.total";

json steps_json(const std::vector<json>& steps) {
  json list = json::array();
  for (const json& step : steps) list.push_back(step);
  return list;
}

/// The conditions of a filter with their params; the filter outlives it.
class Query {
 public:
  explicit Query(const ReservationFilter& filter) {
    if (!filter.order_no.empty()) add("order_no <> '' AND order_no = ", std::string_view(filter.order_no));
    if (!filter.location.empty() && !filter.sku.empty()) {
      const std::string location = place(filter.location.view()), sku = place(filter.sku.view());
      add_condition("reservation_no IN (SELECT p.part_no / 8192 FROM reservation_part p JOIN stock_position s ON s.position_no = p.position_no WHERE s.location = " + location +
                    " AND s.sku = " + sku + " AND p.open_milli <> 0)");
    }
    // The words stand there so that the partial index can be used.
    static constexpr std::string_view kIndexed[] = {"held", "confirmed", "picked", "ready", "broken"};
    if (std::ranges::find(kIndexed, filter.state) != std::end(kIndexed)) add_condition("state IN ('held', 'confirmed', 'picked', 'ready', 'broken')");
    if (!filter.state.empty()) add("state = ", std::string_view(filter.state));
    if (!filter.channel.empty()) add("channel = ", std::string_view(filter.channel));
    if (!filter.text.empty()) {
      const std::string text = place(std::string_view(filter.text));
      add_condition("(reservation_id = " + text + " OR (order_no <> '' AND order_no = " + text + "))");
    }
  }
  void add(const std::string& before, sql::Param param) { add_condition(before + place(param)); }
  std::string place(sql::Param param) {
    params_.push_back(param);
    return "$" + std::to_string(params_.size());
  }
  const std::string& where() const { return where_; }
  const std::vector<sql::Param>& params() const { return params_; }

 private:
  void add_condition(const std::string& condition) { where_ += (where_.empty() ? " WHERE " : " AND ") + condition; }
  std::string where_;
  std::vector<sql::Param> params_;
};

std::unexpected<Error> unknown(std::string_view what, std::string_view id) {
  return fail(ErrorCode::kNotFound, "show " + std::string(what), "there is no " + std::string(what) + " " + std::string(id));
}

}  // namespace

Result<Duration> ReservationReader::wall_offset() {
  Duration offset;
  TS_RETURN_IF_ERROR(connection_.query(kSelectOffset, {}, [&offset](const Row& row) { offset = Duration{row.integer(0)}; }));
  return offset;
}

Result<std::string> ReservationReader::show(std::string_view id) {
  std::deque<Position> positions;
  const auto position_of = [&positions](const PositionKey& key) -> Result<Position*> {
    positions.emplace_back().key = key;
    return &positions.back();
  };
  TS_ASSIGN_OR_RETURN(const auto found, read_reservation(connection_, id, position_of));
  if (!found || found->state == ReservationState::kRefused) return unknown("reservation", id);
  TS_ASSIGN_OR_RETURN(const Duration offset, wall_offset());
  std::vector<json> steps;
  TS_RETURN_IF_ERROR(connection_.query(kSelectSteps, {id}, [&steps](const Row& row) {
    steps.push_back({{"at", format_instant(Instant{row.integer(0)})}, {"verb", row.text(1)}, {"state", row.text(2)}, {"who", row.text(3)}, {"why", row.text(4)}});
  }));
  std::string body = reservation_json(*found, offset);
  body.pop_back();
  return body + ",\"steps\":" + steps_json(steps).dump() + "}";
}

Result<ReservationPage> ReservationReader::list(const ReservationFilter& filter) {
  std::vector<std::pair<std::string, std::int64_t>> found;
  Query query(filter);
  if (filter.after) query.add(filter.is_oldest_first ? "reservation_no > " : "reservation_no < ", *filter.after);
  const std::string limit = query.place(static_cast<std::int64_t>(filter.limit));
  const std::string statement =
      "SELECT reservation_id, reservation_no FROM reservation" + query.where() + " ORDER BY reservation_no" + (filter.is_oldest_first ? "" : " DESC") + " LIMIT " + limit;
  TS_RETURN_IF_ERROR(connection_.query(statement, query.params(), [&found](const Row& row) { found.emplace_back(std::string(row.text(0)), row.integer(1)); }));
  TS_ASSIGN_OR_RETURN(const Duration offset, wall_offset());
  ReservationPage page;
  for (const auto& [id, no] : found) {
    std::deque<Position> positions;
    TS_ASSIGN_OR_RETURN(const auto reservation, read_reservation(connection_, id, [&positions](const PositionKey& key) -> Result<Position*> {
                          positions.emplace_back().key = key;
                          return &positions.back();
                        }));
    if (reservation) page.reservations.push_back(reservation_json(*reservation, offset));
  }
  if (found.size() == filter.limit) page.next = found.back().second;
  return page;
}

Result<std::int64_t> ReservationReader::count(const ReservationFilter& filter) {
  Query query(filter);
  const std::string limit = query.place(kReservationsCountedMax + 1);
  std::int64_t counted = 0;
  TS_RETURN_IF_ERROR(connection_.query("SELECT count(*) FROM (SELECT 1 FROM reservation" + query.where() + " LIMIT " + limit + ")", query.params(),
                                       [&counted](const Row& row) { counted = row.integer(0); }));
  return counted;
}

Result<std::vector<ReservationEvent>> ReservationReader::events(std::int64_t after, std::string_view channel, std::size_t limit) {
  std::vector<ReservationEvent> events;
  TS_RETURN_IF_ERROR(connection_.query(kSelectEvents, {after, channel, static_cast<std::int64_t>(limit)}, [&events](const Row& row) {
    events.push_back({row.integer(0), std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3)), std::string(row.text(4)),
                      std::string(row.text(5)), std::string(row.text(6)), std::string(row.text(7)), Instant{row.integer(8)}});
  }));
  return events;
}

Result<std::string> ReservationReader::show_lease(std::string_view id) {
  Position position;
  TS_ASSIGN_OR_RETURN(const auto found, read_lease(connection_, id, [&position](const PositionKey& key) -> Result<Position*> {
                        position.key = key;
                        return &position;
                      }));
  if (!found) return unknown("lease", id);
  TS_ASSIGN_OR_RETURN(const Duration offset, wall_offset());
  std::vector<json> steps;
  TS_RETURN_IF_ERROR(connection_.query(kSelectLeaseSteps, {id}, [&steps](const Row& row) {
    steps.push_back({{"at", format_instant(Instant{row.integer(0)})}, {"verb", row.text(1)}, {"state", row.text(2)}, {"who", row.text(3)}, {"why", row.text(4)}});
  }));
  std::string body = lease_json(*found, offset);
  body.pop_back();
  return body + ",\"steps\":" + steps_json(steps).dump() + "}";
}

Result<LeasePage> ReservationReader::leases(const LeaseFilter& filter) {
  std::vector<std::pair<std::string, std::int64_t>> found;
  TS_RETURN_IF_ERROR(connection_.query(
      kSelectLeases,
      {filter.agent_id.view(), filter.location.view(), filter.sku.view(), std::string_view(filter.state), filter.after.value_or(INT64_MAX),
       static_cast<std::int64_t>(filter.limit)},
      [&found](const Row& row) { found.emplace_back(std::string(row.text(0)), row.integer(1)); }));
  TS_ASSIGN_OR_RETURN(const Duration offset, wall_offset());
  LeasePage page;
  for (const auto& [id, no] : found) {
    Position position;
    TS_ASSIGN_OR_RETURN(const auto lease, read_lease(connection_, id, [&position](const PositionKey& key) -> Result<Position*> {
                          position.key = key;
                          return &position;
                        }));
    if (lease) page.leases.push_back(lease_json(*lease, offset));
  }
  if (found.size() == filter.limit) page.next = found.back().second;
  return page;
}

Result<std::vector<SafetyStock>> ReservationReader::safety_stock(std::size_t limit) {
  std::vector<SafetyStock> entries;
  TS_RETURN_IF_ERROR(connection_.query(kSelectSafetyList, {static_cast<std::int64_t>(limit)}, [&entries](const Row& row) {
    entries.push_back({LocationId(std::string(row.text(0))), Sku(std::string(row.text(1))), Quantity{row.integer(2)}});
  }));
  return entries;
}

Result<PositionFigures> ReservationReader::figures(const PositionKey& key) {
  Position position;
  position.key = key;
  TS_RETURN_IF_ERROR(read_position(connection_, position));
  TS_RETURN_IF_ERROR(connection_.query(kSelectSafetyOf, {key.location.view(), key.sku.view()}, [&position](const Row& row) { position.safety_milli = row.integer(0); }));
  return figures_of(position);
}

Result<std::vector<LocationId>> ReservationReader::locations_with(const Sku& sku) {
  std::vector<LocationId> locations;
  TS_RETURN_IF_ERROR(connection_.query(kSelectLocationsWith, {sku.view()}, [&locations](const Row& row) { locations.emplace_back(std::string(row.text(0))); }));
  return locations;
}

Result<BundleParts> ReservationReader::parts_of(const Sku& sku) {
  TS_ASSIGN_OR_RETURN(const ProductFacts facts, read_product_facts(connection_, sku));
  BundleParts made;
  made.needs_stock = facts.needs_stock;
  for (const PartNeed& need : facts.parts) made.parts.emplace_back(need.sku, need.per_unit_milli);
  return made;
}

Result<std::int64_t> ReservationReader::sold_per_day_milli(const PositionKey& key, Instant until) {
  const Instant from = until - seconds(kSellRateDays * 86'400);
  std::int64_t sold = 0;
  Instant first = until;
  TS_RETURN_IF_ERROR(connection_.query(kSelectSold, {key.location.view(), key.sku.view(), static_cast<std::int64_t>(kSellRateEntries), from.micros}, [&](const Row& row) {
    const Instant at{row.integer(2)};
    if (at < from || at > until) return;
    first = std::min(first, at);
    if (row.text(0) == "sale" || row.text(0) == "return") sold = minus(sold, row.integer(1));
  }));
  if (sold <= 0) return std::int64_t{0};
  // Over a day at the least: one sale of this minute is no rate.
  const std::int64_t span = std::max((until - first).micros, kDayMicros);
  return static_cast<std::int64_t>(static_cast<long double>(sold) * kDayMicros / static_cast<long double>(span));
}

Result<std::vector<SumDifference>> ReservationReader::verify() {
  std::vector<SumDifference> differences;
  TS_RETURN_IF_ERROR(connection_.query(kVerifyPositions, {}, [&differences](const Row& row) {
    const LocationId location(std::string(row.text(0)));
    const Sku sku(std::string(row.text(1)));
    if (row.integer(2) != row.integer(3)) differences.push_back({"reserved", location, sku, "", Quantity{row.integer(2)}, Quantity{row.integer(3)}});
    if (row.integer(4) != row.integer(5)) differences.push_back({"leased", location, sku, "", Quantity{row.integer(4)}, Quantity{row.integer(5)}});
  }));
  const auto keep = [&differences](const char* what) {
    return [&differences, what](const Row& row) {
      differences.push_back({what, LocationId(std::string(row.text(0))), Sku(std::string(row.text(1))), std::string(row.text(2)), Quantity{row.integer(3)},
                             Quantity{row.integer(4)}});
    };
  };
  TS_RETURN_IF_ERROR(connection_.query(kVerifyParts, {}, keep("part")));
  TS_RETURN_IF_ERROR(connection_.query(kVerifyLeases, {}, keep("lease")));
  return differences;
}

}  // namespace tillsync::hub
