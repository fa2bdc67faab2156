#include "hub/ledger/movement_plan.h"

#include <catch2/catch.hpp>

#include "tests/hub/ledger/ledger_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {
using Parts = std::vector<std::pair<std::string, std::int64_t>>;
}

TEST_CASE("movement plan: lots take their part and the rest stays without one", "[ledger]") {
  CHECK(split_by_lot(Quantity{10'000}, {lot("L1", 4), lot("L2", 3)}) == Parts{{"L1", 4'000}, {"L2", 3'000}, {"", 3'000}});
  CHECK(split_by_lot(Quantity{7'000}, {lot("L1", 4), lot("L2", 3)}) == Parts{{"L1", 4'000}, {"L2", 3'000}});
  CHECK(split_by_lot(Quantity{1'000}, {lot("L1", 4)}) == Parts{{"L1", 4'000}, {"", -3'000}});
  CHECK(split_by_lot(Quantity{5'000}, {lot("L1", 0)}) == Parts{{"L1", 5'000}});
}

TEST_CASE("movement plan: the sum over the lots is the line, also for absurd numbers", "[ledger]") {
  Lot absurd = lot("L1", 0);
  absurd.qty = Quantity{INT64_MIN};
  CHECK(split_by_lot(Quantity{INT64_MAX}, {absurd, lot("L2", 0)}) == Parts{{"L2", 0}, {"", INT64_MAX}});
}

TEST_CASE("movement plan: the time of a document is bounded by its receipt", "[ledger]") {
  IncomingDocument made = incoming(sale("1", {goods_line("A", 1, 100)}));
  made.agent_received_at = kMorning;
  CHECK(booked_at(kMorning + kAheadOfReceiptMax, made, kNow).at == kMorning + kAheadOfReceiptMax);
  const BookedAt beyond = booked_at(kMorning + kAheadOfReceiptMax + Duration{1}, made, kNow);
  CHECK(beyond.at == kMorning);
  CHECK(beyond.is_clamped);
  CHECK(booked_at(std::nullopt, made, kNow).at == kMorning);
  made.agent_received_at = {};
  CHECK(booked_at(std::nullopt, made, kNow).at == kNow);
}

TEST_CASE("movement plan: closes, events, voids, counts and reversals plan nothing", "[ledger]") {
  Document close{header("till-close/1", "z"), TillClose{}};
  CHECK(plan_movements(close, LocationId("GB"), {}).changes.empty());
  CHECK(plan_movements(void_of("v", "1"), LocationId("GB"), {}).changes.empty());
  CHECK(plan_movements(count("c", {movement_line("A", 1)}), LocationId("GB"), {}).changes.empty());
  Document back = movement("r", "receipt", {movement_line("A", 1)});
  std::get<StockMovement>(back.body).reverses = DocumentRef{};
  CHECK(plan_movements(back, LocationId("GB"), {}).changes.empty());
}

TEST_CASE("movement plan: owner and cost of a movement line are kept", "[ledger]") {
  MovementLine line = movement_line("A", 2);
  line.owner = "supplier";
  line.unit_cost = UnitPrice{1'500'000};
  const MovementPlan plan = plan_movements(movement("r", "receipt", {line}), LocationId("GB"), {});
  REQUIRE(plan.changes.size() == 1);
  CHECK(plan.changes[0].key.owner == "supplier");
  CHECK(plan.changes[0].unit_cost_micro == 1'500'000);
  CHECK(plan.changes[0].line_no == 1);
}

TEST_CASE("movement plan: a quantity of nothing is no movement", "[ledger]") {
  CHECK(plan_movements(sale("1", {goods_line("A", 0, 100), goods_line("", 0, 100)}), LocationId("GB"), {}).changes.empty());
  CHECK(plan_movements(sale("1", {goods_line("", 0, 100)}), LocationId("GB"), {}).unknown_lines.empty());
  CHECK(plan_movements(sale("1", {goods_line("", 1, 100)}), LocationId("GB"), {}).unknown_lines.size() == 1);
}

TEST_CASE("movement plan: a reference means the document's own place where it names none", "[ledger]") {
  const Document cancelling = void_of("v", "5", "");
  const auto identities = referenced_identities(std::get<Void>(cancelling.body).voids, cancelling, LocationId("GB"));
  REQUIRE(identities.size() == 2);
  CHECK(event_id_of(identities[0]) == incoming(sale("5", {goods_line("A", 1, 1)})).event_id);
  CHECK(event_id_of(identities[1]) == incoming(returned("5", {goods_line("A", 1, 1)})).event_id);
  const Document versioned = void_of("v", "5", "return/1");
  CHECK(referenced_identities(std::get<Void>(versioned.body).voids, versioned, LocationId("GB")) == std::vector<Identity>{identities[1]});
}
