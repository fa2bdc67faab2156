#include "hub/reservations/reservation_json.h"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using namespace tillsync;
using namespace tillsync::hub;
using nlohmann::json;

TEST_CASE("reservation json: a bundle's line is granted as far as its scarcest part", "[reservations]") {
  Position cup, tea;
  cup.key = {LocationId("GB"), Sku("CUP")};
  tea.key = {LocationId("GB"), Sku("TEA")};
  Reservation reservation;
  reservation.id = "r_1";
  reservation.created_at = Instant{1'000'000};
  reservation.expires_at = Instant{5'000'000};
  ReservationLine set, postage, nothing;
  set.line_no = 1;
  set.sku = Sku("SET");
  set.qty = Quantity{3'000};
  postage.line_no = 2;
  postage.sku = Sku("POST \"1\"");
  postage.qty = Quantity{1'000};
  nothing.line_no = 3;
  nothing.sku = Sku("X");
  nothing.qty = Quantity{1'000};
  reservation.request.lines = {set, postage, nothing};
  ReservationPart cups, teas, paper;
  cups.line_no = teas.line_no = 1;
  cups.position = &cup;
  cups.qty_milli = 6'000;
  cups.open_milli = 4'000;
  cups.fulfilled_milli = 0;
  cups.per_unit_milli = 2'000;
  teas.position = &tea;
  teas.qty_milli = teas.open_milli = 3'000;
  paper.line_no = 2;
  paper.qty_milli = paper.fulfilled_milli = 1'000;
  reservation.parts = {cups, teas, paper};
  CHECK(granted_milli(reservation, 1) == 2'000);

  const json body = json::parse(reservation_json(reservation, seconds(10)));
  CHECK(body["expires_at"] == "1970-01-01T00:00:15Z");
  CHECK(body["purpose"] == "web");
  CHECK_FALSE(body.contains("order_no"));
  CHECK(body["lines"][0]["granted"] == "2");
  CHECK(body["lines"][0]["allocations"].size() == 2);
  CHECK(body["lines"][0]["allocations"][0]["open"] == "4");
  CHECK(body["lines"][1]["sku"] == "POST \"1\"");
  CHECK(body["lines"][1]["granted"] == "1");
  CHECK(body["lines"][1]["allocations"].empty());
  CHECK(body["lines"][2]["granted"] == "0");
}

TEST_CASE("reservation json: a shortage names every line that is short", "[reservations]") {
  std::vector<LineDemand> lines(3);
  for (std::size_t i = 0; i < 3; ++i) {
    lines[i].line_no = static_cast<std::int64_t>(i) + 1;
    lines[i].sku = Sku("S" + std::to_string(i));
    lines[i].qty_milli = 2'500;
  }
  const StockAnswer answer = shortage_answer(lines, {{0, 1'000}, {2, -7'000}});
  CHECK(answer.status == 409);
  const json body = json::parse(answer.body);
  CHECK(body["detail"] == "S0: 2.5 asked, 1 available, and 1 more lines");
  CHECK(body["pointer"] == "/lines/0");
  CHECK(body["lines"][1] == json({{"line_no", 3}, {"sku", "S2"}, {"asked", "2.5"}, {"available", "0"}}));
}
