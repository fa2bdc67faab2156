// The tables of the ledger: loads what a batch touches, writes what was decided. Writer thread, in its transaction.
#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/ledger/ledger.h"

namespace tillsync::hub {

/// Creates or upgrades the tables of this folder.
Result<void> migrate_ledger(sql::Connection& connection);

/// The number that the next new balance gets.
Result<std::int64_t> load_next_balance_no(sql::Connection& connection);
Result<WaitingVoids> load_waiting_voids(sql::Connection& connection);

/// What master data is known to hold, so that it is not asked again and again. Products and locations are never deleted.
struct KnownMasterdata {
  std::unordered_set<std::string> skus;
  std::unordered_set<std::string> locations;
  std::optional<std::unordered_set<std::string>> bundle_skus;  // nullopt: not asked yet
  BundleMap bundles;                                           // those that documents have named
};

/// Loads into `rows` all that the batch touches and plans its documents; adds to `known` what master data confirmed.
Result<void> load_ledger_rows(sql::Connection& connection, const MicroBatch& batch, KnownMasterdata& known, LedgerRows& rows);

Result<void> write_ledger(sql::Connection& connection, const MicroBatch& batch, const LedgerRows& rows, const LedgerDecision& decision);

}  // namespace tillsync::hub
