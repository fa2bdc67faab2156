#include "packaging/demo.d/retail_table.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::demo;

namespace {

RetailRow row(std::string invoice, std::string code, std::int64_t minute, std::string country = "France", std::string customer = "") {
  RetailRow made;
  made.invoice = std::move(invoice);
  made.stock_code = std::move(code);
  made.quantity.milli = 1'000;
  made.price.micro = 1'000'000;
  made.at.micros = minute * 60'000'000;
  made.country = std::move(country);
  made.customer = std::move(customer);
  return made;
}

RetailTable table_of(const std::vector<RetailRow>& rows) {
  RetailTable table;
  for (const auto& entry : rows) REQUIRE(table.add(entry));
  table.finish();
  return table;
}

}  // namespace

TEST_CASE("retail table: invoices come in the order of time, whatever the order of the rows", "[demo]") {
  const RetailTable table = table_of({row("3", "A", 30), row("1", "A", 10), row("3", "B", 31), row("2", "A", 20), row("1", "B", 11)});
  REQUIRE(table.invoice_count() == 3);
  CHECK(table.row_count() == 5);
  CHECK(table.invoice(0).number == "1");
  CHECK(table.invoice(1).number == "2");
  CHECK(table.invoice(2).number == "3");
  REQUIRE(table.invoice(0).lines.size() == 2);
  CHECK(table.invoice(0).lines[0].stock_code == "A");
  CHECK(table.invoice(0).lines[1].stock_code == "B");
}

TEST_CASE("retail table: at the same minute the first row comes first", "[demo]") {
  const RetailTable table = table_of({row("9", "A", 5), row("1", "A", 5)});
  CHECK(table.invoice(0).number == "9");
  CHECK(table.invoice(1).number == "1");
}

TEST_CASE("retail table: an invoice that runs over a minute has its earliest time", "[demo]") {
  const RetailTable table = table_of({row("1", "A", 12), row("1", "B", 11), row("1", "C", 13)});
  REQUIRE(table.invoice_count() == 1);
  CHECK(table.invoice(0).at.micros == 11 * 60'000'000);
  CHECK(table.invoice(0).lines[0].at.micros == 12 * 60'000'000);
}

TEST_CASE("retail table: exact duplicate rows stay two lines", "[demo]") {
  const RetailTable table = table_of({row("1", "A", 1), row("1", "A", 1)});
  CHECK(table.invoice(0).lines.size() == 2);
}

TEST_CASE("retail table: an invoice number in two countries is two invoices", "[demo]") {
  const RetailTable table = table_of({row("1", "A", 1, "France"), row("1", "B", 1, "Germany"), row("1", "C", 1, "France")});
  REQUIRE(table.invoice_count() == 2);
  CHECK(table.invoice(0).country == "France");
  CHECK(table.invoice(0).lines.size() == 2);
  CHECK(table.invoice(1).country == "Germany");
}

TEST_CASE("retail table: the customer is the first that an invoice names", "[demo]") {
  const RetailTable table = table_of({row("1", "A", 1), row("1", "B", 1, "France", "17"), row("1", "C", 1, "France", "18")});
  CHECK(table.invoice(0).customer == "17");
}
