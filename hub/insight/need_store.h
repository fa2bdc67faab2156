// Needs that somebody has seen. Writes run in the writer's transaction.
#pragma once

#include <string_view>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"

namespace tillsync::hub {

inline constexpr Duration kAcknowledgementsKept = seconds(30 * 86'400);  // a need that is still there then asks again

/// The newest word counts; drops what is older than kAcknowledgementsKept.
Result<void> acknowledge_need(sql::Connection& connection, std::string_view need_id, std::string_view who, std::string_view reason, Instant now);

}  // namespace tillsync::hub
