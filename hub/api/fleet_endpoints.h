// The endpoints of the fleet by resource; fleet_endpoints() is all of them. And what their answers share.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "hub/api/api_context.h"

namespace tillsync::hub {

std::vector<Endpoint> enrolment_endpoints();
std::vector<Endpoint> command_endpoints();
std::vector<Endpoint> config_endpoints();
std::vector<Endpoint> rollout_endpoints();

/// {"items", "next", "as_of"}
std::string fleet_page(nlohmann::json items, const std::optional<std::string>& next, Instant as_of);
/// The number in the path; kNotFound for what is none.
Result<std::int64_t> path_number(const ApiCall& call, const char* what);
/// RFC 3339 or null.
nlohmann::json instant_or_null_json(const std::optional<Instant>& at);

}  // namespace tillsync::hub
