// The six charts of the overview (CONSOLE "Charts"), out of samples; arrivals and delays of one location out of the event log. Any thread, with the connection of that thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/insight/sample.h"

namespace tillsync::hub {

inline constexpr std::size_t kLocationEventsMax = 20'000;  // newest documents of a location that a chart of it is made of

struct ChartSeries {
  std::string name, label, role;  // role: g | a | f | i | p of CONSOLE "Look", "" = none
  Points points;
};
struct Chart {
  std::string name, unit;
  std::int64_t step_s = 0;
  std::vector<ChartSeries> series;
};

/// name: arrivals | backlog | delay | postings | exceptions | balance; kNotFound for another. from, to, now: seconds since 1970. kUnsupported: that chart is not kept per
/// location.
Result<Chart> read_chart(sql::Connection& connection, std::string_view name, std::int64_t from, std::int64_t to, std::string_view location, std::int64_t now);

}  // namespace tillsync::hub
