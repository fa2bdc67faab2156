#include "hub/reconcile/days_stage.h"

#include "hub/reconcile/day_store.h"

namespace tillsync::hub {

Result<void> DaysStage::start(sql::Connection& connection) { return migrate_reconcile(connection); }

Result<void> DaysStage::load(sql::Connection& connection, const MicroBatch& batch) {
  TS_ASSIGN_OR_RETURN(rows_, load_day_rows(connection, batch));
  return {};
}

void DaysStage::decide(MicroBatch& batch) { decision_ = decide_days(batch, rows_, policy_); }

Result<void> DaysStage::write(sql::Connection& connection, const MicroBatch& batch) { return write_days(connection, rows_, decision_, batch.now); }

}  // namespace tillsync::hub
