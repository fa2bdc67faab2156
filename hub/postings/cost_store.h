// Reads and writes the moving averages that a batch touches. Writer thread, in its transaction.
#pragma once

#include <span>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/postings/cost_book.h"

namespace tillsync::hub {

/// Rows of all that has a cost among these changes.
Result<CostBook> load_costs(sql::Connection& connection, std::span<const StockChanged> changes, const ChartBook& charts);
/// Those that changed.
Result<void> write_costs(sql::Connection& connection, const CostBook& book);

}  // namespace tillsync::hub
