#include "hub/ledger/ledger_stage.h"

#include <catch2/catch.hpp>

#include "tests/hub/ledger/ledger_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

TEST_CASE("ledger stage: sales take, returns bring, duplicates do nothing", "[ledger]") {
  LedgerHub hub;
  const CommitDocuments batch = hub.feed.batch({incoming(movement("o", "opening", {movement_line("A", 10)})),
                                                incoming(sale("1", {goods_line("A", 3, 100)})),
                                                incoming(returned("1", {goods_line("A", 1, 100)}))});
  hub.hub.commit(batch);
  hub.hub.commit(batch);
  CHECK(hub.on_hand("A") == 8);
  CHECK(hub.movements() == Texts{"opening 10", "sale -3", "return 1"});
  CHECK(hub.reader.verify()->empty());
}

TEST_CASE("ledger stage: only goods lines move stock, and negative lines of a sale bring back", "[ledger]") {
  LedgerHub hub;
  SaleLine shipping = goods_line("POST", 1, 500);
  shipping.kind = "shipping";
  SaleLine unknown = goods_line("X", 1, 500);
  unknown.kind = "moon_rock";
  hub.take(sale("1", {goods_line("A", 2, 100), goods_line("B", -1, 100), shipping, unknown}));
  CHECK(hub.on_hand("A") == -2);
  CHECK(hub.on_hand("B") == 1);
  CHECK(hub.database.number("SELECT count(*) FROM stock_balance") == 2);
}

TEST_CASE("ledger stage: training, unknown critical fields and conflicts never move stock", "[ledger]") {
  LedgerHub hub;
  Document training = sale("1", {goods_line("A", 1, 100)});
  training.header.mode = "training";
  Document critical = sale("2", {goods_line("A", 1, 100)});
  critical.header.critical = {"moon"};
  hub.take({incoming(training), incoming(critical), incoming(sale("3", {goods_line("A", 1, 100)})),
            incoming(sale("3", {goods_line("A", 5, 100)})), opaque("garbage")});
  CHECK(hub.on_hand("A") == -1);
}

TEST_CASE("ledger stage: returns go to the state that the line names", "[ledger]") {
  LedgerHub hub;
  std::vector<SaleLine> lines;
  for (const char* state : {"", "sellable", "damaged", "quarantine", "destroyed", "no_goods"}) {
    lines.push_back(goods_line("A", 1, 100));
    lines.back().state = state;
  }
  hub.take(returned("1", lines));
  CHECK(hub.on_hand("A", "sellable") == 2);
  CHECK(hub.on_hand("A", "damaged") == 1);
  CHECK(hub.on_hand("A", "quarantine") == 1);
  CHECK(hub.on_hand("A", "destroyed") == 1);
  CHECK(hub.on_hand("A", "") == 5);
}

TEST_CASE("ledger stage: every movement type has its direction", "[ledger]") {
  LedgerHub hub;
  hub.take({incoming(movement("1", "receipt", {movement_line("A", 10)})), incoming(movement("2", "transfer_out", {movement_line("A", 3)})),
            incoming(movement("3", "transfer_in", {movement_line("A", 2)})), incoming(movement("4", "adjustment", {movement_line("A", -4)})),
            incoming(movement("5", "opening", {movement_line("A", 1)})), incoming(movement("6", "dance", {movement_line("A", 99)}))});
  CHECK(hub.on_hand("A") == 10 - 3 + 2 - 4 + 1);
  Document change = movement("7", "status_change", {movement_line("A", 2)});
  std::get<StockMovement>(change.body).from_state = "sellable";
  std::get<StockMovement>(change.body).to_state = "damaged";
  hub.take(change);
  CHECK(hub.on_hand("A") == 4);
  CHECK(hub.on_hand("A", "damaged") == 2);
}

TEST_CASE("ledger stage: numbers and waiting voids go on after a restart", "[ledger]") {
  LedgerHub hub;
  hub.take({incoming(sale("1", {goods_line("A", 1, 100)})), incoming(void_of("v", "2"))});
  TestHub restarted(hub.database.crash(), stages<IntakeStage, LedgerStage, ExceptionsStage>());
  restarted.commit(hub.feed.batch({incoming(sale("2", {goods_line("B", 4, 100)})), incoming(sale("3", {goods_line("C", 1, 100)}))}));
  CHECK(hub.database.number("SELECT count(*) FROM stock_balance") == 3);
  CHECK(hub.database.number("SELECT on_hand_milli FROM stock_balance WHERE sku = 'B'") == 0);
  CHECK(hub.database.texts("SELECT status FROM exception_case WHERE code = 'void_original_missing'") == Texts{"resolved"});
}

