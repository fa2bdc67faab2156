#include "hub/insight/view_store.h"

#include <algorithm>
#include <array>

namespace tillsync::hub {
namespace {

using sql::Row;

constexpr std::array<std::string_view, 10> kPages = {"overview", "fleet", "exceptions", "trace", "stock", "reservations", "postings", "closes", "rollouts", "audit"};
constexpr std::string_view kSelect = "SELECT page, name, query, changed_by, changed_at FROM named_view WHERE $1 = '' OR page = $1 ORDER BY page, name";
constexpr std::string_view kCount = "SELECT count(*) FROM named_view WHERE page = $1 AND name <> $2";
constexpr std::string_view kUpsert =
    "INSERT INTO named_view (page, name, query, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (page, name) DO UPDATE SET query = excluded.query, changed_by = excluded.changed_by, changed_at = excluded.changed_at";
constexpr std::string_view kDelete = "DELETE FROM named_view WHERE page = $1 AND name = $2";

}  // namespace

Result<std::vector<NamedView>> read_views(sql::Connection& connection, std::string_view page) {
  std::vector<NamedView> views;
  TS_RETURN_IF_ERROR(connection.query(kSelect, {page}, [&views](const Row& row) {
    views.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3)), Instant{row.integer(4)}});
  }));
  return views;
}

Result<void> put_view(sql::Connection& connection, const NamedView& view) {
  if (std::ranges::find(kPages, view.page) == kPages.end()) return fail(ErrorCode::kInvalid, "put view", "there is no page " + view.page);
  if (view.name.empty() || view.name.size() > kViewNameBytesMax)
    return fail(ErrorCode::kInvalid, "put view", "a view's name has 1 to " + std::to_string(kViewNameBytesMax) + " bytes");
  if (view.query.size() > kViewQueryBytesMax || std::ranges::any_of(view.query, [](unsigned char c) { return c < 0x20; }))
    return fail(ErrorCode::kInvalid, "put view", "a view's query has at most " + std::to_string(kViewQueryBytesMax) + " bytes and no control characters");
  std::int64_t others = 0;
  TS_RETURN_IF_ERROR(connection.query(kCount, {std::string_view(view.page), std::string_view(view.name)}, [&others](const Row& row) { others = row.integer(0); }));
  if (others >= static_cast<std::int64_t>(kViewsOfPageMax))
    return fail(ErrorCode::kLimitExceeded, "put view", "a page has at most " + std::to_string(kViewsOfPageMax) + " views");
  TS_RETURN_IF_ERROR(connection.run(kUpsert, {std::string_view(view.page), std::string_view(view.name), std::string_view(view.query), std::string_view(view.changed_by), view.changed_at.micros}));
  return {};
}

Result<void> remove_view(sql::Connection& connection, std::string_view page, std::string_view name) {
  TS_ASSIGN_OR_RETURN(const std::int64_t removed, connection.run(kDelete, {page, name}));
  if (removed == 0) return fail(ErrorCode::kNotFound, "remove view", "the page " + std::string(page) + " has no view " + std::string(name));
  return {};
}

}  // namespace tillsync::hub
