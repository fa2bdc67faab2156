// Text of documents: UTF-8, length in code points, Unicode normal form C, and JSON's way to quote it. Pure. Any thread.
// Source: CONTRACT "Forms".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace tillsync {

/// Offset of the first byte that is no part of valid UTF-8 (RFC 3629: no surrogates, nothing overlong).
std::optional<std::size_t> find_invalid_utf8(std::string_view text);
/// Each byte that belongs to no UTF-8 character becomes U+FFFD: for what is quoted back to its sender.
std::string with_valid_utf8(std::string_view text);

/// Of valid UTF-8.
std::size_t count_code_points(std::string_view text);

/// An identifier or SKU: 1–64 code points after normalisation to NFC, no control character. Case and leading zeros are
/// kept. kInvalid for what is no such text, kLimitExceeded when it is longer.
Result<std::string> parse_identifier(std::string_view raw);

/// Free text, as it came: up to kFreeTextCodePointsMax code points, anything but NUL.
Result<std::string> parse_free_text(std::string_view raw);

/// The text in quotes, with what JSON demands escaped.
void append_json_string(std::string& out, std::string_view text);

}  // namespace tillsync
