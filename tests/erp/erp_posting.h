// What the reference ERP reads out of a posting/1 body and whether it would book it. It shares no code with the hub's mapping,
// so that the two check each other. Pure.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tillsync::erp {

struct JournalEntry {
  std::string account;
  std::int64_t debit_minor = 0, credit_minor = 0;
};
struct StockEntry {
  std::string sku;
  std::int64_t qty_milli = 0;
};
struct IncomingPosting {
  std::string idempotency_key, kind, location, business_date, currency, correlation_id;
  std::int64_t documents = 0;
  std::int64_t gross_minor = 0;
  std::int64_t units_milli = 0;  // sum of the stock lines
  std::vector<JournalEntry> journal;
  std::vector<StockEntry> stock;
};

/// status: 400 for what is no posting, 422 for a business error.
struct Refusal {
  int status = 422;
  std::string code, message;
};

/// The ERP's own master data. items absent: every item is known.
struct MasterData {
  std::optional<std::map<std::string, bool>> items;  // SKU → blocked
  std::string closed_before;                         // business dates before it are closed; "" = none
};

/// Errors: not_json, bad_field, no_key, key_mismatch (400); unbalanced (422).
std::expected<IncomingPosting, Refusal> read_posting(std::string_view body, std::string_view idempotency_key);
/// unknown_item, blocked_item, closed_period; nullopt when it can be booked.
std::optional<Refusal> check_master_data(const IncomingPosting& posting, const MasterData& master);

}  // namespace tillsync::erp
