// JSON on its way through jq 1.6, which computes in binary fractions: what they cannot hold goes through as text. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/base/error.h"

namespace tillsync::hub {

/// Significant digits up to which a number survives a binary fraction.
inline constexpr std::size_t kExactDigitsMax = 15;
/// Nesting that is read; deeper is kInvalid.
inline constexpr std::size_t kJsonDepthMax = 64;

/// Numbers with more than kExactDigitsMax significant digits become texts; everything else stays, without white space.
/// kInvalid: this is no JSON.
Result<std::string> with_large_numbers_as_text(std::string_view json);

/// {"$number": "12.50"} becomes the bare number 12.50. kInvalid: this is no JSON, or the text there is no JSON number.
Result<std::string> with_bare_numbers(std::string_view json);

}  // namespace tillsync::hub
