#include "hub/ledger/count_store.h"

#include <catch2/catch.hpp>

#include "hub/ledger/ledger_store.h"
#include "tests/hub/ledger/ledger_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

LedgerRows rows_for(LedgerHub& hub, const Document& document) {
  MicroBatch batch;
  batch.now = kNow;
  batch.documents.push_back(incoming(document));
  batch.documents[0].verdict = Verdict::kNew;
  batch.documents[0].event_no = 99;
  LedgerRows rows;
  KnownMasterdata known;
  REQUIRE(load_ledger_rows(hub.database.connection(), batch, known, rows));
  return rows;
}
const StockKey kKey{LocationId("GB"), Sku("A"), "sellable", "", ""};

}  // namespace

TEST_CASE("count store: a count sees the entries behind its time, and not all of the past", "[ledger]") {
  LedgerHub hub;
  for (std::int64_t minute = 0; minute < 10; ++minute)
    hub.take(sale(std::to_string(minute), {goods_line("A", minute + 1, 100)}, minutes_after(kMorning, minute)));
  const LedgerRows rows = rows_for(hub, count("c", {movement_line("A", 5)}, minutes_after(kMorning, 7)));
  const Balance& balance = rows.balances.at(kKey);
  CHECK(balance.is_watched);
  REQUIRE(balance.recent.size() == 3);  // the one at the same time is there as well
  std::int64_t sum = 0;
  for (const DatedChange& entry : balance.recent) sum += entry.change_milli;
  CHECK(sum == -(8 + 9 + 10) * 1'000);
}

TEST_CASE("count store: an early movement that came late is found behind newer ones", "[ledger]") {
  LedgerHub hub;
  hub.take(sale("late hour", {goods_line("A", 1, 100)}, minutes_after(kMorning, 60)));
  hub.take(sale("early", {goods_line("A", 2, 100)}, minutes_after(kMorning, 1)));
  hub.take(sale("early 2", {goods_line("A", 4, 100)}, minutes_after(kMorning, 2)));
  const LedgerRows rows = rows_for(hub, count("c", {movement_line("A", 5)}, minutes_after(kMorning, 30)));
  REQUIRE(rows.balances.at(kKey).recent.size() == 1);
  CHECK(rows.balances.at(kKey).recent[0].change_milli == -1'000);
}

TEST_CASE("count store: a known skew widens what is looked at", "[ledger]") {
  LedgerHub hub;
  hub.take(sale("1", {goods_line("A", 1, 100)}, minutes_after(kMorning, 1)));
  MicroBatch batch;
  batch.now = kNow;
  batch.documents.push_back(incoming(count("c", {movement_line("A", 5)}, minutes_after(kMorning, 2))));
  batch.documents[0].verdict = Verdict::kNew;
  batch.documents[0].clock_skew = seconds(-60);
  LedgerRows rows;
  KnownMasterdata known;
  REQUIRE(load_ledger_rows(hub.database.connection(), batch, known, rows));
  CHECK(rows.balances.at(kKey).recent.size() == 1);
}

TEST_CASE("count store: areas gathered so far come back with the next one", "[ledger]") {
  LedgerHub hub;
  MovementLine lots = movement_line("A", 5);
  lots.lots = {lot("L1", 3)};
  hub.take(count("1", {lots, movement_line("B", 1)}, kMorning, "C1"));
  const LedgerRows rows = rows_for(hub, count("2", {movement_line("A", 1)}, kMorning, "C1", true));
  const CountSheet& sheet = rows.counts.at({"GB", "C1"});
  REQUIRE(sheet.lines.size() == 3);
  CHECK(sheet.lines[0].key.lot == "L1");
  CHECK(sheet.lines[0].has_lots);
  CHECK(sheet.lines[0].qty_milli == 3'000);
  CHECK(sheet.lines[0].counted_at == kMorning);
  CHECK_FALSE(sheet.final_event_no);
}

TEST_CASE("count store: a full count loads the whole location and nothing of others", "[ledger]") {
  LedgerHub hub;
  hub.take(sale("1", {goods_line("A", 1, 100), goods_line("B", 1, 100)}));
  AgentFeed french("a_fr", 'f');
  hub.hub.commit(french.batch({incoming(sale("1", {goods_line("Q", 1, 100)}), "FR")}));
  CHECK(rows_for(hub, count("c", {movement_line("A", 5)}, kMorning, "C1", true, "full")).balances.size() == 2);
  CHECK(rows_for(hub, count("c", {movement_line("A", 5)}, kMorning, "C1", true, "partial")).balances.size() == 1);
}

TEST_CASE("count store: full counts come back with their time", "[ledger]") {
  LedgerHub hub;
  hub.take(count("c", {movement_line("A", 5)}, kMorning, "C1", true, "full"));
  const LedgerRows rows = rows_for(hub, sale("1", {goods_line("Z", 1, 100)}));
  REQUIRE(rows.full_counts.size() == 1);
  CHECK(rows.full_counts.at({"GB", "sellable", ""}).at == kMorning);
  CHECK(rows.full_counts.at({"GB", "sellable", ""}).count_id == "C1");
}
