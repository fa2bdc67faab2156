#include "hub/exceptions/exception_reader.h"

namespace tillsync::hub {
namespace {

using sql::Param;
using sql::Row;

constexpr std::string_view kSelect =
    "SELECT exception_no, exception_id, code, subject, owner, cause_key, location, event_no, pointer, detail, occurrences, status,"
    " assignee, raised_at, last_raised_at, due_at, closed_at FROM exception_case";
constexpr std::string_view kSelectSteps =
    "SELECT action, who, reason, at FROM exception_step WHERE exception_no = $1 ORDER BY step_no";
constexpr std::string_view kCountOpen =
    "SELECT code, count(*), min(raised_at) FROM exception_case WHERE status = 'open' GROUP BY code ORDER BY code";

ExceptionRecord read_record(const Row& row) {
  ExceptionRecord record;
  record.exception_no = row.integer(0);
  record.exception_id = row.text(1);
  record.code = row.text(2);
  record.subject = row.text(3);
  record.owner = row.text(4);
  record.cause_key = row.text(5);
  record.location = LocationId(std::string(row.text(6)));
  if (!row.is_null(7)) record.event_no = row.integer(7);
  record.pointer = row.text(8);
  record.detail = row.text(9);
  record.occurrences = row.integer(10);
  record.status = case_status(row.text(11)).value_or(CaseStatus::kOpen);
  record.assignee = row.text(12);
  record.raised_at = Instant{row.integer(13)};
  record.last_raised_at = Instant{row.integer(14)};
  record.due_at = Instant{row.integer(15)};
  if (!row.is_null(16)) record.closed_at = Instant{row.integer(16)};
  return record;
}

}  // namespace

Result<ExceptionPage> ExceptionReader::list(const ExceptionFilter& filter) {
  if (filter.limit == 0 || filter.limit > kExceptionPageMax)
    return fail(ErrorCode::kInvalid, "list exceptions", "limit must be 1 to " + std::to_string(kExceptionPageMax));
  std::string query(kSelect);
  std::vector<Param> params;
  const auto where = [&](std::string_view condition, Param param) {
    query += params.empty() ? " WHERE " : " AND ";
    params.push_back(param);
    query += std::string(condition) + " $" + std::to_string(params.size());
  };
  // "status = 'open'" must stand there as a constant, or the partial indexes cannot be used.
  if (filter.status == CaseStatus::kOpen) where("status = 'open' AND exception_no >", std::int64_t{0});
  else if (filter.status) where("status =", to_string(*filter.status));
  if (!filter.code.empty()) where("code =", std::string_view(filter.code));
  if (!filter.owner.empty()) where("owner =", std::string_view(filter.owner));
  if (!filter.location.empty()) where("location =", std::string_view(filter.location));
  if (!filter.cause_key.empty()) where("cause_key =", std::string_view(filter.cause_key));
  if (!filter.assignee.empty()) where("assignee =", std::string_view(filter.assignee));
  if (filter.only_assigned) where("assignee <>", std::string_view(""));
  if (filter.event_no) where("event_no =", *filter.event_no);
  if (filter.after) where("exception_no <", *filter.after);
  params.emplace_back(static_cast<std::int64_t>(filter.limit) + 1);
  query += " ORDER BY exception_no DESC LIMIT $" + std::to_string(params.size());

  ExceptionPage page;
  TS_RETURN_IF_ERROR(connection_.query(query, params, [&page](const Row& row) { page.exceptions.push_back(read_record(row)); }));
  if (page.exceptions.size() > filter.limit) {
    page.exceptions.pop_back();
    page.next = page.exceptions.back().exception_no;
  }
  return page;
}

Result<std::optional<ExceptionRecord>> ExceptionReader::find(std::string_view exception_id) {
  std::optional<ExceptionRecord> record;
  const std::string query = std::string(kSelect) + " WHERE exception_id = $1";
  TS_RETURN_IF_ERROR(connection_.query(query, {exception_id}, [&record](const Row& row) { record = read_record(row); }));
  return record;
}

Result<std::vector<ExceptionStep>> ExceptionReader::steps(std::int64_t exception_no) {
  std::vector<ExceptionStep> steps;
  TS_RETURN_IF_ERROR(connection_.query(kSelectSteps, {exception_no}, [&steps](const Row& row) {
    steps.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)), Instant{row.integer(3)}});
  }));
  return steps;
}

Result<std::vector<ExceptionCount>> ExceptionReader::open_counts() {
  std::vector<ExceptionCount> counts;
  TS_RETURN_IF_ERROR(connection_.query(kCountOpen, {}, [&counts](const Row& row) {
    counts.push_back({std::string(row.text(0)), row.integer(1), Instant{row.integer(2)}});
  }));
  return counts;
}

}  // namespace tillsync::hub
