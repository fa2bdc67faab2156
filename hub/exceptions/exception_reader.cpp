#include "hub/exceptions/exception_reader.h"

#include <functional>
#include <set>

namespace tillsync::hub {
namespace {

using sql::Param;
using sql::Row;

constexpr std::string_view kSelect =
    "SELECT exception_no, exception_id, code, subject, owner, cause_key, location, event_no, pointer, detail, occurrences, status,"
    " assignee, raised_at, last_raised_at, due_at, closed_at, worth_minor, worth_currency FROM exception_case";
constexpr std::string_view kSelectLastStep = "SELECT coalesce(max(step_no), 0) FROM exception_step WHERE exception_no = $1";
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
  if (!row.is_null(17)) record.worth = ExceptionWorth{row.integer(17), std::string(row.text(18))};
  return record;
}

bool is_by_due(ExceptionSort sort) { return sort == ExceptionSort::kDueFirst || sort == ExceptionSort::kDueLast; }

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// The conditions of a filter with their params; the filter outlives it.
class Conditions {
 public:
  explicit Conditions(const ExceptionFilter& filter) : text_(lower_case(filter.text)) {
    // "status = 'open'" must stand there as a constant, or the partial indexes cannot be used.
    if (filter.status == CaseStatus::kOpen || filter.overdue_at) constant("status = 'open'");
    if (filter.status && filter.status != CaseStatus::kOpen) add("status = ", to_string(*filter.status));
    if (filter.overdue_at) add("due_at < ", filter.overdue_at->micros);
    if (!filter.code.empty()) add("code = ", std::string_view(filter.code));
    if (!filter.owner.empty()) add("owner = ", std::string_view(filter.owner));
    if (!filter.location.empty()) add("location = ", std::string_view(filter.location));
    if (!filter.cause_key.empty()) add("cause_key = ", std::string_view(filter.cause_key));
    if (!filter.assignee.empty()) add("assignee = ", std::string_view(filter.assignee));
    // A constant, for the index over those that somebody has.
    if (!filter.assignee.empty() || filter.only_assigned) constant("assignee <> ''");
    if (filter.event_no) add("event_no = ", *filter.event_no);
    if (!text_.empty())
      add("instr(lower(exception_id || ' ' || code || ' ' || subject || ' ' || cause_key || ' ' || location || ' ' || detail), ", std::string_view(text_), ") > 0");
  }
  void add_cursor(const ExceptionFilter& filter) {
    if (!filter.after) return;
    const bool is_down = filter.sort == ExceptionSort::kRaisedLast || filter.sort == ExceptionSort::kDueLast;
    const std::string_view than = is_down ? "<" : ">";
    if (!is_by_due(filter.sort)) return add("exception_no " + std::string(than) + " ", *filter.after);
    const std::int64_t due = filter.after_due.value_or(Instant{}).micros;
    // The first part lets the index begin there.
    add("due_at " + std::string(than) + "= ", due);
    params_.emplace_back(due);
    params_.emplace_back(*filter.after);
    constant("(due_at " + std::string(than) + " $" + std::to_string(params_.size() - 1) + " OR exception_no " + std::string(than) + " $" + std::to_string(params_.size()) + ")");
  }
  void only(std::int64_t exception_no) { add("exception_no = ", exception_no); }
  /// "$4", of one more param.
  std::string place(Param param) {
    params_.push_back(param);
    return "$" + std::to_string(params_.size());
  }
  const std::string& where() const { return where_; }
  const std::vector<Param>& params() const { return params_; }

 private:
  void constant(const std::string& condition) { where_ += (where_.empty() ? " WHERE " : " AND ") + condition; }
  void add(const std::string& before, Param param, const std::string& behind = "") {
    params_.push_back(param);
    constant(before + "$" + std::to_string(params_.size()) + behind);
  }
  std::string text_, where_;
  std::vector<Param> params_;
};

std::string_view order_of(ExceptionSort sort) {
  switch (sort) {
    case ExceptionSort::kRaisedLast: return " ORDER BY exception_no DESC";
    case ExceptionSort::kRaisedFirst: return " ORDER BY exception_no";
    case ExceptionSort::kDueFirst: return " ORDER BY due_at, exception_no";
    case ExceptionSort::kDueLast: return " ORDER BY due_at DESC, exception_no DESC";
  }
  return "";
}

Result<std::int64_t> count_of(sql::Connection& connection, Conditions conditions) {
  const std::string limit = conditions.place(kExceptionsCountedMax + 1);
  const std::string query = "SELECT count(*) FROM (SELECT 1 FROM exception_case" + conditions.where() + " LIMIT " + limit + ")";
  std::int64_t found = 0;
  TS_RETURN_IF_ERROR(connection.query(query, conditions.params(), [&found](const Row& row) { found = row.integer(0); }));
  return found;
}

}  // namespace

ExceptionSort reversed(ExceptionSort sort) {
  switch (sort) {
    case ExceptionSort::kRaisedLast: return ExceptionSort::kRaisedFirst;
    case ExceptionSort::kRaisedFirst: return ExceptionSort::kRaisedLast;
    case ExceptionSort::kDueFirst: return ExceptionSort::kDueLast;
    case ExceptionSort::kDueLast: return ExceptionSort::kDueFirst;
  }
  return sort;
}

