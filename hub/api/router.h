// The one table of routes: method, path pattern, the role that may use it, whether a repeat must be harmless. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tillsync::hub {

/// In ascending order of rights; kPublic needs no token.
enum class Role : std::uint8_t { kPublic = 0, kViewer = 1, kOperator = 2, kFinance = 3, kAdministrator = 4 };
std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view text);

/// How the hub keeps a repeated request harmless.
enum class Repeat : std::uint8_t {
  kSafe,             // GET
  kIdempotent,       // PUT, or a step that is taken already: the same content again changes nothing
  kIdempotencyKey,   // POST that creates or acts: the header is required
  kBusinessIdentity, // POST of documents: their own identity makes a repeat harmless
  kOwnKey,           // POST of a request that has a key of its own; the header may stand in for it
};

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/v1/agents/{id}/revoke"
  Role role;
  Repeat repeat;
  bool takes_msgpack = false;  // beside JSON
};

/// The values of {…} in the pattern, in order; nullopt when the path does not match.
std::optional<std::vector<std::string>> match_path(std::string_view pattern, std::string_view path);

enum class MatchStatus { kFound, kNoSuchPath, kNoSuchMethod };
struct Match {
  MatchStatus status = MatchStatus::kNoSuchPath;
  std::size_t route = 0;
  std::vector<std::string> parameters;
  std::string allowed;  // of kNoSuchMethod: for the Allow header
};
Match find_route(const std::vector<Route>& routes, std::string_view method, std::string_view path);

}  // namespace tillsync::hub
