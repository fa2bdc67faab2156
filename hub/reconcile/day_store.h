// SQL of the days stage, and the steps of people: closing and reopening a day. Writer thread, in its transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/reconcile/day_book.h"

namespace tillsync::hub {

/// Creates or upgrades the tables of this folder.
Result<void> migrate_reconcile(sql::Connection& connection);

/// The rows that the batch touches. Behind intake and ledger.
Result<DayRows> load_day_rows(sql::Connection& connection, const MicroBatch& batch);
Result<void> write_days(sql::Connection& connection, const DayRows& rows, const DayDecision& decision, Instant now);

/// nullopt: it never was closed.
Result<std::optional<DayLock>> load_day_lock(sql::Connection& connection, const DayKey& day);

/// One step of a day's life; the row of the day follows it.
struct DayStep {
  DayLock lock;
  bool is_forced = false;
  std::string who, reason;
  std::optional<std::int64_t> event_no;
};
Result<void> write_day_step(sql::Connection& connection, const DayKey& day, const DayStep& step, Instant now);

}  // namespace tillsync::hub
