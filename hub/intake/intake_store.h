// The tables of the event log: loads what intake decides over, writes what it decided. Writer thread, in its transaction.
#pragma once

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/intake/intake.h"

namespace tillsync::hub {

/// Creates or upgrades the tables of this folder.
Result<void> migrate_intake(sql::Connection& connection);

/// Event ids that may wait for their index: a look-up reads that many events at the most. The larger a batch of the index,
/// the fewer pages a document costs, so that bulk fills it up; an idle hub catches up much earlier.
inline constexpr std::int64_t kEventIdsUnindexedMax = 65'536;
inline constexpr std::int64_t kEventIdsUnindexedIdle = 4'096;
/// Documents in a batch of an idle hub.
inline constexpr std::size_t kIdleBatchMax = 32;

/// Sets next_event_no, next_epoch_no and indexed_to.
Result<void> load_counters(sql::Connection& connection, IntakeRows& rows);
/// Adds the events, conflicts and epochs that the batch touches.
Result<void> load_intake_rows(sql::Connection& connection, const MicroBatch& batch, IntakeRows& rows);
Result<void> write_intake(sql::Connection& connection, const MicroBatch& batch, const IntakeRows& rows,
                          const IntakeDecision& decision);
/// Brings the index of event ids up to date when enough of them wait for it; moves rows.indexed_to on.
Result<void> index_event_ids(sql::Connection& connection, bool is_idle, IntakeRows& rows);

}  // namespace tillsync::hub
