// The balance POS = hub = ERP per location, to the document, the penny and the unit; and its table for people. Pure.
#pragma once

#include <string>
#include <vector>

#include "packaging/demo.d/sums.h"

namespace tillsync::demo {

struct BalanceRow {
  std::string location;
  LocationSums pos, hub, erp;
  bool balances() const;
};

/// Closes are compared between POS and hub only; the ERP gets none. One row per location that any of the three knows, by id. A currency whose gross is 0 is the same as none.
std::vector<BalanceRow> compare(SumsByLocation pos, SumsByLocation hub, SumsByLocation erp);

/// Documents, closes, gross and units of each row: once where the three are equal, else all three with the differences marked; then
/// the sum of all locations and one line with the verdict.
std::string balance_table(const std::vector<BalanceRow>& rows);

/// Documents that the hub (closes among them), or the ERP, does not have yet or has too many.
struct Distance {
  std::int64_t hub = 0, erp = 0;
};
Distance distance(const std::vector<BalanceRow>& rows);

}  // namespace tillsync::demo
