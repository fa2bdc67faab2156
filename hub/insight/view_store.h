// Named views: filters of a page under a name, shared by all. Writes run in the writer's transaction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"

namespace tillsync::hub {

inline constexpr std::size_t kViewNameBytesMax = 100, kViewQueryBytesMax = 4'000;
inline constexpr std::size_t kViewsOfPageMax = 200;

struct NamedView {
  std::string page, name, query, changed_by;
  Instant changed_at;
};

/// page "" = of all pages.
Result<std::vector<NamedView>> read_views(sql::Connection& connection, std::string_view page);
/// kInvalid: a name or query that is empty or too long, or a page that is none. kLimitExceeded: the page has as many as it may.
Result<void> put_view(sql::Connection& connection, const NamedView& view);
/// kNotFound.
Result<void> remove_view(sql::Connection& connection, std::string_view page, std::string_view name);

}  // namespace tillsync::hub
