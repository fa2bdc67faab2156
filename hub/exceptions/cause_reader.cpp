#include "hub/exceptions/cause_reader.h"

namespace tillsync::hub {
namespace {

using sql::Row;

constexpr std::string_view kSelectCauses =
    "SELECT code, cause_key, min(owner), count(*), sum(occurrences), count(DISTINCT location), sum(assignee <> ''), min(raised_at), min(due_at)"
    " FROM exception_case WHERE status = 'open' AND ($1 = '' OR code = $1) AND ($2 = '' OR owner = $2) AND ($3 = '' OR location = $3)"
    " GROUP BY cause_key, code ORDER BY min(due_at), code, cause_key LIMIT $4 OFFSET $5";
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
  CausePage page;
  TS_RETURN_IF_ERROR(connection_.query(kSelectCauses,
                                       {std::string_view(filter.code), std::string_view(filter.owner), std::string_view(filter.location),
                                        static_cast<std::int64_t>(filter.limit) + 1, filter.offset},
                                       [&page](const Row& row) {
                                         CauseGroup& group = page.causes.emplace_back();
                                         group.code = row.text(0);
                                         group.cause_key = row.text(1);
                                         group.owner = row.text(2);
                                         group.open = row.integer(3);
                                         group.occurrences = row.integer(4);
                                         group.locations = row.integer(5);
                                         group.assigned = row.integer(6);
                                         group.oldest_at = Instant{row.integer(7)};
                                         group.due_at = Instant{row.integer(8)};
                                       }));
  if (page.causes.size() > filter.limit) {
    page.causes.pop_back();
    page.next = filter.offset + static_cast<std::int64_t>(filter.limit);
  }
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
