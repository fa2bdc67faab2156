// The one table of routes: method, path pattern, the role that may use it, whether a repeat must be harmless. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/access/role.h"

namespace tillsync::hub {

/// How the hub keeps a repeated request harmless.
enum class Repeat : std::uint8_t {
  kSafe,             // GET
  kIdempotent,       // PUT, or a step that is taken already: the same content again changes nothing
  kIdempotencyKey,   // POST that creates or acts: the header is required
  kBusinessIdentity, // POST of documents or users: their own identity makes a repeat harmless
  kOwnKey,           // POST of a request that has a key of its own; the header may stand in for it
};

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/v1/agents/{id}/revoke"
  Role role;
  Repeat repeat;
  bool takes_msgpack = false;  // beside JSON
};

/// A path's parts between slashes; "/v1/stock/" ends in "".
std::vector<std::string> segments_of(std::string_view path);
/// The values of {…} in the pattern, in order; nullopt when the segments do not match. Each is compared as it is: nothing is folded, cut
/// off or resolved, so there is one way only to write a route's path. segments: decoded; a slash in one belongs to its value.
std::optional<std::vector<std::string>> match_segments(std::string_view pattern, const std::vector<std::string>& segments);
std::optional<std::vector<std::string>> match_path(std::string_view pattern, std::string_view path);
/// "stock" of "/v1/stock/{sku}": what a token's scopes name; "" of other paths.
std::string_view scope_of(std::string_view pattern);

enum class MatchStatus { kFound, kNoSuchPath, kNoSuchMethod };
struct Match {
  MatchStatus status = MatchStatus::kNoSuchPath;
  std::size_t route = 0;
  std::vector<std::string> parameters;
  std::string allowed;  // of kNoSuchMethod: for the Allow header
};
Match find_route(const std::vector<Route>& routes, std::string_view method, const std::vector<std::string>& segments);
Match find_route(const std::vector<Route>& routes, std::string_view method, std::string_view path);

}  // namespace tillsync::hub
