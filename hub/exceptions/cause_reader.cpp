#include "hub/exceptions/cause_reader.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>

namespace tillsync::hub {
namespace {

using sql::Row;

// Read from the index over open ones alone, in its order.
constexpr std::string_view kSelectCauses =
    "SELECT code, cause_key, worth_currency, location, owner, count(*), sum(occurrences), sum(assignee <> ''), min(raised_at), min(due_at), sum(worth_minor)"
    " FROM exception_case INDEXED BY exception_case_groups WHERE status = 'open' AND ($1 = '' OR code = $1) AND ($2 = '' OR owner = $2) AND ($3 = '' OR location = $3)"
    " AND ($4 = '' OR assignee = $4) AND ($5 = '' OR cause_key = $5) AND ($6 IS NULL OR due_at < $6) AND ($7 = '' OR instr(lower(code || ' ' || cause_key), $7) > 0)"
    " GROUP BY code, cause_key, worth_currency, location, owner";
// The index over the causes of open ones has its rows in the order of their numbers, so that a chunk costs what it holds.
constexpr std::string_view kSelectSize =
    "SELECT count(*), count(DISTINCT location), coalesce(max(exception_no), 0) FROM exception_case"
    " WHERE status = 'open' AND cause_key = $2 AND code = $1 AND ($3 = '' OR location = $3)";
constexpr std::string_view kSelectOpen =
    "SELECT exception_id FROM exception_case WHERE status = 'open' AND cause_key = $2 AND code = $1 AND ($3 = '' OR location = $3)"
    " AND exception_no > $4 AND exception_no <= $5 ORDER BY exception_no LIMIT $6";

}  // namespace

Result<CausePage> CauseReader::causes(const CauseFilter& filter) {
  if (filter.limit == 0 || filter.limit > kCausePageMax || filter.offset < 0)
    return fail(ErrorCode::kInvalid, "list causes", "limit must be 1 to " + std::to_string(kCausePageMax));
  std::string text = filter.text;
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  std::vector<CauseGroup> groups;
  std::set<std::string, std::less<>> locations;  // of the group that is read
  TS_RETURN_IF_ERROR(connection_.query(kSelectCauses,
                                       {std::string_view(filter.code), std::string_view(filter.owner), std::string_view(filter.location), std::string_view(filter.assignee),
                                        std::string_view(filter.cause_key), filter.overdue_at ? sql::Param(filter.overdue_at->micros) : sql::Param(nullptr), std::string_view(text)},
                                       [&](const Row& row) {
                                         if (groups.empty() || groups.back().code != row.text(0) || groups.back().cause_key != row.text(1)) {
                                           locations.clear();
                                           CauseGroup& made = groups.emplace_back();
                                           made.code = row.text(0);
                                           made.cause_key = row.text(1);
                                           made.owner = row.text(4);
                                           made.oldest_at = Instant{row.integer(8)};
                                           made.due_at = Instant{row.integer(9)};
                                         }
                                         CauseGroup& group = groups.back();
                                         if (!locations.contains(row.text(3))) locations.emplace(row.text(3));
                                         group.locations = static_cast<std::int64_t>(locations.size());
                                         group.open += row.integer(5);
                                         group.occurrences += row.integer(6);
                                         group.assigned += row.integer(7);
                                         group.oldest_at = std::min(group.oldest_at, Instant{row.integer(8)});
                                         group.due_at = std::min(group.due_at, Instant{row.integer(9)});
                                         if (!row.text(2).empty()) group.worth[std::string(row.text(2))] += row.integer(10);
                                       }));
  std::ranges::stable_sort(groups, {}, &CauseGroup::due_at);
  CausePage page;
  page.total = static_cast<std::int64_t>(groups.size());
  const auto first = static_cast<std::size_t>(std::min(filter.offset, page.total));
  const std::size_t end = std::min(groups.size(), first + filter.limit);
  page.causes.assign(std::make_move_iterator(groups.begin() + static_cast<std::ptrdiff_t>(first)), std::make_move_iterator(groups.begin() + static_cast<std::ptrdiff_t>(end)));
  if (end < groups.size()) page.next = static_cast<std::int64_t>(end);
  return page;
}

Result<CauseSize> CauseReader::size(const CauseScope& scope) {
  CauseSize size;
  TS_RETURN_IF_ERROR(connection_.query(kSelectSize, {std::string_view(scope.code), std::string_view(scope.cause_key), std::string_view(scope.location)},
                                       [&size](const Row& row) { size = {row.integer(0), row.integer(1), row.integer(2)}; }));
  return size;
}

Result<std::vector<ExceptionRecord>> CauseReader::open_of(const CauseScope& scope, std::int64_t after, std::int64_t upto, std::size_t limit) {
  std::vector<std::string> ids;
  TS_RETURN_IF_ERROR(connection_.query(kSelectOpen,
                                       {std::string_view(scope.code), std::string_view(scope.cause_key), std::string_view(scope.location), after, upto,
                                        static_cast<std::int64_t>(limit)},
                                       [&ids](const Row& row) { ids.emplace_back(row.text(0)); }));
  std::vector<ExceptionRecord> records;
  ExceptionReader reader(connection_);
  for (const std::string& id : ids) {
    TS_ASSIGN_OR_RETURN(auto record, reader.find(id));
    if (record) records.push_back(std::move(*record));
  }
  return records;
}

}  // namespace tillsync::hub
