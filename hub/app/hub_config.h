// hub.toml: every key with its default, unit and meaning (INTERFACES "Commands"). Pure.
#pragma once

#include <string_view>
#include <vector>

#include "common/config/config.h"

namespace tillsync::hub {

inline constexpr std::string_view kHubEnvironmentPrefix = "TILLSYNC_HUB";
const std::vector<config::Key>& hub_config_keys();

}  // namespace tillsync::hub
