#include "hub/ledger/ledger_store.h"

#include <catch2/catch.hpp>

#include "tests/hub/ledger/ledger_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

MicroBatch batch_with(const Document& document, std::int64_t event_no) {
  MicroBatch batch;
  batch.now = kNow;
  batch.documents.push_back(incoming(document));
  batch.documents[0].verdict = Verdict::kNew;
  batch.documents[0].event_no = event_no;
  return batch;
}

}  // namespace

TEST_CASE("ledger store: loads the balances that the batch touches, with what is known of them", "[ledger]") {
  LedgerHub hub;
  hub.put_product("A");
  hub.take({incoming(sale("1", {goods_line("A", 1, 100), goods_line("B", 1, 100)})), incoming(count("c", {movement_line("A", 5)}))});
  LedgerRows rows;
  KnownMasterdata known;
  const MicroBatch batch = batch_with(sale("2", {goods_line("A", 1, 100), goods_line("C", 1, 100)}), 9);
  REQUIRE(load_ledger_rows(hub.database.connection(), batch, known, rows));
  REQUIRE(rows.balances.size() == 2);
  const Balance& stored = rows.balances.at(StockKey{LocationId("GB"), Sku("A"), "sellable", "", ""});
  CHECK(stored.is_stored);
  CHECK(stored.on_hand_milli == 5'000);
  CHECK(stored.counted_at == kMorning);
  CHECK(stored.entries == 2);
  CHECK_FALSE(rows.balances.at(StockKey{LocationId("GB"), Sku("C"), "sellable", "", ""}).is_stored);
  CHECK(rows.unknown_skus == std::unordered_set<std::string>{"C"});
  CHECK(known.skus == std::unordered_set<std::string>{"A"});
  CHECK(rows.unknown_locations == std::set<std::string>{"GB"});
}

TEST_CASE("ledger store: an original brings its entries without corrections", "[ledger]") {
  LedgerHub hub;
  hub.take(count("c", {movement_line("A", 5)}, minutes_after(kMorning, 20)));
  hub.take(sale("1", {goods_line("A", 2, 100)}, kMorning));
  LedgerRows rows;
  KnownMasterdata known;
  REQUIRE(load_ledger_rows(hub.database.connection(), batch_with(void_of("v", "1"), 9), known, rows));
  REQUIRE(rows.originals.size() == 1);
  const StoredOriginal& original = rows.originals.begin()->second;
  CHECK(original.event_no == 2);
  REQUIRE(original.changes.size() == 1);
  CHECK(original.changes[0].change_milli == -2'000);
  CHECK(rows.reversed.empty());
  hub.take(void_of("v", "1"));
  LedgerRows again;
  REQUIRE(load_ledger_rows(hub.database.connection(), batch_with(void_of("w", "1"), 9), known, again));
  CHECK(again.reversed.size() == 1);
}

TEST_CASE("ledger store: only the voids that still wait are loaded", "[ledger]") {
  LedgerHub hub;
  hub.take({incoming(void_of("v1", "1")), incoming(void_of("v2", "2", ""))});
  CHECK(load_waiting_voids(hub.database.connection())->size() == 3);
  hub.take(sale("2", {goods_line("A", 2, 100)}));
  CHECK(load_waiting_voids(hub.database.connection())->size() == 1);
}

TEST_CASE("ledger store: a balance cannot be written twice", "[ledger]") {
  LedgerHub hub;
  hub.take(sale("1", {goods_line("A", 1, 100)}));
  LedgerDecision decision;
  Balance again;
  again.key = StockKey{LocationId("GB"), Sku("A"), "sellable", "", ""};
  again.balance_no = 2;
  decision.balances.push_back(&again);
  const auto written = write_ledger(hub.database.connection(), MicroBatch{}, LedgerRows{}, decision);
  REQUIRE_FALSE(written);
  CHECK(written.error().code == ErrorCode::kConflict);
}
