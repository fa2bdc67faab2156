// Reads and writes the closes of the till days that a batch touches. Writer thread, in its transaction.
#pragma once

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/postings/close_book.h"

namespace tillsync::hub {

Result<CloseBook> load_closes(sql::Connection& connection, const MicroBatch& batch);
Result<void> write_closes(sql::Connection& connection, const CloseBook& book);

}  // namespace tillsync::hub
