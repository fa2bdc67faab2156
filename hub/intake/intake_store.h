// The tables of the event log: loads what intake decides over, writes what it decided. Writer thread, in its transaction.
#pragma once

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/intake/intake.h"

namespace tillsync::hub {

/// Creates or upgrades the tables of this folder.
Result<void> migrate_intake(sql::Connection& connection);

/// Sets next_event_no and next_epoch_no.
Result<void> load_counters(sql::Connection& connection, IntakeRows& rows);
/// Adds the events, conflicts and epochs that the batch touches.
Result<void> load_intake_rows(sql::Connection& connection, const MicroBatch& batch, IntakeRows& rows);
Result<void> write_intake(sql::Connection& connection, const MicroBatch& batch, const IntakeRows& rows,
                          const IntakeDecision& decision);

}  // namespace tillsync::hub
