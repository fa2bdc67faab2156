#include "hub/ledger/ledger_stage.h"

#include "hub/masterdata/masterdata_store.h"

namespace tillsync::hub {
namespace {

/// Balances that are kept from batch to batch, so that they need not be loaded again; about 400 bytes each.
constexpr std::size_t kBalancesKeptMax = 50'000;
/// What is remembered of master data is dropped beyond this many SKUs; about 100 bytes each.
constexpr std::size_t kKnownSkusMax = 500'000;

}  // namespace

Result<void> LedgerStage::start(sql::Connection& connection) {
  TS_RETURN_IF_ERROR(migrate_masterdata(connection));
  TS_RETURN_IF_ERROR(migrate_ledger(connection));
  TS_ASSIGN_OR_RETURN(committed_balance_no_, load_next_balance_no(connection));
  TS_ASSIGN_OR_RETURN(waiting_, load_waiting_voids(connection));
  rows_.next_balance_no = committed_balance_no_;
  return {};
}

Result<void> LedgerStage::load(sql::Connection& connection, const MicroBatch& batch) {
  // Only this stage writes balances, so what it knows of them stays true until a rollback.
  Balances kept = std::move(rows_.balances);
  rows_ = LedgerRows{};
  rows_.balances = std::move(kept);
  rows_.next_balance_no = committed_balance_no_;
  return load_ledger_rows(connection, batch, known_, rows_);
}

void LedgerStage::decide(MicroBatch& batch) { decision_ = decide_ledger(batch, rows_, waiting_); }

Result<void> LedgerStage::write(sql::Connection& connection, const MicroBatch& batch) {
  return write_ledger(connection, batch, rows_, decision_);
}

void LedgerStage::committed() {
  committed_balance_no_ = rows_.next_balance_no;
  for (const ReversalRecord& record : decision_.reversals) {
    if (record.state == ReversalState::kWaiting)
      waiting_.emplace(record.original_event_id, WaitingVoid{record.event_no, record.event_id, record.at});
  }
  if (!decision_.settled_voids.empty())
    std::erase_if(waiting_, [this](const auto& entry) { return decision_.settled_voids.contains(entry.second.event_no); });
  if (!rows_.counts.empty() || rows_.balances.size() > kBalancesKeptMax) rows_.balances.clear();
  else
    for (Balance* balance : decision_.balances) settle(*balance);
  decision_ = LedgerDecision{};
  rows_.counts.clear();
  if (known_.skus.size() > kKnownSkusMax) known_.skus.clear();
}

void LedgerStage::rolled_back() {
  rows_ = LedgerRows{};
  rows_.next_balance_no = committed_balance_no_;
  decision_ = LedgerDecision{};
  known_ = KnownMasterdata{};  // it may hold what was put in the transaction that is gone
}

void LedgerStage::masterdata_changed() {
  known_.bundle_skus.reset();
  known_.bundles.clear();
}

}  // namespace tillsync::hub
