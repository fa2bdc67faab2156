#include "hub/api/router.h"

namespace tillsync::hub {

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    const std::size_t end = path.find('/');
    segments.emplace_back(path.substr(0, end));
    path.remove_prefix(segments.back().size());
  }
  return segments;
}

std::optional<std::vector<std::string>> match_segments(std::string_view pattern, const std::vector<std::string>& segments) {
  std::vector<std::string> parameters;
  for (const std::string& given : segments) {
    if (!pattern.starts_with('/')) return std::nullopt;
    pattern.remove_prefix(1);
    const std::string_view wanted = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(wanted.size());
    if (wanted.starts_with('{')) {
      if (given.empty()) return std::nullopt;
      parameters.push_back(given);
    } else if (wanted != given) {
      return std::nullopt;
    }
  }
  if (!pattern.empty()) return std::nullopt;
  return parameters;
}

std::optional<std::vector<std::string>> match_path(std::string_view pattern, std::string_view path) { return match_segments(pattern, segments_of(path)); }

std::string_view scope_of(std::string_view pattern) {
  constexpr std::string_view kPrefix = "/v1/";
  if (!pattern.starts_with(kPrefix)) return {};
  pattern.remove_prefix(kPrefix.size());
  return pattern.substr(0, pattern.find('/'));
}

Match find_route(const std::vector<Route>& routes, std::string_view method, std::string_view path) {
  return find_route(routes, method, segments_of(path));
}

Match find_route(const std::vector<Route>& routes, std::string_view method, const std::vector<std::string>& segments) {
  Match match;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    auto parameters = match_segments(routes[i].pattern, segments);
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
