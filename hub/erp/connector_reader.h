// Finds a connector by its name: in a folder of one's own, else among those that ship with the hub. At start.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "hub/erp/connector.h"

namespace tillsync::hub {

/// A file of a connector that ships: connector.json or a program.
struct BuiltInFile {
  std::string_view connector, file, text;
};
std::span<const BuiltInFile> built_in_files();
/// Names of those that ship, in order.
std::vector<std::string> built_in_connectors();

/// folder empty: built-in ones only. A name is letters, digits, '-' and '_'; kInvalid else. kNotFound names the known ones.
/// Programs are read with it; kNotFound names one that is missing.
Result<Connector> load_connector(std::string_view name, const std::filesystem::path& folder);

}  // namespace tillsync::hub
