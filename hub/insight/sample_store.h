// Samples in their table. Writes run in the writer's transaction; reads on any connection.
#pragma once

#include <optional>
#include <string_view>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/insight/sample.h"

namespace tillsync::hub {

/// Where the sampler has read up to, in tables that only grow.
using Marks = std::map<std::string, std::int64_t>;
Result<Marks> read_marks(sql::Connection& connection);

/// at: begin of the minute, seconds. Noughts of sums are left out ("up" tells that they were measured). Makes hours of minutes where an hour is over, and drops what is too old.
Result<void> write_sample(sql::Connection& connection, std::int64_t at, const Figures& figures, const Marks& marks);
/// Per business date; replaces.
Result<void> write_day_figure(sql::Connection& connection, std::string_view figure, Date date, std::int64_t value);

/// at in [from, to).
Result<Series> read_series(sql::Connection& connection, std::int64_t step_s, std::string_view figure, std::int64_t from, std::int64_t to);
/// nullopt: nothing was measured in that time ("up" has no row).
Result<std::optional<std::int64_t>> read_sum(sql::Connection& connection, std::string_view figure, std::int64_t from, std::int64_t to, std::int64_t now);
/// Business dates as days since 1970.
Result<Series> read_day_series(sql::Connection& connection, std::string_view figure, Date from, Date to);

}  // namespace tillsync::hub
