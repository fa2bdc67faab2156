// Finds a connector by its name: in a folder of one's own, else among those that ship with the hub. At start.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "common/base/error.h"
#include "hub/erp/connector.h"

namespace tillsync::hub {

struct BuiltInConnector {
  std::string_view name, json_text;
};
std::span<const BuiltInConnector> built_in_connectors();

/// folder empty: built-in ones only. A name is letters, digits, '-' and '_'; kInvalid else. kNotFound names the known ones.
Result<Connector> load_connector(std::string_view name, const std::filesystem::path& folder);

}  // namespace tillsync::hub
