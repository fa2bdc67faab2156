// The writer's second stage: the ledger (see ledger.h for the rules). Writer thread.
#pragma once

#include "hub/ledger/ledger.h"
#include "hub/ledger/ledger_store.h"
#include "hub/writer/stage.h"

namespace tillsync::hub {

class LedgerStage : public Stage {
 public:
  std::string_view name() const override { return "ledger"; }
  Result<void> start(sql::Connection& connection) override;
  Result<void> load(sql::Connection& connection, const MicroBatch& batch) override;
  void decide(MicroBatch& batch) override;
  Result<void> write(sql::Connection& connection, const MicroBatch& batch) override;
  void committed() override;
  void rolled_back() override;
  void masterdata_changed() override;

 private:
  LedgerRows rows_;
  LedgerDecision decision_;
  std::int64_t committed_balance_no_ = 1;  // the next one, as of the last commit
  WaitingVoids waiting_;
  KnownMasterdata known_;
};

}  // namespace tillsync::hub
