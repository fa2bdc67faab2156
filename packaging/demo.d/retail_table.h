// All rows of a file, grouped into invoices and put into the order of time. Texts are kept once and a row takes 48 bytes, so
// that a whole year (541,909 rows) stays far below 100 MB. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "packaging/demo.d/retail_row.h"

namespace tillsync::demo {

struct InvoiceLine {
  std::string stock_code, description;
  Quantity quantity;
  UnitPrice price;
  Instant at;
};

/// One invoice of one country, as the file says it.
struct Invoice {
  std::string number;  // "536365", "C536379", "A563185"
  std::string country;
  std::string customer;
  Instant at;          // of its earliest line: some invoices run over a minute or two
  std::vector<InvoiceLine> lines;  // in the file's order, exact duplicates kept
};

class RetailTable {
 public:
  /// kLimitExceeded when the file has more rows than 2^32.
  Result<void> add(const RetailRow& row);
  /// Orders the invoices by (time, first row). Call once, after the last row.
  void finish();

  std::size_t row_count() const { return rows_.size(); }
  std::size_t invoice_count() const { return order_.size(); }
  /// n counts in the order of time. An invoice number that appears in two countries is two invoices.
  Invoice invoice(std::size_t n) const;

 private:
  struct Row {
    std::int64_t quantity_milli, price_micro;
    Instant at;
    std::uint32_t stock_code, description, next;  // next: row of the same invoice, kNone at the end
  };
  struct Head {
    std::uint32_t number, country, customer;
    std::uint32_t first_row, last_row;
    Instant at;
  };
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  std::uint32_t intern(const std::string& text);

  std::unordered_map<std::string, std::uint32_t> text_ids_;
  std::vector<const std::string*> texts_;  // keys of text_ids_, whose addresses stay
  std::unordered_map<std::uint64_t, std::uint32_t> head_ids_;  // (number, country)
  std::vector<Row> rows_;
  std::vector<Head> heads_;
  std::vector<std::uint32_t> order_;
};

}  // namespace tillsync::demo
