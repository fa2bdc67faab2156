#include "hub/exceptions/exception_store.h"

#include "hub/exceptions/catalogue.h"
#include "hub/exceptions/schema.h"

namespace tillsync::hub {
namespace {

using sql::Param;
using sql::Row;

constexpr std::string_view kHub = "hub";
constexpr std::string_view kSelectCase =
    "SELECT exception_no, generation, status FROM exception_case WHERE code = $1 AND subject = $2"
    " ORDER BY generation DESC LIMIT 1 /* for update */";
constexpr std::string_view kSelectById = "SELECT exception_no, status FROM exception_case WHERE exception_id = $1 /* for update */";
constexpr std::string_view kSelectOpenOfCause =
    "SELECT exception_no FROM exception_case WHERE code = $1 AND cause_key = $2 AND status = 'open' /* for update */";
constexpr std::string_view kInsertCase =
    "INSERT INTO exception_case (exception_id, code, subject, generation, owner, cause_key, location, event_no, pointer, detail,"
    " occurrences, status, assignee, raised_at, last_raised_at, due_at, worth_minor, worth_currency)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', '', $12, $12, $13, $14, $15)";
constexpr std::string_view kInsertRaisedStep =
    "INSERT INTO exception_step (exception_no, action, who, reason, at)"
    " SELECT exception_no, 'raised', 'hub', '', $2 FROM exception_case WHERE exception_id = $1";
constexpr std::string_view kRaiseAgain =
    "UPDATE exception_case SET occurrences = occurrences + $2, last_raised_at = $3 WHERE exception_no = $1";
constexpr std::string_view kInsertStep =
    "INSERT INTO exception_step (exception_no, action, who, reason, at) VALUES ($1, $2, $3, $4, $5)";
constexpr std::string_view kAssign = "UPDATE exception_case SET assignee = $2 WHERE exception_no = $1";
constexpr std::string_view kClose = "UPDATE exception_case SET status = $2, closed_at = $3 WHERE exception_no = $1";

Result<void> close(sql::Connection& connection, std::int64_t exception_no, CaseAction action, std::string_view who,
                   std::string_view reason, Instant now) {
  TS_RETURN_IF_ERROR(connection.run(kClose, {exception_no, to_string(action), now.micros}));
  TS_RETURN_IF_ERROR(connection.run(kInsertStep, {exception_no, to_string(action), who, reason, now.micros}));
  return {};
}

}  // namespace

Result<void> migrate_exceptions(sql::Connection& connection) {
  return sql::migrate(connection, "hub/exceptions", exceptions_schema::migrations());
}

Result<StoredCases> load_cases(sql::Connection& connection, const std::vector<ExceptionRaised>& raised) {
  StoredCases cases;
  std::map<std::pair<std::string_view, std::string_view>, bool> asked;
  std::vector<Param> params;
  for (const ExceptionRaised& fact : raised) {
    if (asked.emplace(std::pair<std::string_view, std::string_view>{fact.code, fact.subject}, true).second)
      params.insert(params.end(), {std::string_view(fact.code), std::string_view(fact.subject)});
  }
  TS_RETURN_IF_ERROR(connection.query_each(kSelectCase, 2, params, [&](std::size_t index, const Row& row) {
    CaseKey key{std::get<std::string_view>(params[2 * index]), std::get<std::string_view>(params[2 * index + 1])};
    cases.emplace(std::move(key),
                  StoredCase{row.integer(0), row.integer(1), case_status(row.text(2)).value_or(CaseStatus::kOpen)});
  }));
  return cases;
}

Result<void> write_cases(sql::Connection& connection, const RaiseDecision& decision, Instant now) {
  for (const NewCase& made : decision.created) {
    const ExceptionRaised& fact = made.raised;
    TS_RETURN_IF_ERROR(connection.run(
        kInsertCase,
        {std::string_view(made.exception_id), std::string_view(fact.code), std::string_view(fact.subject), made.generation,
         to_string(catalogue_entry(fact.code).owner), std::string_view(fact.cause_key), fact.location.view(),
         fact.event_no ? Param(*fact.event_no) : Param(nullptr), std::string_view(fact.pointer), std::string_view(fact.detail),
         made.occurrences, now.micros, made.due_at.micros, fact.worth ? Param(fact.worth->minor) : Param(nullptr),
         fact.worth ? std::string_view(fact.worth->currency) : std::string_view()}));
    TS_RETURN_IF_ERROR(connection.run(kInsertRaisedStep, {std::string_view(made.exception_id), now.micros}));
  }
  std::vector<Param> params;
  for (const auto& [exception_no, count] : decision.again) params.insert(params.end(), {exception_no, count, now.micros});
  TS_RETURN_IF_ERROR(connection.run_each(kRaiseAgain, 3, params));
  return {};
}

Result<void> raise_exceptions(sql::Connection& connection, const std::vector<ExceptionRaised>& raised, Instant now) {
  TS_ASSIGN_OR_RETURN(const StoredCases cases, load_cases(connection, raised));
  return write_cases(connection, decide_raise(raised, cases, now), now);
}

Result<void> settle_exceptions(sql::Connection& connection, const std::vector<ExceptionSettled>& settled, Instant now) {
  for (const ExceptionSettled& fact : settled) {
    std::optional<std::int64_t> open;
    TS_RETURN_IF_ERROR(connection.query(kSelectCase, {std::string_view(fact.code), std::string_view(fact.subject)}, [&open](const Row& row) {
      if (row.text(2) == to_string(CaseStatus::kOpen)) open = row.integer(0);
    }));
    if (open) TS_RETURN_IF_ERROR(close(connection, *open, CaseAction::kResolve, kHub, fact.why, now));
  }
  return {};
}

Result<std::int64_t> settle_by_cause(sql::Connection& connection, std::string_view code, std::string_view cause_key,
                                     std::string_view why, Instant now) {
  std::vector<std::int64_t> open;
  TS_RETURN_IF_ERROR(
      connection.query(kSelectOpenOfCause, {code, cause_key}, [&open](const Row& row) { open.push_back(row.integer(0)); }));
  for (const std::int64_t exception_no : open)
    TS_RETURN_IF_ERROR(close(connection, exception_no, CaseAction::kResolve, kHub, why, now));
  return static_cast<std::int64_t>(open.size());
}

Result<ActionStatus> act_on_exception(sql::Connection& connection, std::string_view exception_id, CaseAction action,
                                      std::string_view who, std::string_view reason, Instant now) {
  std::int64_t exception_no = 0;
  std::optional<CaseStatus> status;
  TS_RETURN_IF_ERROR(connection.query(kSelectById, {exception_id}, [&](const Row& row) {
    exception_no = row.integer(0);
    status = case_status(row.text(1));
  }));
  const ActionStatus decided = decide_action(status, action, reason);
  if (decided != ActionStatus::kDone) return decided;
  if (action == CaseAction::kResolve || action == CaseAction::kDismiss) {
    TS_RETURN_IF_ERROR(close(connection, exception_no, action, who, reason, now));
    return decided;
  }
  if (action == CaseAction::kAssign) TS_RETURN_IF_ERROR(connection.run(kAssign, {exception_no, reason}));
  TS_RETURN_IF_ERROR(connection.run(kInsertStep, {exception_no, to_string(action), who, reason, now.micros}));
  return decided;
}

Result<std::int64_t> act_on_subject(sql::Connection& connection, std::span<const std::string_view> codes, std::string_view subject, CaseAction action,
                                    std::string_view who, std::string_view reason, Instant now) {
  std::int64_t count = 0;
  for (const std::string_view code : codes) {
    std::optional<std::int64_t> open;
    TS_RETURN_IF_ERROR(connection.query(kSelectCase, {code, subject}, [&open](const Row& row) {
      if (row.text(2) == to_string(CaseStatus::kOpen)) open = row.integer(0);
    }));
    if (!open) continue;
    ++count;
    if (action == CaseAction::kResolve || action == CaseAction::kDismiss) {
      TS_RETURN_IF_ERROR(close(connection, *open, action, who, reason, now));
    } else {
      TS_RETURN_IF_ERROR(connection.run(kInsertStep, {*open, to_string(action), who, reason, now.micros}));
    }
  }
  return count;
}

}  // namespace tillsync::hub
