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
  CHECK(plan_movements(close, LocationId("GB"), {}, {}).changes.empty());
  CHECK(plan_movements(void_of("v", "1"), LocationId("GB"), {}, {}).changes.empty());
  CHECK(plan_movements(count("c", {movement_line("A", 1)}), LocationId("GB"), {}, {}).changes.empty());
  Document back = movement("r", "receipt", {movement_line("A", 1)});
  std::get<StockMovement>(back.body).reverses = DocumentRef{};
  CHECK(plan_movements(back, LocationId("GB"), {}, {}).changes.empty());
}

TEST_CASE("movement plan: owner and cost of a movement line are kept", "[ledger]") {
  MovementLine line = movement_line("A", 2);
  line.owner = "supplier";
  line.unit_cost = UnitPrice{1'500'000};
  const MovementPlan plan = plan_movements(movement("r", "receipt", {line}), LocationId("GB"), {}, {});
  REQUIRE(plan.changes.size() == 1);
  CHECK(plan.changes[0].key.owner == "supplier");
  CHECK(plan.changes[0].unit_cost_micro == 1'500'000);
  CHECK(plan.changes[0].line_no == 1);
}

TEST_CASE("movement plan: a quantity of nothing is no movement", "[ledger]") {
  CHECK(plan_movements(sale("1", {goods_line("A", 0, 100), goods_line("", 0, 100)}), LocationId("GB"), {}, {}).changes.empty());
  CHECK(plan_movements(sale("1", {goods_line("", 0, 100)}), LocationId("GB"), {}, {}).unknown_lines.empty());
  CHECK(plan_movements(sale("1", {goods_line("", 1, 100)}), LocationId("GB"), {}, {}).unknown_lines.size() == 1);
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

TEST_CASE("movement plan: a bundle moves its parts, both ways", "[ledger][bundles]") {
  const BundleMap bundles = {{"SET", {{Sku("CUP"), 1'000}, {Sku("TEA"), 2'500}}}};
  SaleLine line = goods_line("SET", 2, 100);
  line.lots = {lot("L1", 2)};
  const MovementPlan sold = plan_movements(sale("1", {line, goods_line("CUP", 1, 100)}), LocationId("GB"), {}, bundles);
  REQUIRE(sold.changes.size() == 3);
  CHECK(sold.changes[0].key.sku == Sku("CUP"));
  CHECK(sold.changes[0].change_milli == -2'000);
  CHECK(sold.changes[0].key.lot.empty());
  CHECK(sold.changes[1].key.sku == Sku("TEA"));
  CHECK(sold.changes[1].change_milli == -5'000);
  CHECK(sold.changes[2].change_milli == -1'000);
  const MovementPlan back = plan_movements(sale("2", {goods_line("SET", -1, 100)}), LocationId("GB"), {}, bundles);
  REQUIRE(back.changes.size() == 2);
  CHECK(back.changes[1].change_milli == 2'500);

  MovementLine received = movement_line("SET", 4);
  received.unit_cost = UnitPrice{1'500'000};
  const MovementPlan in = plan_movements(movement("r", "receipt", {received}), LocationId("GB"), {}, bundles);
  REQUIRE(in.changes.size() == 2);
  CHECK(in.changes[1].change_milli == 10'000);
  CHECK(in.changes[1].unit_cost_micro == 0);
}

TEST_CASE("movement plan: where the sale lists the parts of a bundle, they move once", "[ledger][bundles]") {
  const BundleMap bundles = {{"SET", {{Sku("CUP"), 1'000}, {Sku("TEA"), 2'000}}}};
  SaleLine set = goods_line("SET", 1, 100), cup = goods_line("CUP", 1, 0), tea = goods_line("TEA", 3, 0), bag = goods_line("BAG", 1, 0);
  set.line_no = 1;
  for (SaleLine* line : {&cup, &tea, &bag}) line->parent_line_no = 1;
  cup.line_no = 2;
  tea.line_no = 3;
  bag.line_no = 4;
  const MovementPlan listed = plan_movements(sale("1", {set, cup, tea}), LocationId("GB"), {}, bundles);
  REQUIRE(listed.changes.size() == 2);
  CHECK(listed.changes[0].key.sku == Sku("CUP"));
  CHECK(listed.changes[1].change_milli == -3'000);
  // A child that is none of its parts (a bag, a deposit) says nothing of them.
  CHECK(plan_movements(sale("2", {set, bag}), LocationId("GB"), {}, bundles).changes.size() == 3);
}
