// hub.toml: every key with its default, unit and meaning (INTERFACES "Commands"). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"

namespace tillsync::hub {

inline constexpr std::string_view kHubEnvironmentPrefix = "TILLSYNC_HUB";
const std::vector<config::Key>& hub_config_keys();

/// What an agent is told to connect to: the endpoint that is bound, with the machine's name where it is bound to every address.
std::string reachable_endpoint(const std::string& bound, const std::string& host);

}  // namespace tillsync::hub
