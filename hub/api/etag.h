// Versions of what a person looks at while changing it (RFC 9110 section 8.8.3, If-Match 13.1.1): strong tags only. Pure.
#pragma once

#include <string>
#include <string_view>

namespace tillsync::hub {

/// "v12" → "\"v12\"".
std::string quoted_etag(std::string_view version);
/// Whether an If-Match header names the tag: "*" names any; a weak one (W/) names none.
bool names_etag(std::string_view if_match, std::string_view etag);

}  // namespace tillsync::hub
