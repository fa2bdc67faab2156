// The instant at which an answer was read: every list and object that GET answers with says it. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/base/time.h"

namespace tillsync::hub {

/// The JSON object with a member "as_of" in front; as it is when it is no object or says one itself. body: well-formed JSON.
std::string with_as_of(std::string body, Instant read_at);

}  // namespace tillsync::hub
