// A hub with intake, ledger and reservations, its clocks in the test's hand, and short ways to ask and to look.
#pragma once

#include <nlohmann/json.hpp>

#include "hub/outbound/outbound_stage.h"
#include "hub/reservations/reservations_stage.h"
#include "tests/hub/ledger/ledger_fixture.h"

namespace tillsync::hub::test {

inline ReservationLine asked(std::string sku, std::int64_t units, std::vector<std::string> locations = {"GB"}) {
  ReservationLine line;
  line.sku = Sku(std::move(sku));
  line.qty = Quantity{units * 1'000};
  for (std::string& location : locations) line.locations.emplace_back(std::move(location));
  return line;
}

inline ReservationRequest request(std::string key, std::vector<ReservationLine> lines) {
  ReservationRequest made;
  made.idempotency_key = std::move(key);
  made.purpose = "web";
  made.lines = std::move(lines);
  for (std::size_t i = 0; i < made.lines.size(); ++i) made.lines[i].line_no = static_cast<std::int64_t>(i) + 1;
  return made;
}

inline StockRequest reserve(const ReservationRequest& wanted, std::string scope = "shop") {
  StockRequest made;
  made.scope = scope;
  made.who = std::move(scope);
  made.demand = ReserveStock{wanted, reservation_hash(wanted)};
  return made;
}
inline StockRequest reserve(std::string key, std::string sku, std::int64_t units, std::vector<std::string> locations = {"GB"}) {
  return reserve(request(std::move(key), {asked(std::move(sku), units, std::move(locations))}));
}
inline StockRequest demand(StockDemand wanted, std::string who = "shop") {
  StockRequest made;
  made.scope = who;
  made.who = std::move(who);
  made.demand = std::move(wanted);
  return made;
}
inline StockRequest step(std::string id, ReservationVerb verb) { return demand(StepReservation{std::move(id), verb, {}, {}, "by the test"}); }
inline StockRequest extend(std::string id, std::int64_t ttl_s) { return demand(StepReservation{std::move(id), ReservationVerb::kExtend, ttl_s, {}, ""}); }

class ReservationHub {
 public:
  explicit ReservationHub(ReservationPolicy policy = {}) : policy_(std::move(policy)) { start(database.connection()); }

  HubDatabase database;
  AgentFeed feed;
  AvailabilityCache book;
  Duration steady = seconds(1'000);
  Instant wall = kNow;
  std::vector<LeaseHolder> holders;  // of the next start
  std::optional<TestHub> hub;

  std::vector<std::string> outbound(const std::string& kind) { return database.texts("SELECT payload FROM outbound_item WHERE kind = '" + kind + "' ORDER BY item_no"); }

  /// Both clocks go on together.
  void pass(Duration time) {
    steady = steady + time;
    wall = wall + time;
  }
  /// What the writer does while nothing comes.
  void tick() {
    if (const auto ran = hub->core().run_due(wall); !ran) FAIL(to_string(ran.error()));
  }
  void restart() {
    hub.reset();
    start(database.crash());
  }

  std::vector<DocumentOutcome> take(AgentFeed& from, std::vector<IncomingDocument> documents) { return hub->commit(from.batch(std::move(documents)), wall); }
  std::vector<DocumentOutcome> take(std::vector<IncomingDocument> documents) { return take(feed, std::move(documents)); }
  std::vector<DocumentOutcome> take(const Document& document, const std::string& location = "GB") {
    return take(std::vector<IncomingDocument>{incoming(document, location)});
  }
  /// Puts units on hand.
  void stock(const std::string& sku, std::int64_t units, const std::string& location = "GB") {
    take(movement("o-" + std::to_string(++opened_), "receipt", {movement_line(sku, units)}), location);
  }
  /// A sale without a reservation.
  void sell(const std::string& sku, std::int64_t units, const std::string& reservation_id = {}, const std::string& location = "GB") {
    Document sold = sale("s-" + std::to_string(++sold_), {goods_line(sku, units, 100)});
    std::get<Sale>(sold.body).reservation_id = reservation_id;
    take(sold, location);
  }

  StockAnswer ask(StockRequest asked) { return ask(std::vector{std::move(asked)})[0]; }
  std::vector<StockAnswer> ask(std::vector<StockRequest> requests) { return hub->ask(std::move(requests), wall); }
  /// Asks, expects it to be granted, and gives the id.
  std::string hold(StockRequest asked) {
    const StockAnswer answer = ask(std::move(asked));
    INFO(answer.body);
    REQUIRE(answer.status == 201);
    return nlohmann::json::parse(answer.body).at("reservation_id").get<std::string>();
  }
  std::string state(const std::string& id) {
    const auto states = database.texts("SELECT state FROM reservation WHERE reservation_id = '" + id + "'");
    return states.empty() ? "" : states[0];
  }
  std::int64_t sum(const std::string& column, const std::string& sku, const std::string& location = "GB") {
    return database.number("SELECT coalesce(sum(" + column + "), 0) / 1000 FROM stock_position WHERE sku = '" + sku + "' AND location = '" + location + "'");
  }
  std::int64_t reserved(const std::string& sku, const std::string& location = "GB") { return sum("reserved_milli", sku, location); }
  std::int64_t leased(const std::string& sku, const std::string& location = "GB") { return sum("leased_milli", sku, location); }
  std::int64_t on_hand(const std::string& sku, const std::string& location = "GB") {
    return database.number("SELECT coalesce(sum(on_hand_milli), 0) / 1000 FROM stock_balance WHERE state = 'sellable' AND owner = '' AND sku = '" + sku +
                           "' AND location = '" + location + "'");
  }
  std::int64_t open(const std::string& code) {
    return database.number("SELECT count(*) FROM exception_case WHERE status = 'open' AND code = '" + code + "'");
  }
  std::vector<std::string> verbs(const std::string& id) {
    return database.texts("SELECT s.verb FROM reservation_step s JOIN reservation r ON r.reservation_no = s.reservation_no WHERE r.reservation_id = '" + id +
                          "' ORDER BY s.step_no");
  }
  void put_product(const Product& product) {
    Task task;
    task.name = "put product";
    task.apply = [product](sql::Connection& connection, Instant now) -> Result<void> {
      TS_RETURN_IF_ERROR(put_products(connection, {product}, "test", now));
      return {};
    };
    task.changes_masterdata = true;
    std::vector<Command> group;
    group.emplace_back(std::move(task));
    hub->core().run_group(std::move(group), wall);
  }
  /// Sums are what their records say, whatever has happened.
  void check_sums() {
    CHECK(database.number("SELECT count(*) FROM stock_position s WHERE reserved_milli <> (SELECT coalesce(sum(open_milli), 0) FROM reservation_part p"
                          " WHERE p.position_no = s.position_no)") == 0);
    CHECK(database.number("SELECT count(*) FROM reservation_part p WHERE position_no <> 0 AND open_milli <> qty_milli +"
                          " (SELECT coalesce(sum(change_milli), 0) FROM reservation_entry e WHERE e.part_no = p.part_no)") == 0);
    CHECK(database.number("SELECT count(*) FROM reservation_part WHERE open_milli < 0 OR open_milli > qty_milli") == 0);
    CHECK(database.number("SELECT count(*) FROM reservation_part p JOIN reservation r ON r.reservation_no = p.part_no / 8192"
                          " WHERE p.open_milli <> 0 AND r.state NOT IN ('held', 'confirmed', 'picked', 'ready')") == 0);
    CHECK(database.number("SELECT count(*) FROM stock_position s WHERE leased_milli <> (SELECT coalesce(sum(open_milli), 0) FROM lease l"
                          " WHERE l.position_no = s.position_no)") == 0);
    CHECK(database.number("SELECT count(*) FROM lease l WHERE open_milli <> (SELECT coalesce(sum(change_milli), 0) FROM lease_step t"
                          " WHERE t.lease_no = l.lease_no)") == 0);
  }

 private:
  void start(sql::Connection& connection) {
    std::vector<std::unique_ptr<Stage>> made;
    made.push_back(std::make_unique<IntakeStage>());
    made.push_back(std::make_unique<LedgerStage>());
    made.push_back(std::make_unique<ReservationsStage>(
        ReservationsOptions{policy_, [this] { return steady; }, [this] { return wall; }, &book, holders.empty() ? std::function<std::vector<LeaseHolder>()>() : [this] { return holders; }}));
    made.push_back(std::make_unique<OutboundStage>());
    made.push_back(std::make_unique<ExceptionsStage>());
    hub.emplace(connection, std::move(made));
  }

  ReservationPolicy policy_;
  int opened_ = 0, sold_ = 0;
};

}  // namespace tillsync::hub::test
