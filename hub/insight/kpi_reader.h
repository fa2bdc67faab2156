// The figures by which a chain judges the connection (ARCHITECTURE section 7), over a span of time and the one before it. Any thread, with the connection of that thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"

namespace tillsync::hub {

struct Kpi {
  std::string name, title, unit;
  std::optional<double> value, previous;  // nullopt: not measured, or nothing of the kind happened
  std::optional<double> goal;
  bool is_lower_better = true;
};
/// Seconds since 1970. kInvalid: to not behind from, or longer than samples are kept.
Result<std::vector<Kpi>> read_kpis(sql::Connection& connection, std::int64_t from, std::int64_t to, std::int64_t now);

}  // namespace tillsync::hub
