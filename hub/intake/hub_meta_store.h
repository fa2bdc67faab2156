// What identifies this hub database. At start, and by the restore command.
#pragma once

#include "common/base/bytes.h"
#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"

namespace tillsync::hub {

/// The incarnation id; drawn and stored at the first call on a new database.
Result<IncarnationId> load_or_draw_incarnation(sql::Connection& connection);
/// Draws a new one. After every restore of the database: agents then send again what the lost part may have held.
Result<IncarnationId> renew_incarnation(sql::Connection& connection);

/// Writes when the database was last found writable: the smallest write there is.
Result<void> record_probe(sql::Connection& connection, Instant now);

}  // namespace tillsync::hub
