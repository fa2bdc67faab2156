#include "packaging/demo.d/balance.h"

#include <catch2/catch.hpp>

using namespace tillsync::demo;

namespace {

const SumsByLocation kBooks = {{"DE", {2, 1, {{"GBP", 1'000}}, -3'000}}, {"GB", {3, 2, {{"GBP", 1'798}}, -6'500}}};

}  // namespace

TEST_CASE("balance: equal books balance, and the table says so", "[demo]") {
  const auto rows = compare(kBooks, kBooks, kBooks);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].balances());
  CHECK(rows[1].balances());
  const auto table = balance_table(rows);
  CHECK(table.find("All 2 locations balance: POS = hub = ERP.") != std::string::npos);
  CHECK(table.find("17.98 GBP") != std::string::npos);
  CHECK(table.find("27.98 GBP") != std::string::npos);
  CHECK(table.find("-9.5") != std::string::npos);
  CHECK(table.find("DIFFERS") == std::string::npos);
}

TEST_CASE("balance: a penny, a unit or a document too few at either side is shown", "[demo]") {
  auto penny = kBooks, unit = kBooks, document = kBooks;
  penny["GB"].gross_minor["GBP"] -= 1;
  unit["GB"].units_milli += 1;
  document["GB"].documents -= 1;
  for (const auto& other : {penny, unit, document}) {
    const auto at_hub = compare(kBooks, other, kBooks);
    const auto at_erp = compare(kBooks, kBooks, other);
    for (const auto* rows : {&at_hub, &at_erp}) {
      CHECK(rows->at(0).balances());
      CHECK_FALSE(rows->at(1).balances());
      CHECK(balance_table(*rows).find("1 of 2 locations do not balance.") != std::string::npos);
    }
  }
  CHECK(balance_table(compare(kBooks, penny, kBooks)).find("17.98 GBP / 17.97 GBP / 17.98 GBP") != std::string::npos);
}

TEST_CASE("balance: closes are compared with the hub's, the ERP has none", "[demo]") {
  auto erp = kBooks, hub = kBooks;
  for (auto& [location, sums] : erp) sums.closes = 0;
  for (const auto& row : compare(kBooks, kBooks, erp)) CHECK(row.balances());
  hub["GB"].closes = 1;
  CHECK_FALSE(compare(kBooks, hub, erp)[1].balances());
  CHECK(distance(compare(kBooks, hub, erp)).hub == 1);
}

TEST_CASE("balance: a location that only one side knows does not balance", "[demo]") {
  auto more = kBooks;
  more["FR"].documents = 1;
  CHECK(compare(kBooks, more, kBooks).size() == 3);
  CHECK_FALSE(compare(kBooks, more, kBooks)[1].balances());
  CHECK_FALSE(compare(kBooks, {}, {})[0].balances());
}

TEST_CASE("balance: a gross of 0 is the same as none", "[demo]") {
  auto with_zero = kBooks;
  with_zero["WH"] = {1, 0, {{"GBP", 0}}, 5'000};
  auto without = kBooks;
  without["WH"] = {1, 0, {}, 5'000};
  for (const auto& row : compare(with_zero, without, with_zero)) CHECK(row.balances());
}

TEST_CASE("balance: the distance counts documents that are missing or too many", "[demo]") {
  auto hub = kBooks;
  hub["GB"].documents = 1;
  hub["FR"].documents = 4;
  const auto left = distance(compare(kBooks, hub, kBooks));
  CHECK(left.hub == 6);  // two too few, four too many
  CHECK(left.erp == 0);
}
