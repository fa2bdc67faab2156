// What operations in the background do to the database: freezing what they select, and one chunk after the other. All that they know stands in
// their row, so that whoever comes after a crash goes on behind the last commit. In the writer's transaction; selecting on any connection.
#pragma once

#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/api/bulk_store.h"
#include "hub/api/operation_request.h"

namespace tillsync::hub {

/// The rows that a request means at this moment; numbers of exceptions or postings, ascending, each once. Empty for a range.
/// kNotFound: an id is unknown. kLimitExceeded: more than kExceptionsSelectedMax.
Result<std::vector<std::int64_t>> freeze_selection(sql::Connection& connection, const OperationRequest& request);

/// The row of a new one. A range is frozen here: what is made later is not of it.
Result<BulkOperation> begin_operation(sql::Connection& connection, const OperationRequest& request, const std::vector<std::int64_t>& selection, IdempotencyScope scope,
                                      std::string operation_id, const std::string& body, Instant now);

/// Starts it when its time has come, then does one chunk. The row as it stands afterwards; nothing happens to one that has ended or waits.
Result<BulkOperation> advance_operation(sql::Connection& connection, const std::string& operation_id, Instant now);

/// Undoes one that has not started, stops one that is waiting or running. kNotFound; kConflict: it has started, or has ended in another way.
Result<BulkOperation> undo_operation(sql::Connection& connection, const std::string& operation_id, const std::string& who, Instant now);
Result<BulkOperation> stop_operation(sql::Connection& connection, const std::string& operation_id, const std::string& who, Instant now);
/// The hub cannot go on with it, whichever route it came by: it is stopped, and says why.
Result<void> give_up_operation(sql::Connection& connection, const std::string& operation_id, const std::string& trouble, Instant now);

}  // namespace tillsync::hub
