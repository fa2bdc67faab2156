// Man pages out of what the programs know of themselves: a command's page out of its command line, a configuration file's page out of its
// table of keys. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/cli/outline.h"
#include "common/config/config.h"

namespace tillsync::cli {

/// What stands on each page beside the command line or the keys.
struct ManualFrame {
  std::string name;      // "tillsync-agent", "agent.toml"
  std::string summary;   // one line
  std::string version;   // "0.1.0"
  std::vector<std::pair<std::string, std::string>> files;  // path, what it is
  std::vector<std::string> see_also;                       // "agent.toml(5)"
};

/// Section 1 (or 8 of a service): NAME, SYNOPSIS, DESCRIPTION, COMMANDS with their options, FILES, EXIT STATUS, SEE ALSO.
std::string command_manual(const ManualFrame& frame, int section, const CommandOutline& outline);
/// Section 5: every key with its meaning, unit, default and environment variable.
std::string config_manual(const ManualFrame& frame, const std::vector<config::Key>& keys, std::string_view environment_prefix);

}  // namespace tillsync::cli
