#include "packaging/demo.d/retail_row.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::demo;

namespace {

CsvRecord record(std::vector<std::string> fields, std::int64_t line = 7) { return {line, std::move(fields)}; }

std::vector<std::string> good() {
  return {"536365", "85123A", "WHITE HANGING HEART T-LIGHT HOLDER", "6", "2010-12-01 08:26:00", "2.55", "17850.0", "United Kingdom"};
}

std::string refusal(std::size_t column, std::string value) {
  auto fields = good();
  fields[column] = std::move(value);
  const auto row = parse_retail_row(record(fields));
  REQUIRE_FALSE(row);
  CHECK(row.error().code == ErrorCode::kInvalid);
  return row.error().operation;
}

RetailRow accepted(std::size_t column, std::string value) {
  auto fields = good();
  fields[column] = std::move(value);
  const auto row = parse_retail_row(record(fields));
  REQUIRE(row);
  return *row;
}

}  // namespace

TEST_CASE("retail row: a row of the real file", "[demo]") {
  const auto row = parse_retail_row(record(good()));
  REQUIRE(row);
  CHECK(row->invoice == "536365");
  CHECK(row->stock_code == "85123A");
  CHECK(row->description == "WHITE HANGING HEART T-LIGHT HOLDER");
  CHECK(row->quantity.milli == 6'000);
  CHECK(format_instant(row->at) == "2010-12-01T08:26:00Z");
  CHECK(row->price.micro == 2'550'000);
  CHECK(row->customer == "17850");
  CHECK(row->country == "United Kingdom");
  CHECK(to_csv_line(*row) == "536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n");
}

TEST_CASE("retail row: the traps of the real file are read, not judged", "[demo]") {
  CHECK(accepted(3, "-80995").quantity.milli == -80'995'000);
  CHECK(accepted(5, "0.001").price.micro == 1'000);
  CHECK(accepted(5, "0.0").price.micro == 0);
  CHECK(accepted(5, "-11062.06").price.micro == -11'062'060'000);
  CHECK(accepted(1, "85123a").stock_code == "85123a");
  CHECK(accepted(1, "BANK CHARGES").stock_code == "BANK CHARGES");
  CHECK(accepted(2, "").description.empty());
  CHECK(accepted(2, "HEART OF WICKER SMALL ").description == "HEART OF WICKER SMALL ");
  CHECK(accepted(6, "").customer.empty());
  CHECK(accepted(6, "17850").customer == "17850");
  CHECK(accepted(6, "A-17.5").customer == "A-17.5");
  CHECK(accepted(6, "17.5").customer == "17.5");
  CHECK(accepted(7, "").country == "Unspecified");
}

TEST_CASE("retail row: what cannot be read is refused with line and column", "[demo]") {
  CHECK(refusal(0, "") == "line 7, InvoiceNo");
  CHECK(refusal(1, "") == "line 7, StockCode");
  CHECK(refusal(1, std::string(65, 'x')) == "line 7, StockCode");
  CHECK(refusal(2, "\xA3 20") == "line 7, Description");
  CHECK(refusal(3, "six") == "line 7, Quantity");
  CHECK(refusal(3, "") == "line 7, Quantity");
  CHECK(refusal(3, "0.0001") == "line 7, Quantity");
  CHECK(refusal(4, "12/1/2010 8:26") == "line 7, InvoiceDate");
  CHECK(refusal(4, "2010-12-01T08:26:00") == "line 7, InvoiceDate");
  CHECK(refusal(4, "2010-02-30 08:26:00") == "line 7, InvoiceDate");
  CHECK(refusal(5, "2,55") == "line 7, UnitPrice");
  CHECK(refusal(5, "1e400") == "line 7, UnitPrice");
  CHECK(refusal(5, "nan") == "line 7, UnitPrice");
  CHECK(refusal(7, std::string(65, 'x')) == "line 7, Country");
  auto fields = good();
  fields.pop_back();
  const auto row = parse_retail_row(record(fields, 12));
  REQUIRE_FALSE(row);
  CHECK(row.error().operation == "line 12");
}

TEST_CASE("retail row: the header is wanted as it is and an error names the column", "[demo]") {
  const std::vector<std::string> header = {"InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"};
  CHECK(check_retail_header(record(header, 1)));
  auto other = header;
  other[5] = "Price";
  const auto refused = check_retail_header(record(other, 1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail == "column 6 of the header should be UnitPrice and is 'Price'");
  other = header;
  other.pop_back();
  CHECK_FALSE(check_retail_header(record(other, 1)));
  other = header;
  other.emplace_back("More");
  CHECK_FALSE(check_retail_header(record(other, 1)));
}

TEST_CASE("retail row: rows written are rows read", "[demo]") {
  for (const std::string text : {"say \"hi\", please", "two\nlines", "", " £20 "}) {
    RetailRow row = accepted(2, text);
    row.customer.clear();
    std::vector<RetailRow> back;
    CsvParser parser([&](const CsvRecord& parsed) -> Result<void> {
      auto again = parse_retail_row(parsed);
      if (!again) return std::unexpected(again.error());
      back.push_back(*again);
      return {};
    });
    REQUIRE(parser.feed(to_csv_line(row)));
    REQUIRE(back.size() == 1);
    CHECK(to_csv_line(back[0]) == to_csv_line(row));
  }
}
