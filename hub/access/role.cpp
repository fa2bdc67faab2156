#include "hub/access/role.h"

#include <array>

namespace tillsync::hub {
namespace {

constexpr std::array<std::string_view, 5> kRoleNames = {"public", "viewer", "operator", "finance", "administrator"};

}  // namespace

std::string_view to_string(Role role) { return kRoleNames[static_cast<std::size_t>(role)]; }

std::optional<Role> parse_role(std::string_view text) {
  for (std::size_t i = 0; i < kRoleNames.size(); ++i)
    if (kRoleNames[i] == text) return static_cast<Role>(i);
  return std::nullopt;
}

std::optional<Role> parse_held_role(std::string_view text) {
  const auto role = parse_role(text);
  return role == Role::kPublic ? std::nullopt : role;
}

}  // namespace tillsync::hub
