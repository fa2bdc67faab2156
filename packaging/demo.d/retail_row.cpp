#include "packaging/demo.d/retail_row.h"

#include <array>
#include <string_view>

#include "common/contract/text.h"

namespace tillsync::demo {
namespace {

constexpr std::array<std::string_view, 8> kColumns = {"InvoiceNo",   "StockCode", "Description", "Quantity",
                                                      "InvoiceDate", "UnitPrice", "CustomerID",  "Country"};
constexpr std::size_t kEchoBytesMax = 80;  // of a wrong value in an error message
enum Column : std::size_t { kInvoice, kStockCode, kDescription, kQuantity, kDate, kPrice, kCustomer, kCountry };

std::string place(const CsvRecord& record, std::size_t column) {
  return "line " + std::to_string(record.line) + ", " + std::string(kColumns[column]);
}

std::unexpected<Error> wrong(const CsvRecord& record, std::size_t column, std::string_view why, std::string hint = {}) {
  return fail(ErrorCode::kInvalid, place(record, column), "'" + record.fields[column].substr(0, kEchoBytesMax) + "': " + std::string(why), std::move(hint));
}

Result<Instant> parse_date_time(const CsvRecord& record) {
  const std::string& text = record.fields[kDate];
  constexpr std::string_view kHint = "dates are written YYYY-MM-DD HH:MM:SS";
  if (text.size() != 19 || text[10] != ' ') return wrong(record, kDate, "no date and time", std::string(kHint));
  std::string rfc = text;
  rfc[10] = 'T';
  auto instant = parse_instant(rfc + "Z");
  if (!instant) return wrong(record, kDate, instant.error().detail, std::string(kHint));
  return *instant;
}

Result<std::string> identifier(const CsvRecord& record, std::size_t column) {
  auto parsed = parse_identifier(record.fields[column]);
  if (!parsed) return wrong(record, column, parsed.error().detail);
  return *parsed;
}

/// A spreadsheet has turned the numbers into floats: "17850.0" is customer 17850.
Result<std::string> parse_customer(const CsvRecord& record) {
  std::string text = record.fields[kCustomer];
  if (text.empty()) return text;
  const auto point = text.find('.');
  if (point != std::string::npos && point > 0 && text.find_first_not_of('0', point + 1) == std::string::npos &&
      text.find_first_not_of("0123456789") == point)
    text.resize(point);
  auto parsed = parse_identifier(text);
  if (!parsed) return wrong(record, kCustomer, parsed.error().detail);
  return *parsed;
}

}  // namespace

std::string retail_header() {
  std::string header;
  for (const auto column : kColumns) {
    if (!header.empty()) header += ',';
    header += column;
  }
  return header;
}

Result<void> check_retail_header(const CsvRecord& record) {
  for (std::size_t i = 0; i < kColumns.size() || i < record.fields.size(); ++i) {
    const std::string_view wanted = i < kColumns.size() ? kColumns[i] : "nothing";
    const std::string_view found = i < record.fields.size() ? std::string_view(record.fields[i]) : "nothing";
    if (i >= kColumns.size() || found != wanted)
      return fail(ErrorCode::kInvalid, "line " + std::to_string(record.line),
                  "column " + std::to_string(i + 1) + " of the header should be " + std::string(wanted) + " and is '" +
                      std::string(found) + "'",
                  "the file must have the header " + retail_header());
  }
  return {};
}

Result<RetailRow> parse_retail_row(const CsvRecord& record) {
  if (record.fields.size() != kColumns.size())
    return fail(ErrorCode::kInvalid, "line " + std::to_string(record.line),
                "it has " + std::to_string(record.fields.size()) + " columns, not " + std::to_string(kColumns.size()));
  RetailRow row;
  TS_ASSIGN_OR_RETURN(row.invoice, identifier(record, kInvoice));
  TS_ASSIGN_OR_RETURN(row.stock_code, identifier(record, kStockCode));
  auto description = parse_free_text(record.fields[kDescription]);
  if (!description) return wrong(record, kDescription, description.error().detail);
  row.description = *description;
  const auto quantity = parse_decimal(record.fields[kQuantity], Quantity::kScale);
  if (!quantity) return wrong(record, kQuantity, quantity.error().detail);
  row.quantity = {*quantity};
  TS_ASSIGN_OR_RETURN(row.at, parse_date_time(record));
  const auto price = parse_decimal(record.fields[kPrice], UnitPrice::kScale);
  if (!price) return wrong(record, kPrice, price.error().detail);
  row.price = {*price};
  TS_ASSIGN_OR_RETURN(row.customer, parse_customer(record));
  if (record.fields[kCountry].empty()) {
    row.country = "Unspecified";
  } else {
    TS_ASSIGN_OR_RETURN(row.country, identifier(record, kCountry));
  }
  return row;
}

std::string to_csv_line(const RetailRow& row) {
  std::string at = format_instant(row.at).substr(0, 19);
  at[10] = ' ';
  return csv_field(row.invoice) + ',' + csv_field(row.stock_code) + ',' + csv_field(row.description) + ',' +
         format_quantity(row.quantity) + ',' + at + ',' + format_unit_price(row.price) + ',' +
         (row.customer.empty() ? std::string() : csv_field(row.customer + ".0")) + ',' + csv_field(row.country) + '\n';
}

}  // namespace tillsync::demo
