// Who makes a call, as the registry or a token's look-up found it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"
#include "hub/access/role.h"

namespace tillsync::hub {

enum class CallerKind : std::uint8_t { kToken, kSession };

struct Caller {
  std::string name;  // of the token or the user
  Role role = Role::kPublic;
  CallerKind kind = CallerKind::kToken;
  std::string id = {};                   // of the token; of a session its hash
  std::vector<std::string> scopes = {};  // first segments behind /v1; none = all
  Instant expires_at = kInstantMax;

  bool may_reach(std::string_view scope) const { return scopes.empty() || std::ranges::find(scopes, scope) != scopes.end(); }
};

}  // namespace tillsync::hub
