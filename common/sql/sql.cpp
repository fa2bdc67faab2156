#include "common/sql/sql.h"

namespace tillsync::sql {

Result<Transaction> Transaction::begin(Connection& connection) {
  TS_RETURN_IF_ERROR(connection.begin());
  return Transaction(connection);
}

Result<void> Transaction::commit() {
  TS_CHECK(connection_ != nullptr);
  TS_RETURN_IF_ERROR(connection_->commit());
  connection_ = nullptr;
  return {};
}

Transaction::~Transaction() {
  // A failed rollback leaves nothing to do here: SQLite has rolled back itself then, and the next begin() reports the cause.
  if (connection_ != nullptr) static_cast<void>(connection_->rollback());
}

}  // namespace tillsync::sql
