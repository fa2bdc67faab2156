// Reads stock for the API and console, and checks the ledger against itself. Any thread, with the connection of that thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/decimal.h"
#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/sql/sql.h"

namespace tillsync::hub {

inline constexpr std::size_t kStockPageMax = 1'000;
inline constexpr std::int64_t kStockCountedMax = 10'000;  // of a list's total; beyond, it is "more than"

/// Empty fields do not filter.
struct StockFilter {
  LocationId location;
  Sku sku;
  std::string state;
  std::string text;                   // the beginning of a SKU
  bool is_newest_first = false;       // the balance that was opened last
  std::optional<std::int64_t> after;  // `next` of the page before
  std::size_t limit = 100;            // 1 … kStockPageMax
};
struct StockRecord {
  std::int64_t balance_no = 0;
  LocationId location;
  Sku sku;
  std::string state, owner, lot;
  Quantity on_hand;
  std::optional<Instant> counted_at;  // of all lots together, on the record of lot ""
  Quantity counted;
};
struct StockPage {
  std::vector<StockRecord> stock;
  std::optional<std::int64_t> next;
};

struct StockEntryRecord {
  std::int64_t entry_no = 0, event_no = 0;
  std::string movement, lot;
  Quantity change;
  Instant occurred_at;
  std::int64_t line_no = 0;
};
struct TransitRecord {
  std::string transfer_no;
  Sku sku;
  LocationId from, to;  // empty until known
  Quantity sent, received;
  Instant first_at, last_at;
};
struct LocationUnits {
  LocationId location;
  Quantity on_hand;  // all SKUs and states
};
/// A balance that is not the sum of its entries.
struct StockDifference {
  StockRecord stock;
  Quantity entries_sum;
};

class StockReader {
 public:
  explicit StockReader(sql::Connection& connection) : connection_(connection) {}
  /// kInvalid: limit out of bounds.
  Result<StockPage> list(const StockFilter& filter);
  /// How many the filter finds, cursor and limit left aside; kStockCountedMax + 1 = more than that.
  Result<std::int64_t> count(const StockFilter& filter);
  /// Newest first, by following the chain of the balance.
  Result<std::vector<StockEntryRecord>> entries(std::int64_t balance_no, std::size_t limit);
  Result<std::vector<StockEntryRecord>> entries_of_event(std::int64_t event_no);
  /// open_only: what was sent and received differ.
  Result<std::vector<TransitRecord>> in_transit(bool open_only, std::size_t limit);
  Result<std::vector<LocationUnits>> units_by_location();
  Result<std::vector<StockDifference>> verify();

 private:
  sql::Connection& connection_;
};

}  // namespace tillsync::hub