TEST_CASE("ledger stage: a group that failed leaves no stock and no numbers behind", "[ledger]") {
  LedgerHub hub;
  AgentFeed other("a_two", 'f');
  std::vector<CommitDocuments> group;
  group.push_back(hub.feed.batch({incoming(sale("1", {goods_line("A", 1, 100)}))}));
  CommitDocuments hole = other.batch({incoming(sale("2", {goods_line("B", 1, 100)})), incoming(sale("3", {goods_line("B", 1, 100)}))});
  hole.documents[1].seq = 9;
  group.push_back(std::move(hole));
  const auto results = hub.hub.run(std::move(group));
  CHECK(results[0]);
  CHECK_FALSE(results[1]);
  CHECK(hub.on_hand("A") == -1);
  CHECK(hub.on_hand("B") == 0);
  CHECK(hub.reader.verify()->empty());
}

TEST_CASE("ledger stage: an unknown SKU is one exception per place that counts documents", "[ledger]") {
  LedgerHub hub;
  hub.take({incoming(sale("1", {goods_line("A", 1, 100), goods_line("A", 1, 100)})), incoming(sale("2", {goods_line("A", 1, 100)}))});
  hub.take(sale("3", {goods_line("A", 1, 100)}));
  AgentFeed french("a_fr", 'f');
  hub.hub.commit(french.batch({incoming(sale("1", {goods_line("A", 1, 100)}), "FR")}));
  CHECK(hub.database.texts("SELECT subject || ' ' || occurrences FROM exception_case WHERE code = 'unknown_sku' ORDER BY subject") ==
        Texts{"FR/A 1", "GB/A 3"});
  CHECK(hub.open("unknown_location") == 2);

  hub.put_product("A");
  hub.take(sale("4", {goods_line("A", 1, 100)}));
  CHECK(hub.database.number("SELECT sum(occurrences) FROM exception_case WHERE code = 'unknown_sku'") == 4);
}

TEST_CASE("ledger stage: what a rolled back task had put is not taken for known", "[ledger]") {
  LedgerHub hub;
  Location place;
  place.id = LocationId("GB");
  std::vector<Command> group;
  group.emplace_back(Task{"put",
                          [&place](sql::Connection& connection, Instant now) -> Result<void> {
                            Product product;
                            product.sku = Sku("A");
                            TS_RETURN_IF_ERROR(put_products(connection, {product}, "test", now));
                            TS_RETURN_IF_ERROR(put_locations(connection, {place}, "test", now));
                            return {};
                          },
                          {}});
  group.emplace_back(hub.feed.batch({incoming(sale("1", {goods_line("A", 1, 100)}))}));
  AgentFeed other("a_two", 'f');
  CommitDocuments hole = other.batch({incoming(sale("2", {goods_line("B", 1, 100)})), incoming(sale("3", {goods_line("B", 1, 100)}))});
  hole.documents[1].seq = 9;
  // The task fails when it runs alone: it must not have left anything in memory.
  std::get<Task>(group[0]).apply = [apply = std::get<Task>(group[0]).apply, runs = 0](sql::Connection& connection, Instant now) mutable {
    if (++runs > 1) return Result<void>(fail(ErrorCode::kUnavailable, "put", "second run"));
    return apply(connection, now);
  };
  group.emplace_back(std::move(hole));
  hub.hub.core().run_group(std::move(group), kNow);
  CHECK(hub.database.number("SELECT count(*) FROM product") == 0);
  CHECK(hub.open("unknown_sku") == 1);
}

TEST_CASE("ledger stage: bar codes stand in for SKUs where they are unique", "[ledger]") {
  LedgerHub hub;
  hub.put_product("A", "0012345678905");
  hub.put_product("B", "111");
  hub.put_product("C", "111");
  std::vector<SaleLine> lines{goods_line("", 1, 100), goods_line("", 1, 100), goods_line("", 1, 100)};
  lines[0].gtin = "0012345678905";
  lines[1].gtin = "111";
  hub.take(sale("1", lines));
  CHECK(hub.on_hand("A") == -1);
  CHECK(hub.database.number("SELECT count(*) FROM stock_balance") == 1);
  CHECK(hub.database.texts("SELECT pointer || ' ' || detail FROM exception_case WHERE code = 'missing_sku'") ==
        Texts{"/lines/1 line 2 and 1 more"});
}

