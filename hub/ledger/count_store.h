// The part of the ledger's tables that counts need: sheets, lines, full counts, and the movements that lie after a count.
// Writer thread, in its transaction. Used by ledger_store.cpp only.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/ledger/ledger.h"

namespace tillsync::hub {

/// Loads the sheets of the batch's counts, all balances that they count, and their entries behind the counts' times.
Result<void> load_counts(sql::Connection& connection, const MicroBatch& batch, LedgerRows& rows);
Result<void> load_full_counts(sql::Connection& connection, const std::set<std::string, std::less<>>& locations, LedgerRows& rows);
Result<void> write_counts(sql::Connection& connection, const LedgerRows& rows, const std::vector<CountLine>& lines);

/// Fills a balance from balance_no, on_hand_milli, entries, last_entry_no, latest_at, counted_at, counted_milli, count_id,
/// which start at `column`.
void read_balance(const sql::Row& row, int column, Balance& balance);

}  // namespace tillsync::hub
