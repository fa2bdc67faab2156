// One row of a file of the Online Retail form (UCI "Online Retail", Daqing Chen, 2015): header, types, and the errors of a
// row that is none. What the rows mean stands in trade.h. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/decimal.h"
#include "common/base/error.h"
#include "common/base/time.h"
#include "packaging/demo.d/csv.h"

namespace tillsync::demo {

struct RetailRow {
  std::string invoice;
  std::string stock_code;
  std::string description;  // as it stands, blanks at its ends included; may be empty
  Quantity quantity;        // signed
  Instant at;               // the file's local time, taken as UTC
  UnitPrice price;          // net of tax, signed
  std::string customer;     // "17850"; the file writes "17850.0"; may be empty
  std::string country;
};

/// "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
std::string retail_header();
/// kInvalid when the record is not that header, naming the first column that differs.
Result<void> check_retail_header(const CsvRecord& record);
/// kInvalid naming line and column. Dates are "YYYY-MM-DD HH:MM:SS"; an empty country is "Unspecified".
Result<RetailRow> parse_retail_row(const CsvRecord& record);
/// The row as a line of such a file, with its LF.
std::string to_csv_line(const RetailRow& row);

}  // namespace tillsync::demo
