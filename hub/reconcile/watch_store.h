// SQL of the periodic check of days: what it reads on a connection of its own, and what it writes in a task of the writer.
#pragma once

#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/reconcile/close_checks.h"
#include "hub/reconcile/missing_closes.h"

namespace tillsync::hub {

/// By location and till.
Result<std::vector<TillOnDay>> tills_on_day(sql::Connection& connection, Date business_date);
/// Of these, what was not said yet.
Result<std::vector<TillDayKey>> not_said_yet(sql::Connection& connection, const std::vector<TillDayKey>& missing);
/// close.missing for those whose close has not come in between; each is said once. Writer's task. Returns how many.
Result<std::size_t> say_missing(sql::Connection& connection, const std::vector<TillDayKey>& missing, Instant now);

/// The tills of a date that have closed and of which nothing was found wanting, ready to be checked again: what came behind their last close shows.
Result<std::vector<TillCheck>> checks_of_day(sql::Connection& connection, Date business_date);

}  // namespace tillsync::hub
