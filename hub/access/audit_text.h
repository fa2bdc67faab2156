// What an audit record keeps of an object: its JSON without secrets, bounded. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace tillsync::hub {

inline constexpr std::size_t kAuditTextBytesMax = 16 * 1024;  // of before and after, each; beyond it size and hash are kept
inline constexpr std::size_t kAuditReasonBytesMax = 1'000;

/// The JSON with the values of members that hold secrets (password, token, secret, current, new, csrf_token, …) replaced by "***", at any
/// depth. nullopt for what is no JSON object or array.
std::optional<std::string> audit_text(std::string_view json_text);
/// The member "reason" of a JSON object; "" when there is none.
std::string reason_of(std::string_view json_text);

}  // namespace tillsync::hub
