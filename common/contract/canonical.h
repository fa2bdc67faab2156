// Canonical form 1: what the content hash is taken of (README.md beside this file gives it exactly). Never changes; a
// new form gets a new number. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/contract/document.h"

namespace tillsync {

std::string canonical_form(const Document& document);

/// One text per value of a number: "6.000", "6" and "0.6e1" are "6", "-0.50" is "-0.5", "0.0" and "-0" are "0". nullopt
/// for what is no number.
std::optional<std::string> canonical_number(std::string_view text);

/// The same for texts that are plainly a decimal number ("6.000", not "007", "1e3" or "+1"); other texts stay.
std::string canonical_number_text(const std::string& text);

}  // namespace tillsync
