#include "hub/reservations/reservation_reader.h"

#include <catch2/catch.hpp>

#include "tests/hub/reservations/reservation_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

TEST_CASE("reservation reader: what is shown is what was answered, with its steps", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const StockAnswer made = hub.ask(reserve("k-1", "A", 2));
  const std::string id = json::parse(made.body).at("reservation_id");
  ReservationReader reader(hub.database.connection());
  json shown = json::parse(*reader.show(id));
  CHECK(shown.at("steps").size() == 1);
  shown.erase("steps");
  CHECK(shown == json::parse(made.body));
  CHECK(reader.show("r_nobody").error().code == ErrorCode::kNotFound);
  hub.ask(reserve("k-2", "A", 99));
  CHECK(reader.show(reservation_id_of("shop", "k-2")).error().code == ErrorCode::kNotFound);  // refused: it never was one
  CHECK(reader.show_lease("l_nobody").error().code == ErrorCode::kNotFound);
}

TEST_CASE("reservation reader: pages go back in time and end", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 5);
  for (int i = 0; i < 5; ++i) hub.hold(reserve("k-" + std::to_string(i), "A", 1));
  ReservationReader reader(hub.database.connection());
  ReservationFilter filter;
  filter.limit = 2;
  std::vector<std::string> seen;
  for (;;) {
    const auto page = reader.list(filter);
    REQUIRE(page);
    for (const std::string& one : page->reservations) seen.push_back(json::parse(one).at("idempotency_key"));
    if (!page->next) break;
    filter.after = page->next;
  }
  CHECK(seen == Texts{"k-4", "k-3", "k-2", "k-1", "k-0"});
  filter = {};
  filter.location = LocationId("GB");
  filter.sku = Sku("A");
  filter.state = "held";
  CHECK(reader.list(filter)->reservations.size() == 5);
  hub.sell("A", 5);
  CHECK(reader.list(filter)->reservations.empty());
}

TEST_CASE("reservation reader: the self-check finds every kind of wrong sum", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 9);
  const std::string id = hub.hold(reserve("k-1", "A", 2));
  hub.ask(demand(GrantLease{"l-1", AgentId("a_one"), LocationId("GB"), Sku("A"), Quantity{3'000}, 600, ""}));
  hub.sell("A", 1, id);
  ReservationReader reader(hub.database.connection());
  CHECK(reader.verify()->empty());
  const auto found = [&](const std::string& damage) {
    REQUIRE(hub.database.connection().run(damage));
    std::vector<std::string> kinds;
    const auto differences = reader.verify();
    REQUIRE(differences);
    for (const SumDifference& difference : *differences) kinds.push_back(difference.what);
    return kinds;
  };
  CHECK(found("UPDATE stock_position SET leased_milli = leased_milli + 1") == Texts{"leased"});
  CHECK(found("UPDATE stock_position SET leased_milli = leased_milli - 1, reserved_milli = 0") == Texts{"reserved"});
  CHECK(found("UPDATE stock_position SET reserved_milli = 1000") == Texts{});
  CHECK(found("UPDATE reservation_part SET open_milli = 500") == Texts{"reserved", "part"});
  CHECK(found("UPDATE reservation_part SET open_milli = 1000") == Texts{});
  CHECK(found("UPDATE lease SET open_milli = 2000") == Texts{"leased", "lease"});
}

TEST_CASE("reservation reader: what a shelf sells in a day, of late", "[reservations][availability]") {
  ReservationHub hub;
  const Instant now = kMorning + seconds(10 * 86'400);
  const auto sold_at = [&hub](std::string no, std::int64_t units, Instant at) { hub.take(sale(std::move(no), {goods_line("A", units, 100)}, at)); };
  ReservationReader reader(hub.database.connection());
  const PositionKey key{LocationId("GB"), Sku("A")};
  CHECK(*reader.sold_per_day_milli(key, now) == 0);
  hub.take(movement("o", "opening", {movement_line("A", 100)}, kMorning - seconds(100 * 86'400)));
  sold_at("old", 50, kMorning - seconds(60 * 86'400));
  sold_at("1", 5, kMorning);
  sold_at("2", 15, kMorning + seconds(86'400));
  CHECK(*reader.sold_per_day_milli(key, now) == 2'000);
  hub.take(returned("r", {goods_line("A", 10, 100)}, now - seconds(60)));
  CHECK(*reader.sold_per_day_milli(key, now) == 1'000);
  // One sale of this minute is no rate of hundreds a day.
  sold_at("3", 4, kMorning + seconds(50 * 86'400));
  CHECK(*reader.sold_per_day_milli(key, kMorning + seconds(50 * 86'400 + 60)) == 4'000);
}