Result<ExceptionPage> ExceptionReader::list(const ExceptionFilter& filter) {
  if (filter.limit == 0 || filter.limit > kExceptionPageMax)
    return fail(ErrorCode::kInvalid, "list exceptions", "limit must be 1 to " + std::to_string(kExceptionPageMax));
  Conditions conditions(filter);
  conditions.add_cursor(filter);
  const std::string limit = conditions.place(static_cast<std::int64_t>(filter.limit) + 1);
  const std::string query = std::string(kSelect) + conditions.where() + std::string(order_of(filter.sort)) + " LIMIT " + limit;
  ExceptionPage page;
  TS_RETURN_IF_ERROR(connection_.query(query, conditions.params(), [&page](const Row& row) { page.exceptions.push_back(read_record(row)); }));
  if (page.exceptions.size() > filter.limit) {
    page.exceptions.pop_back();
    page.next = page.exceptions.back().exception_no;
    if (is_by_due(filter.sort)) page.next_due = page.exceptions.back().due_at;
  }
  return page;
}

Result<std::int64_t> ExceptionReader::count(const ExceptionFilter& filter) { return count_of(connection_, Conditions(filter)); }

Result<ExceptionNeighbours> ExceptionReader::neighbours(const ExceptionFilter& filter, const ExceptionRecord& record) {
  const auto beside = [&](ExceptionSort sort) -> Result<std::optional<std::string>> {
    ExceptionFilter one = filter;
    one.sort = sort;
    one.after = record.exception_no;
    one.after_due = record.due_at;
    one.limit = 1;
    TS_ASSIGN_OR_RETURN(const ExceptionPage page, list(one));
    if (page.exceptions.empty()) return std::optional<std::string>{};
    return std::optional(page.exceptions.front().exception_id);
  };
  ExceptionNeighbours neighbours;
  TS_ASSIGN_OR_RETURN(neighbours.previous, beside(reversed(filter.sort)));
  TS_ASSIGN_OR_RETURN(neighbours.next, beside(filter.sort));

  TS_ASSIGN_OR_RETURN(neighbours.total, count(filter));
  Conditions itself(filter);
  itself.only(record.exception_no);
  TS_ASSIGN_OR_RETURN(const std::int64_t is_in, count_of(connection_, std::move(itself)));
  ExceptionFilter those_before = filter;
  those_before.sort = reversed(filter.sort);
  those_before.after = record.exception_no;
  those_before.after_due = record.due_at;
  Conditions before(those_before);
  before.add_cursor(those_before);
  TS_ASSIGN_OR_RETURN(const std::int64_t number, count_of(connection_, std::move(before)));
  if (is_in == 1 && number < kExceptionsCountedMax) neighbours.position = number + 1;
  return neighbours;
}

Result<std::vector<std::int64_t>> ExceptionReader::select_open(const ExceptionFilter& filter) {
  ExceptionFilter open = filter;
  open.status = CaseStatus::kOpen;
  Conditions conditions(open);
  const std::string limit = conditions.place(static_cast<std::int64_t>(kExceptionsSelectedMax) + 1);
  std::vector<std::int64_t> numbers;
  TS_RETURN_IF_ERROR(connection_.query("SELECT exception_no FROM exception_case" + conditions.where() + " ORDER BY exception_no LIMIT " + limit, conditions.params(),
                                       [&numbers](const Row& row) { numbers.push_back(row.integer(0)); }));
  if (numbers.size() > kExceptionsSelectedMax)
    return fail(ErrorCode::kLimitExceeded, "select exceptions", "the selection has more than " + std::to_string(kExceptionsSelectedMax) + " exceptions",
                "narrow it down, by location or cause");
  return numbers;
}

Result<ExceptionSums> ExceptionReader::sum_open(const ExceptionFilter& filter) {
  ExceptionFilter open = filter;
  open.status = CaseStatus::kOpen;
  const Conditions conditions(open);
  ExceptionSums sums;
  std::set<std::string, std::less<>> locations;
  TS_RETURN_IF_ERROR(connection_.query("SELECT location, worth_currency, count(*), sum(worth_minor) FROM exception_case" + conditions.where() + " GROUP BY location, worth_currency",
                                       conditions.params(), [&](const Row& row) {
                                         locations.emplace(row.text(0));
                                         sums.count += row.integer(2);
                                         if (!row.text(1).empty()) sums.worth[std::string(row.text(1))] += row.integer(3);
                                       }));
  sums.locations = static_cast<std::int64_t>(locations.size());
  return sums;
}

Result<std::int64_t> ExceptionReader::last_step_no(std::int64_t exception_no) {
  std::int64_t step_no = 0;
  TS_RETURN_IF_ERROR(connection_.query(kSelectLastStep, {exception_no}, [&step_no](const Row& row) { step_no = row.integer(0); }));
  return step_no;
}

Result<std::optional<ExceptionRecord>> ExceptionReader::find(std::int64_t exception_no) {
  std::optional<ExceptionRecord> record;
  const std::string query = std::string(kSelect) + " WHERE exception_no = $1";
  TS_RETURN_IF_ERROR(connection_.query(query, {exception_no}, [&record](const Row& row) { record = read_record(row); }));
  return record;
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
