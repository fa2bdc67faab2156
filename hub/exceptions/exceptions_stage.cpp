#include "hub/exceptions/exceptions_stage.h"

#include "hub/exceptions/exception_store.h"

namespace tillsync::hub {

Result<void> ExceptionsStage::start(sql::Connection& connection) { return migrate_exceptions(connection); }

Result<void> ExceptionsStage::load(sql::Connection& connection, const MicroBatch& batch) {
  stored_.clear();
  if (batch.exceptions.empty()) return {};
  TS_ASSIGN_OR_RETURN(stored_, load_cases(connection, batch.exceptions));
  return {};
}

void ExceptionsStage::decide(MicroBatch& batch) {
  add_worth(batch);
  decision_ = decide_raise(batch.exceptions, stored_, batch.now);
}

Result<void> ExceptionsStage::write(sql::Connection& connection, const MicroBatch& batch) {
  TS_RETURN_IF_ERROR(write_cases(connection, decision_, batch.now));
  // What is raised and settled in one batch ends settled.
  return settle_exceptions(connection, batch.settled, batch.now);
}

}  // namespace tillsync::hub
