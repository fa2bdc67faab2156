#include "hub/ledger/stock_book.h"

#include <catch2/catch.hpp>

#include "tests/hub/ledger/ledger_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

// The count rule of ARCHITECTURE section 6, through the stage: on hand = the latest count + the movements after it.

TEST_CASE("count rule: a count sets what is on hand, movements after it count on", "[ledger]") {
  LedgerHub hub;
  hub.take({incoming(movement("o", "opening", {movement_line("A", 10)}, kMorning)),
            incoming(sale("1", {goods_line("A", 2, 100)}, minutes_after(kMorning, 30))),
            incoming(count("c", {movement_line("A", 7)}, minutes_after(kMorning, 20))),
            incoming(sale("2", {goods_line("A", 1, 100)}, minutes_after(kMorning, 40)))});
  // Sale 1 happened after the count though it came before it.
  CHECK(hub.on_hand("A") == 7 - 2 - 1);
  CHECK(hub.movements() == Texts{"opening 10", "sale -2", "count -3", "sale -1"});
}

TEST_CASE("count rule: a movement from before the count that comes later is written with its opposite", "[ledger]") {
  LedgerHub hub;
  hub.take(count("c", {movement_line("A", 7)}, minutes_after(kMorning, 20)));
  hub.take(sale("1", {goods_line("A", 2, 100)}, minutes_after(kMorning, 10)));
  CHECK(hub.on_hand("A") == 7);
  CHECK(hub.movements() == Texts{"count 7", "sale -2", "count_correction 2"});
  CHECK(hub.reader.verify()->empty());
}

TEST_CASE("count rule: a tie is before the count", "[ledger]") {
  LedgerHub hub;
  const Instant at = minutes_after(kMorning, 20);
  hub.take(sale("0", {goods_line("A", 1, 100)}, at));
  hub.take(count("c", {movement_line("A", 7)}, at));
  CHECK(hub.on_hand("A") == 7);
  hub.take(sale("1", {goods_line("A", 2, 100)}, at));
  CHECK(hub.on_hand("A") == 7);
  hub.take(sale("2", {goods_line("A", 2, 100)}, Instant{at.micros + 1}));
  CHECK(hub.on_hand("A") == 5);
}

TEST_CASE("count rule: an older count that comes later changes nothing and says so", "[ledger]") {
  LedgerHub hub;
  hub.take(count("new", {movement_line("A", 7)}, minutes_after(kMorning, 20)));
  hub.take(count("old", {movement_line("A", 3), movement_line("B", 4)}, minutes_after(kMorning, 10)));
  CHECK(hub.on_hand("A") == 7);
  CHECK(hub.on_hand("B") == 4);
  CHECK(hub.open("count_superseded") == 1);
}

TEST_CASE("count rule: areas are summed and take effect with the final one", "[ledger]") {
  LedgerHub hub;
  hub.take(movement("o", "opening", {movement_line("A", 100)}));
  hub.take(count("1", {movement_line("A", 3)}, minutes_after(kMorning, 20), "C1"));
  CHECK(hub.on_hand("A") == 100);
  hub.take(count("2", {movement_line("A", 4), movement_line("B", 1)}, minutes_after(kMorning, 30), "C1", true));
  CHECK(hub.on_hand("A") == 7);
  CHECK(hub.on_hand("B") == 1);
  hub.take(sale("1", {goods_line("A", 1, 100)}, minutes_after(kMorning, 40)));
  // A device that was offline: its area comes after the end.
  hub.take(count("3", {movement_line("A", 5)}, minutes_after(kMorning, 25), "C1"));
  CHECK(hub.on_hand("A") == 3 + 4 + 5 - 1);
  CHECK(hub.on_hand("B") == 1);
  CHECK(hub.reader.verify()->empty());
}

TEST_CASE("count rule: areas of one count in one batch", "[ledger]") {
  LedgerHub hub;
  hub.take({incoming(count("1", {movement_line("A", 3)}, minutes_after(kMorning, 20), "C1")),
            incoming(sale("1", {goods_line("A", 1, 100)}, minutes_after(kMorning, 40))),
            incoming(count("2", {movement_line("A", 4)}, minutes_after(kMorning, 30), "C1", true)),
            incoming(sale("2", {goods_line("A", 1, 100)}, minutes_after(kMorning, 25)))});
  CHECK(hub.on_hand("A") == 3 + 4 - 1);
}

TEST_CASE("count rule: a full count makes none of what it does not name", "[ledger]") {
  LedgerHub hub;
  hub.take(movement("o", "opening", {movement_line("A", 5), movement_line("B", 6)}, kMorning));
  Document damaged = movement("d", "opening", {movement_line("B", 2)}, kMorning);
  std::get<StockMovement>(damaged.body).lines[0].state = "damaged";
  hub.take(damaged);
  hub.take(count("c", {movement_line("A", 4)}, minutes_after(kMorning, 20), "C1", true, "full"));
  CHECK(hub.on_hand("A") == 4);
  CHECK(hub.on_hand("B") == 0);
  CHECK(hub.on_hand("B", "damaged") == 2);  // no line named damaged goods: they were not counted
  // Known to the hub only after the count, but sold before it.
  hub.take(sale("1", {goods_line("Z", 1, 100)}, minutes_after(kMorning, 10)));
  CHECK(hub.on_hand("Z") == 0);
  hub.take(sale("2", {goods_line("Z", 1, 100)}, minutes_after(kMorning, 30)));
  CHECK(hub.on_hand("Z") == -1);
  CHECK(hub.reader.verify()->empty());
}

