// The tables of the exceptions list. Writes run in the writer's transaction: the exceptions stage, or a task.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/exceptions/exceptions.h"

namespace tillsync::hub {

/// Creates or upgrades the tables of this folder.
Result<void> migrate_exceptions(sql::Connection& connection);

/// The newest case of each (code, subject).
Result<StoredCases> load_cases(sql::Connection& connection, const std::vector<ExceptionRaised>& raised);
Result<void> write_cases(sql::Connection& connection, const RaiseDecision& decision, Instant now);

/// Load, decide, write: for tasks.
Result<void> raise_exceptions(sql::Connection& connection, const std::vector<ExceptionRaised>& raised, Instant now);
/// Resolves those that are open; the hub is the author.
Result<void> settle_exceptions(sql::Connection& connection, const std::vector<ExceptionSettled>& settled, Instant now);
/// Resolves all open ones of a code and cause ("unknown_sku", "sku:85123A"); returns how many.
Result<std::int64_t> settle_by_cause(sql::Connection& connection, std::string_view code, std::string_view cause_key,
                                     std::string_view why, Instant now);

/// A person's step; who and why are recorded. reason: of an assignment, the assignee.
Result<ActionStatus> act_on_exception(sql::Connection& connection, std::string_view exception_id, CaseAction action,
                                      std::string_view who, std::string_view reason, Instant now);
/// A person's step on all open cases about one subject (a posting), whatever their codes; returns how many. Not for kAssign.
Result<std::int64_t> act_on_subject(sql::Connection& connection, std::span<const std::string_view> codes, std::string_view subject, CaseAction action,
                                    std::string_view who, std::string_view reason, Instant now);

}  // namespace tillsync::hub
