#include "hub/reservations/reservation_store.h"

#include <catch2/catch.hpp>

#include "hub/reservations/reservation_rows.h"
#include "tests/hub/reservations/reservation_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

TEST_CASE("reservation store: everything of a reservation survives a restart", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 9);
  ReservationRequest wanted = request("k-1", {asked("A", 2), asked("A", 1)});
  wanted.channel = "shop";
  wanted.order_no = "W-1";
  wanted.priority = 7;
  wanted.lines[0].unit_price = UnitPrice{2'500'000};
  StockRequest from = reserve(wanted);
  from.correlation_id = "trace-1";
  const StockAnswer before = hub.ask(from);
  hub.restart();
  CHECK(hub.ask(from).body == before.body);
  std::vector<Position> positions(8);
  std::size_t used = 0;
  const auto read = read_reservation(hub.database.connection(), reservation_id_of("shop", "k-1"), [&](const PositionKey& key) -> Result<Position*> {
    positions[used].key = key;
    return &positions[used++];
  });
  REQUIRE((read && read->has_value()));
  CHECK((*read)->value() == 5'000'000'000);
  CHECK((*read)->request.priority == 7);
  CHECK((*read)->parts.size() == 2);
  CHECK((*read)->open_milli() == 3'000);
}

TEST_CASE("reservation store: numbers go on after a restart", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 9);
  for (int round = 0; round < 3; ++round) {
    hub.hold(reserve("k-" + std::to_string(round), "A", 1));
    CHECK(hub.ask(demand(GrantLease{"l-" + std::to_string(round), AgentId("a_one"), LocationId("GB"), Sku("A"), Quantity{1'000}, 600, ""})).status == 201);
    hub.restart();
  }
  CHECK(hub.database.number("SELECT count(*) FROM reservation") == 3);
  CHECK(hub.database.number("SELECT count(*) FROM reservation_step") == 3);
  CHECK(hub.database.number("SELECT count(*) FROM lease_step") == 3);
  CHECK(hub.reserved("A") == 3);
  CHECK(hub.leased("A") == 3);
  hub.check_sums();
}

TEST_CASE("reservation store: a state that is not known is damage, not a guess", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 9);
  const std::string id = hub.hold(reserve("k-1", "A", 1));
  REQUIRE(hub.database.connection().run("UPDATE reservation SET state = 'lost'"));
  const auto read = read_reservation(hub.database.connection(), id, [](const PositionKey&) -> Result<Position*> { return nullptr; });
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().code == ErrorCode::kCorrupt);
}

TEST_CASE("reservation store: a correction is a record, beside what the same group decides", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 9);
  hub.hold(reserve("k-1", "A", 2));
  REQUIRE(hub.database.connection().run("UPDATE stock_position SET reserved_milli = 5000, leased_milli = 1000"));
  hub.restart();
  const auto answers = hub.ask({demand(CorrectPositions{"found by the check"}, "admin"), reserve("k-2", "A", 1)});
  CHECK(answers[0].body == R"({"corrected":1})");
  CHECK(answers[1].status == 201);
  CHECK(hub.reserved("A") == 3);
  CHECK(hub.leased("A") == 0);
  CHECK(hub.database.texts("SELECT who || ': ' || why || ' ' || reserved_before_milli || '>' || reserved_after_milli || ' ' || leased_before_milli || '>' ||"
                           " leased_after_milli FROM position_correction") == Texts{"admin: found by the check 5000>2000 1000>0"});
  hub.check_sums();
}

TEST_CASE("reservation store: the most exact entry of safety stock counts", "[reservations]") {
  const PositionKey key{LocationId("GB"), Sku("A")};
  CHECK(safety_of({}, key) == 0);
  CHECK(safety_of({{{"", ""}, 1}}, key) == 1);
  CHECK(safety_of({{{"", ""}, 1}, {{"GB", ""}, 2}}, key) == 2);
  CHECK(safety_of({{{"GB", ""}, 2}, {{"", "A"}, 3}}, key) == 3);
  CHECK(safety_of({{{"", "A"}, 3}, {{"GB", "A"}, 0}}, key) == 0);
  CHECK(safety_of({{{"DE", "A"}, 3}}, key) == 0);
}

TEST_CASE("reservation store: master data that was put is seen at once", "[reservations]") {
  ReservationHub hub;
  Product thing;
  thing.sku = Sku("THING");
  hub.put_product(thing);
  CHECK(hub.ask(reserve("k-1", "THING", 1)).status == 409);
  thing.kind = "service";
  hub.put_product(thing);
  CHECK(hub.ask(reserve("k-2", "THING", 1)).status == 201);
}
