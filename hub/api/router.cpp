#include "hub/api/router.h"

#include <array>

namespace tillsync::hub {
namespace {

constexpr std::array<std::string_view, 5> kRoleNames = {"public", "viewer", "operator", "finance", "administrator"};

/// Takes the next segment off the front of a path that begins with '/'.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::size_t end = path.find('/');
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(segment.size());
  return segment;
}

}  // namespace

std::string_view to_string(Role role) { return kRoleNames[static_cast<std::size_t>(role)]; }

std::optional<Role> parse_role(std::string_view text) {
  for (std::size_t i = 0; i < kRoleNames.size(); ++i)
    if (kRoleNames[i] == text) return static_cast<Role>(i);
  return std::nullopt;
}

std::optional<std::vector<std::string>> match_path(std::string_view pattern, std::string_view path) {
  std::vector<std::string> parameters;
  while (pattern.starts_with('/') && path.starts_with('/')) {
    const std::string_view wanted = take_segment(pattern);
    const std::string_view given = take_segment(path);
    if (wanted.starts_with('{')) {
      if (given.empty()) return std::nullopt;
      parameters.emplace_back(given);
    } else if (wanted != given) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return parameters;
}

Match find_route(const std::vector<Route>& routes, std::string_view method, std::string_view path) {
  Match match;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    auto parameters = match_path(routes[i].pattern, path);
    if (!parameters) continue;
    if (routes[i].method == method || (method == "HEAD" && routes[i].method == "GET")) {
      match.status = MatchStatus::kFound;
      match.route = i;
      match.parameters = std::move(*parameters);
      return match;
    }
    match.status = MatchStatus::kNoSuchMethod;
    match.allowed += (match.allowed.empty() ? "" : ", ") + std::string(routes[i].method);
  }
  return match;
}

}  // namespace tillsync::hub
