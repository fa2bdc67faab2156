#include "packaging/demo.d/sums.h"

#include <catch2/catch.hpp>

#include "packaging/demo.d/trade.h"

using namespace tillsync;
using namespace tillsync::demo;

namespace {

SaleLine line(std::string kind, std::int64_t units) {
  SaleLine made;
  made.kind = std::move(kind);
  made.sku = Sku("A");
  made.qty.milli = units * 1'000;
  return made;
}

template <class Ticket>
Document ticket(std::vector<SaleLine> lines, std::int64_t gross) {
  Ticket made;
  made.currency.code = "GBP";
  made.lines = std::move(lines);
  made.totals.gross.minor = gross;
  return {make_header("sale/1", LocationId("GB"), TillId("GB-1"), "1", {}, {}), std::move(made)};
}

Document movement(std::string type, std::int64_t units) {
  StockMovement made;
  made.type = std::move(type);
  MovementLine moved;
  moved.sku = Sku("A");
  moved.qty.milli = units * 1'000;
  made.lines.push_back(moved);
  return {make_header("stock-movement/1", LocationId("GB"), TillId("GB-1"), "1", {}, {}), std::move(made)};
}

}  // namespace

TEST_CASE("sums: only goods move stock, a sale takes it and a return brings it", "[demo]") {
  CHECK(sums_of(ticket<Sale>({line("goods", 6), line("shipping", 3), line("goods", -1)}, 1'798)) == LocationSums{1, 0, {{"GBP", 1'798}}, -5'000});
  CHECK(sums_of(ticket<Return>({line("goods", 2), line("discount", 1)}, 500)) == LocationSums{1, 0, {{"GBP", -500}}, 2'000});
}

TEST_CASE("sums: a transfer out takes stock, every other movement has its own sign", "[demo]") {
  CHECK(sums_of(movement("transfer_out", 12)).units_milli == -12'000);
  CHECK(sums_of(movement("transfer_in", 12)).units_milli == 12'000);
  CHECK(sums_of(movement("opening", 3)).units_milli == 3'000);
  CHECK(sums_of(movement("receipt", 3)).units_milli == 3'000);
  CHECK(sums_of(movement("adjustment", -4)).units_milli == -4'000);
  CHECK(sums_of(movement("adjustment", -4)).gross_minor.empty());
}

TEST_CASE("sums: a close counts apart, a training sale not at all", "[demo]") {
  Document close;
  close.body = TillClose{};
  CHECK(sums_of(close) == LocationSums{0, 1, {}, 0});
  auto training = ticket<Sale>({line("goods", 6)}, 1'798);
  training.header.mode = "training";
  CHECK(sums_of(training) == LocationSums{});
}

TEST_CASE("sums: written and read back they are the same", "[demo]") {
  const SumsByLocation sums = {{"GB", {3, 1, {{"GBP", -1'798}, {"JPY", 1'500}}, -6'500}}, {"WH", {2, 4, {}, 12'000}}};
  const auto back = sums_from_json(sums_to_json(sums));
  REQUIRE(back);
  CHECK(*back == sums);
}

TEST_CASE("sums: the ERP's form is read, unknown members are passed over, a location that stands twice is added up", "[demo]") {
  const auto sums = sums_from_json(R"({"accounts":[],"locations":[
    {"location":"GB","postings":2,"documents":3,"gross":{"GBP":"17.98"},"units":"-6"},
    {"location":"GB","documents":1,"gross":{"GBP":"0.02"},"units":1},{"location":"WH","documents":0}]})");
  REQUIRE(sums);
  CHECK(sums->at("GB") == LocationSums{4, 0, {{"GBP", 1'800}}, -5'000});
  CHECK(sums->at("WH") == LocationSums{});
}

TEST_CASE("sums: what has not that form is refused", "[demo]") {
  for (const auto* text :
       {"", "[]", "{}", R"({"locations":{}})", R"({"locations":[{"documents":1}]})", R"({"locations":[{"location":"GB"}]})",
        R"({"locations":[{"location":"GB","documents":"1"}]})", R"({"locations":[{"location":"GB","documents":1,"gross":{"GBP":"x"}}]})",
        R"({"locations":[{"location":"GB","documents":1,"gross":{"GBP":1.5}}]})", R"({"locations":[{"location":"GB","documents":1,"gross":[]}]})",
        R"({"locations":[{"location":"GB","documents":1,"units":true}]})"}) {
    INFO(text);
    CHECK_FALSE(sums_from_json(text));
  }
}

TEST_CASE("sums: the hub's reconciliation is added up per location over its currencies", "[demo]") {
  const auto books = hub_books_from_json(R"({"next":null,"items":[
    {"location":"GB","currency":"GBP","hub":{"documents":2,"gross":"17.98","units":"-6"},"erp":{"documents":1,"gross":"1.00","units":"0"},"waiting":1,"balanced":false},
    {"location":"GB","currency":"","hub":{"documents":3,"gross":"0","units":"12"},"erp":{"documents":3,"gross":"0","units":"12"},"waiting":2,"balanced":true},
    {"location":"JP","currency":"JPY","hub":{"documents":1,"gross":"1500","units":"0"},"erp":{"documents":1,"gross":"1500","units":"0"},"waiting":0,"balanced":true}]})");
  REQUIRE(books);
  CHECK(books->sums.at("GB") == LocationSums{5, 0, {{"GBP", 1'798}}, 6'000});
  CHECK(books->sums.at("JP") == LocationSums{1, 0, {{"JPY", 1'500}}, 0});
  CHECK(books->waiting == 3);
}

TEST_CASE("sums: a reconciliation of another form is refused", "[demo]") {
  for (const auto* text : {"", "{}", R"({"items":[7]})", R"({"items":[{"location":"GB","currency":"GBP"}]})",
                           R"({"items":[{"location":"GB","currency":"GBP","hub":{"gross":"1","units":"1"}}]})",
                           R"({"items":[{"location":"GB","currency":"GBP","hub":{"documents":1,"gross":"x","units":"1"}}]})",
                           R"({"items":[{"location":"GB","hub":{"documents":1,"gross":"1","units":"1"}}]})"}) {
    INFO(text);
    CHECK_FALSE(hub_books_from_json(text));
  }
}

TEST_CASE("sums: a page of events gives its locations and where the next begins", "[demo]") {
  const auto page = event_page_from_json(R"({"items":[{"location":"GB"},{"location":"DE"}],"next":"17"})");
  REQUIRE(page);
  CHECK(page->locations == std::vector<std::string>{"GB", "DE"});
  CHECK(page->next == "17");
  const auto last = event_page_from_json(R"({"items":[],"next":null})");
  REQUIRE(last);
  CHECK(last->next.empty());
  for (const auto* text : {"", "{}", R"({"items":[7]})", R"({"items":[{"location":1}]})"}) CHECK_FALSE(event_page_from_json(text));
}
