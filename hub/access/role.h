// What a caller may do, in ascending order of rights. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tillsync::hub {

/// kPublic needs no token.
enum class Role : std::uint8_t { kPublic = 0, kViewer = 1, kOperator = 2, kFinance = 3, kAdministrator = 4 };
std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view text);
/// A role that somebody can have: all but "public".
std::optional<Role> parse_held_role(std::string_view text);

}  // namespace tillsync::hub
