#include "hub/reservations/availability_reader.h"

#include <catch2/catch.hpp>

#include "tests/hub/reservations/reservation_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

TEST_CASE("availability reader: confidence shrinks with silence and sales, in whole units", "[reservations][availability]") {
  const Duration day = seconds(86'400);
  CHECK(confident_milli(10'000, 0, day) == 10'000);
  CHECK(confident_milli(10'000, 4'000, Duration{0}) == 10'000);
  CHECK(confident_milli(10'000, 4'000, day) == 6'000);
  CHECK(confident_milli(10'000, 4'000, seconds(43'200)) == 8'000);
  CHECK(confident_milli(10'000, 4'000, seconds(21'600 + 60)) == 8'000);
  CHECK(confident_milli(10'500, 4'000, seconds(21'600)) == 9'500);
  CHECK(confident_milli(10'000, 4'000, seconds(86'400 * 3)) == 0);
  CHECK(confident_milli(-5'000, 4'000, day) == 0);
  CHECK(confident_milli(INT64_MAX, INT64_MAX, seconds(400 * 86'400)) == 0);
}

TEST_CASE("availability reader: bundles, what needs no stock, dark stores, and a commit in between", "[reservations][availability]") {
  ReservationHub hub;
  const Instant now = kMorning + seconds(2 * 86'400);
  hub.stock("CUP", 5);
  hub.stock("TEA", 20);
  hub.take(sale("1", {goods_line("TEA", 4, 100)}, kMorning));
  Product set, postage;
  set.sku = Sku("SET");
  set.bundle = {{Sku("CUP"), Quantity{1'000}, {}}, {Sku("TEA"), Quantity{3'000}, {}}};
  postage.sku = Sku("POST");
  postage.kind = "shipping";
  hub.put_product(set);
  hub.put_product(postage);
  AvailabilityReader reader(hub.database.connection(), hub.book);
  const auto ask = [&](const std::string& sku, LastHeard heard) {
    const auto answer = reader.answer({{Sku(sku)}, {}, {}}, heard, seconds(60), now);
    REQUIRE(answer);
    return json::parse(*answer).at("items").at(0);
  };
  const LastHeard never = [](const LocationId&) { return std::nullopt; };
  const LastHeard yesterday = [](const LocationId&) { return std::optional(kMorning + seconds(86'400)); };
  CHECK(ask("SET", never).at("available") == "5");
  CHECK(ask("SET", never).at("locations").at(0).at("on_hand").is_null());
  CHECK(ask("POST", never).at("needs_stock") == false);
  CHECK(ask("POST", never).at("available").is_null());
  CHECK(ask("NOBODY", never).at("available") == "0");
  // Four of TEA were sold in a day, and it is dark for one.
  CHECK(ask("TEA", yesterday).at("available") == "16");
  CHECK(ask("TEA", yesterday).at("confident") == "12");
  CHECK(ask("SET", yesterday).at("confident") == "4");
  hub.hold(reserve("k-1", "CUP", 3));
  CHECK(ask("SET", never).at("available") == "2");
  hub.sell("CUP", 1);
  CHECK(ask("CUP", never).at("available") == "1");
}