TEST_CASE("count rule: a late area of a full count adds SKUs that were taken for none", "[ledger]") {
  LedgerHub hub;
  hub.take(movement("o", "opening", {movement_line("A", 5), movement_line("B", 6)}, kMorning));
  hub.take(count("c", {movement_line("A", 4)}, minutes_after(kMorning, 20), "C1", true, "full"));
  hub.take(count("late", {movement_line("B", 3), movement_line("Y", 2)}, minutes_after(kMorning, 15), "C1", false, "full"));
  CHECK(hub.on_hand("A") == 4);
  CHECK(hub.on_hand("B") == 3);
  CHECK(hub.on_hand("Y") == 2);
  CHECK(hub.open("count_superseded") == 0);
}

TEST_CASE("count rule: a partial count leaves other SKUs alone", "[ledger]") {
  LedgerHub hub;
  hub.take(movement("o", "opening", {movement_line("A", 5), movement_line("B", 6)}, kMorning));
  hub.take(count("c", {movement_line("A", 4)}, minutes_after(kMorning, 20), "C1", true));
  CHECK(hub.on_hand("B") == 6);
}

TEST_CASE("count rule: lots that a count names are counted, others are none", "[ledger]") {
  LedgerHub hub;
  MovementLine received = movement_line("A", 10);
  received.lots = {lot("L1", 6), lot("L2", 3)};
  hub.take(movement("r", "receipt", {received}, kMorning));
  CHECK(hub.on_hand_of_lot("A", "L1") == 6);
  CHECK(hub.on_hand_of_lot("A", "") == 1);
  MovementLine counted = movement_line("A", 5);
  counted.lots = {lot("L1", 4), lot("L3", 1)};
  hub.take(count("c", {counted}, minutes_after(kMorning, 20)));
  CHECK(hub.on_hand_of_lot("A", "L1") == 4);
  CHECK(hub.on_hand_of_lot("A", "L2") == 0);
  CHECK(hub.on_hand_of_lot("A", "L3") == 1);
  CHECK(hub.on_hand_of_lot("A", "") == 0);
  // Late: of a lot that has its balance, and of one that has none.
  MovementLine late = movement_line("A", 8);
  late.lots = {lot("L2", 5), lot("L9", 3)};
  hub.take(movement("late", "receipt", {late}, minutes_after(kMorning, 10)));
  CHECK(hub.on_hand("A") == 5);
  CHECK(hub.reader.verify()->empty());
}

TEST_CASE("count rule: a count without lots counts all lots together", "[ledger]") {
  LedgerHub hub;
  MovementLine received = movement_line("A", 10);
  received.lots = {lot("L1", 10)};
  hub.take(movement("r", "receipt", {received}, kMorning));
  hub.take(sale("1", {goods_line("A", 2, 100)}, minutes_after(kMorning, 1)));
  hub.take(count("c", {movement_line("A", 7)}, minutes_after(kMorning, 20)));
  CHECK(hub.on_hand("A") == 7);
  CHECK(hub.on_hand_of_lot("A", "L1") == 10);
  CHECK(hub.on_hand_of_lot("A", "") == -3);
}

TEST_CASE("count rule: a count dated too far ahead uses its receipt and says so", "[ledger]") {
  LedgerHub hub;
  IncomingDocument at_limit = incoming(count("1", {movement_line("A", 1)}, kNow - seconds(60) + kAheadOfReceiptMax));
  hub.take({at_limit});
  CHECK(hub.open("count_ahead_of_clock") == 0);
  IncomingDocument beyond = incoming(count("2", {movement_line("B", 1)}, Instant{(kNow - seconds(60) + kAheadOfReceiptMax).micros + 1}));
  hub.take({beyond});
  CHECK(hub.open("count_ahead_of_clock") == 1);
  CHECK(hub.database.number("SELECT counted_at FROM stock_balance WHERE sku = 'B'") == beyond.agent_received_at.micros);
}

TEST_CASE("count rule: movements within the clock's skew of a count are uncertain, if the skew is known", "[ledger]") {
  LedgerHub hub;
  const Instant counted = minutes_after(kMorning, 20);
  hub.take(sale("0", {goods_line("A", 1, 100)}, counted - seconds(20)));
  hub.take(count("c0", {movement_line("A", 5)}, counted));
  CHECK(hub.open("count_order_uncertain") == 0);  // the skew is not known

  IncomingDocument near = incoming(sale("1", {goods_line("A", 1, 100)}, counted + seconds(30)));
  near.clock_skew = seconds(-30);
  IncomingDocument far = incoming(sale("2", {goods_line("B", 1, 100)}, counted + seconds(31)));
  far.clock_skew = seconds(-30);
  hub.take(count("cb", {movement_line("B", 5)}, counted));
  hub.take({near, far});
  CHECK(hub.database.texts("SELECT subject FROM exception_case WHERE code = 'count_order_uncertain'") == Texts{"GB/A"});

  hub.take(sale("3", {goods_line("D", 1, 100)}, counted - seconds(20)));
  IncomingDocument count_with_skew = incoming(count("c2", {movement_line("D", 5)}, counted));
  count_with_skew.clock_skew = seconds(20);
  hub.take({count_with_skew});
  CHECK(hub.database.texts("SELECT subject FROM exception_case WHERE code = 'count_order_uncertain' ORDER BY subject") ==
        Texts{"GB/A", "GB/D"});
}
