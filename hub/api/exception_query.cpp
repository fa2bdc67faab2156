#include "hub/api/exception_query.h"

#include <array>
#include <charconv>
#include <utility>

namespace tillsync::hub {
namespace {

constexpr std::array<std::pair<std::string_view, ExceptionSort>, 4> kSorts = {{{"-raised_at", ExceptionSort::kRaisedLast},
                                                                               {"raised_at", ExceptionSort::kRaisedFirst},
                                                                               {"due_at", ExceptionSort::kDueFirst},
                                                                               {"-due_at", ExceptionSort::kDueLast}}};

Result<std::optional<Instant>> read_overdue(const std::string& text, Instant now) {
  if (text.empty() || text == "false") return std::optional<Instant>{};
  if (text == "true") return std::optional(now);
  return fail(ErrorCode::kInvalid, "read overdue", "overdue must be true or false");
}

Result<std::int64_t> read_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0)
    return fail(ErrorCode::kInvalid, "read after", "after must be the `next` of an earlier page");
  return number;
}

}  // namespace

Result<std::string> read_search(std::string text) {
  while (!text.empty() && text.back() == ' ') text.pop_back();
  text.erase(0, text.find_first_not_of(' '));
  if (text.size() > kSearchBytesMax) return fail(ErrorCode::kInvalid, "read q", "q has " + std::to_string(kSearchBytesMax) + " bytes at most");
  return text;
}

Result<ExceptionFilter> read_exception_filter(const QueryText& text, Instant now) {
  ExceptionFilter filter;
  const std::string status = text("status");
  if (!status.empty()) {
    filter.status = case_status(status == "assigned" ? "open" : status);
    if (!filter.status) return fail(ErrorCode::kInvalid, "read status", "status must be open, assigned, resolved or dismissed");
  }
  filter.only_assigned = status == "assigned";
  filter.code = text("code");
  filter.owner = text("owner");
  filter.location = text("location");
  filter.cause_key = text("cause");
  filter.assignee = text("assignee");
  TS_ASSIGN_OR_RETURN(filter.text, read_search(text("q")));
  TS_ASSIGN_OR_RETURN(filter.overdue_at, read_overdue(text("overdue"), now));
  return filter;
}

Result<ExceptionSort> read_exception_sort(std::string_view text) {
  if (text.empty()) return ExceptionSort::kRaisedLast;
  for (const auto& [name, sort] : kSorts)
    if (name == text) return sort;
  return fail(ErrorCode::kInvalid, "read sort", "sort must be raised_at, -raised_at, due_at or -due_at");
}

Result<void> read_exception_cursor(std::string_view after, ExceptionFilter& filter) {
  if (after.empty()) return {};
  const bool is_by_due = filter.sort == ExceptionSort::kDueFirst || filter.sort == ExceptionSort::kDueLast;
  const std::size_t point = after.find('.');
  if (is_by_due != (point != std::string_view::npos)) return fail(ErrorCode::kInvalid, "read after", "after must be the `next` of an earlier page with the same sort");
  if (is_by_due) {
    TS_ASSIGN_OR_RETURN(const std::int64_t due, read_number(after.substr(0, point)));
    filter.after_due = Instant{due};
    after.remove_prefix(point + 1);
  }
  TS_ASSIGN_OR_RETURN(filter.after, read_number(after));
  return {};
}

std::optional<std::string> exception_cursor(const ExceptionPage& page) {
  if (!page.next) return std::nullopt;
  if (!page.next_due) return std::to_string(*page.next);
  return std::to_string(page.next_due->micros) + "." + std::to_string(*page.next);
}

Result<CauseFilter> read_cause_filter(const QueryText& text, Instant now) {
  CauseFilter filter;
  filter.code = text("code");
  filter.owner = text("owner");
  filter.location = text("location");
  filter.cause_key = text("cause");
  filter.assignee = text("assignee");
  TS_ASSIGN_OR_RETURN(filter.text, read_search(text("q")));
  TS_ASSIGN_OR_RETURN(filter.overdue_at, read_overdue(text("overdue"), now));
  return filter;
}

}  // namespace tillsync::hub
