// Completion for bash, zsh and fish, out of the outline of a command line: the next command, its options, the values of an option that
// takes a closed set, files where a file is meant. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/cli/outline.h"

namespace tillsync::cli {

enum class Shell { kBash, kZsh, kFish };
std::optional<Shell> parse_shell(std::string_view name);

/// The whole file, as a shell reads it: program is the command's name. Options of the commands above are offered too where
/// `options_anywhere` (the command line takes them there).
std::string completion_script(Shell shell, const std::string& program, const CommandOutline& outline, bool options_anywhere);

}  // namespace tillsync::cli
