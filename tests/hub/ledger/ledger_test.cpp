#include "hub/ledger/ledger.h"

#include <catch2/catch.hpp>

#include "tests/hub/ledger/ledger_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

TEST_CASE("ledger: decides over what was loaded and nothing else", "[ledger]") {
  MicroBatch batch;
  batch.now = kNow;
  batch.documents.push_back(incoming(sale("1", {goods_line("A", 2, 100)})));
  batch.documents[0].verdict = Verdict::kNew;
  batch.documents[0].event_no = 7;
  LedgerRows rows;
  rows.plans.push_back(plan_movements(*batch.documents[0].document, LocationId("GB"), {}, {}));
  Balance stored;
  stored.key = rows.plans[0].changes[0].key;
  stored.balance_no = 3;
  stored.is_stored = true;
  stored.on_hand_milli = 10'000;
  stored.last_entry_no = 55;
  stored.latest_at = kMorning - seconds(1);
  rows.balances.emplace(stored.key, stored);
  const LedgerDecision decision = decide_ledger(batch, rows, {});
  REQUIRE(decision.entries.size() == 1);
  CHECK(decision.entries[0].entry_no == 7 * kEntriesPerEventMax);
  CHECK(decision.entries[0].previous_entry_no == 55);
  CHECK(decision.entries[0].latest_at == kMorning);
  CHECK(decision.balances.size() == 1);
  CHECK(decision.balances[0]->on_hand_milli == 8'000);
  REQUIRE(batch.stock_changes.size() == 1);
  CHECK(batch.stock_changes[0].event_no == 7);
  CHECK(batch.stock_changes[0].change.milli == -2'000);
  CHECK(batch.stock_changes[0].on_hand.milli == 8'000);
  CHECK(batch.stock_changes[0].movement == "sale");
}

TEST_CASE("void: takes back the original's stock as new records", "[ledger]") {
  LedgerHub hub;
  hub.take({incoming(movement("o", "opening", {movement_line("A", 10)})), incoming(sale("1", {goods_line("A", 3, 100), goods_line("B", -1, 100)}))});
  hub.take(void_of("v", "1", "sale", minutes_after(kMorning, 5)));
  CHECK(hub.on_hand("A") == 10);
  CHECK(hub.on_hand("B") == 0);
  CHECK(hub.movements() == Texts{"opening 10", "sale -3", "sale 1", "void 3", "void -1"});
}

TEST_CASE("void: in the batch of its original, before and behind it", "[ledger]") {
  LedgerHub hub;
  hub.take({incoming(void_of("v1", "1")), incoming(sale("1", {goods_line("A", 3, 100)})), incoming(sale("2", {goods_line("A", 5, 100)})),
            incoming(void_of("v2", "2"))});
  CHECK(hub.on_hand("A") == 0);
  CHECK(hub.open("void_original_missing") == 0);
  CHECK(hub.database.texts("SELECT state FROM stock_reversal ORDER BY event_no") == Texts{"applied", "applied"});
}

TEST_CASE("void: waits for its original and takes effect when it comes", "[ledger]") {
  LedgerHub hub;
  const auto outcomes = hub.take(void_of("v", "1"));
  CHECK(hub.open("void_original_missing") == 1);
  hub.take(sale("9", {goods_line("A", 1, 100)}));
  CHECK(hub.on_hand("A") == -1);
  hub.take(sale("1", {goods_line("A", 3, 100)}));
  CHECK(hub.on_hand("A") == -1);
  CHECK(hub.open("void_original_missing") == 0);
  // Booked under the void's own event.
  CHECK(hub.reader.entries_of_event(outcomes[0].event_no)->size() == 1);
  CHECK(hub.reader.entries_of_event(outcomes[0].event_no)->at(0).movement == "void");
}

TEST_CASE("void: without a contract it finds a sale or a return, once", "[ledger]") {
  LedgerHub hub;
  hub.take(void_of("v", "1", ""));
  hub.take(returned("1", {goods_line("A", 2, 100)}));
  CHECK(hub.on_hand("A") == 0);
  hub.take(sale("1", {goods_line("A", 5, 100)}));
  CHECK(hub.on_hand("A") == -5);
  CHECK(hub.database.texts("SELECT state FROM stock_reversal ORDER BY state") == Texts{"applied", "other"});
}

TEST_CASE("void: a second void of the same document changes nothing", "[ledger]") {
  LedgerHub hub;
  hub.take({incoming(sale("1", {goods_line("A", 3, 100)})), incoming(void_of("v1", "1")), incoming(void_of("v2", "1"))});
  CHECK(hub.on_hand("A") == 0);
  CHECK(hub.open("void_repeated") == 1);
  hub.take(void_of("v3", "1"));
  CHECK(hub.on_hand("A") == 0);
  CHECK(hub.open("void_repeated") == 2);
}

TEST_CASE("void: two that wait for one document take it back once", "[ledger]") {
  LedgerHub hub;
  hub.take({incoming(void_of("v1", "1")), incoming(void_of("v2", "1"))});
  hub.take(sale("1", {goods_line("A", 3, 100)}));
  CHECK(hub.on_hand("A") == 0);
  CHECK(hub.open("void_repeated") == 1);
  CHECK(hub.open("void_original_missing") == 0);
}

TEST_CASE("void: of a document without effect has none, and waits for nothing", "[ledger]") {
  LedgerHub hub;
  Document training = sale("1", {goods_line("A", 3, 100)});
  training.header.mode = "training";
  hub.take(training);
  hub.take(void_of("v", "1"));
  CHECK(hub.on_hand("A") == 0);
  CHECK(hub.open("void_original_missing") == 0);
}

TEST_CASE("void: of another till and location by its full identity", "[ledger]") {
  LedgerHub hub;
  AgentFeed french("a_fr", 'f');
  hub.hub.commit(french.batch({incoming(sale("1", {goods_line("A", 3, 100)}), "FR")}));
  Document elsewhere = void_of("v", "1");
  std::get<Void>(elsewhere.body).voids.location = LocationId("FR");
  hub.take(elsewhere);
  CHECK(hub.on_hand("A", "sellable", "FR") == 0);
  CHECK(hub.open("void_original_missing") == 0);
}

TEST_CASE("void: of a late document is corrected by the count like any movement", "[ledger]") {
  LedgerHub hub;
  hub.take(count("c", {movement_line("A", 7)}, minutes_after(kMorning, 20)));
  hub.take(sale("1", {goods_line("A", 2, 100)}, minutes_after(kMorning, 10)));
  hub.take(void_of("v", "1", "sale", minutes_after(kMorning, 11)));
  CHECK(hub.on_hand("A") == 7);
  hub.take(sale("2", {goods_line("A", 2, 100)}, minutes_after(kMorning, 30)));
  hub.take(void_of("w", "2", "sale", minutes_after(kMorning, 31)));
  CHECK(hub.on_hand("A") == 7);
  CHECK(hub.reader.verify()->empty());
}

TEST_CASE("reverses: takes back a movement, whatever its own lines say", "[ledger]") {
  LedgerHub hub;
  hub.take(movement("r", "receipt", {movement_line("A", 6)}));
  Document back = movement("rr", "receipt", {movement_line("A", 6)});
  std::get<StockMovement>(back.body).reverses = DocumentRef{};
  std::get<StockMovement>(back.body).reverses->document_no = DocumentNo("r");
  hub.take(back);
  CHECK(hub.on_hand("A") == 0);
  CHECK(hub.movements() == Texts{"receipt 6", "void -6"});
}

TEST_CASE("reverses: a count cannot be taken back", "[ledger]") {
  LedgerHub hub;
  hub.take(count("c", {movement_line("A", 7)}));
  Document back = movement("rr", "count", {});
  std::get<StockMovement>(back.body).reverses = DocumentRef{};
  std::get<StockMovement>(back.body).reverses->document_no = DocumentNo("c");
  hub.take(back);
  CHECK(hub.on_hand("A") == 7);
  CHECK(hub.open("void_of_count") == 1);
}