TEST_CASE("ledger stage: falling below zero is an exception once, until it was above", "[ledger]") {
  LedgerHub hub;
  hub.take(movement("o", "opening", {movement_line("A", 1)}));
  hub.take(sale("1", {goods_line("A", 1, 100)}));
  CHECK(hub.open("negative_stock") == 0);
  hub.take(sale("2", {goods_line("A", 1, 100)}));
  hub.take(sale("3", {goods_line("A", 1, 100)}));
  CHECK(hub.database.texts("SELECT occurrences || ' ' || detail FROM exception_case WHERE code = 'negative_stock'") ==
        Texts{"1 on hand is -1"});
}

TEST_CASE("ledger stage: stock that cannot be written is an exception and the rest is booked", "[ledger]") {
  LedgerHub hub;
  MovementLine huge = movement_line("A", 1);
  huge.qty = Quantity{INT64_MAX};
  hub.take({incoming(movement("1", "receipt", {huge})), incoming(movement("2", "receipt", {huge, movement_line("B", 1)}))});
  CHECK(hub.database.number("SELECT on_hand_milli FROM stock_balance WHERE sku = 'A'") == INT64_MAX);
  CHECK(hub.on_hand("B") == 1);
  CHECK(hub.open("quantity_overflow") == 1);
}

TEST_CASE("ledger stage: transfers keep what was sent and what arrived", "[ledger]") {
  LedgerHub hub;
  const auto transfer = [](const std::string& no, const std::string& type, std::int64_t units, const std::string& counterpart) {
    Document made = movement(no, type, {movement_line("A", units)});
    std::get<StockMovement>(made.body).transfer_no = "T1";
    std::get<StockMovement>(made.body).counterpart = counterpart;
    return made;
  };
  AgentFeed french("a_fr", 'f');
  hub.hub.commit(french.batch({incoming(transfer("in", "transfer_in", 4, "GB"), "FR")}));
  hub.take(transfer("out", "transfer_out", 5, "FR"));
  auto open = hub.reader.in_transit(true, 10);
  REQUIRE(open->size() == 1);
  CHECK(open->at(0).from == LocationId("GB"));
  CHECK(open->at(0).to == LocationId("FR"));
  CHECK(open->at(0).sent.milli == 5'000);
  CHECK(open->at(0).received.milli == 4'000);
  hub.hub.commit(french.batch({incoming(transfer("in2", "transfer_in", 1, "GB"), "FR")}));
  CHECK(hub.reader.in_transit(true, 10)->empty());
  CHECK(hub.reader.in_transit(false, 10)->size() == 1);

  Document back = movement("undo", "transfer_out", {});
  std::get<StockMovement>(back.body).reverses = DocumentRef{};
  std::get<StockMovement>(back.body).reverses->document_no = DocumentNo("out");
  hub.take(back);
  CHECK(hub.reader.in_transit(true, 10)->at(0).sent.milli == 0);
  CHECK(hub.on_hand("A") == 0);
}

TEST_CASE("ledger stage: documents dated far ahead of their receipt are booked at it", "[ledger]") {
  LedgerHub hub;
  IncomingDocument ahead = incoming(sale("1", {goods_line("A", 1, 100)}, kNow + seconds(86'400)));
  const Instant receipt = ahead.agent_received_at;
  hub.take({ahead});
  CHECK(hub.database.number("SELECT occurred_at FROM stock_entry") == receipt.micros);
  CHECK(hub.open("till_clock_ahead") == 1);
}

TEST_CASE("ledger stage: what is remembered of balances is what is stored, also after counts and rollbacks", "[ledger]") {
  LedgerHub hub;
  AgentFeed other("a_two", 'f');
  std::int64_t expected = 0;
  for (int round = 0; round < 6; ++round) {
    hub.take(sale("s" + std::to_string(round), {goods_line("A", 1, 100)}, minutes_after(kMorning, 10 * round)));
    --expected;
    if (round == 2) {
      hub.take(count("c", {movement_line("A", 50)}, minutes_after(kMorning, 10 * round + 1)));
      expected = 50;
    }
    if (round == 4) {
      std::vector<CommitDocuments> group;
      group.push_back(hub.feed.batch({incoming(sale("x", {goods_line("A", 7, 100)}, minutes_after(kMorning, 99)))}));
      CommitDocuments hole = other.batch({incoming(sale("y", {goods_line("A", 1, 100)})), incoming(sale("z", {goods_line("A", 1, 100)}))});
      hole.documents[1].seq = 9;
      group.push_back(std::move(hole));
      CHECK_FALSE(hub.hub.run(std::move(group))[1]);
      expected -= 7;
    }
    CHECK(hub.on_hand("A") == expected);
    CHECK(hub.reader.verify()->empty());
  }
}
