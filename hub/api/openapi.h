// The published contract of the API, embedded from hub/api/openapi.json at build time.
#pragma once

#include <string_view>

namespace tillsync::hub {

std::string_view openapi_json();

}  // namespace tillsync::hub
