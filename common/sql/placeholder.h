// Rewrites the port's placeholders `$1…$n` into SQLite's `?1…?n`. SQLite numbers `$n` by first appearance, so that a statement
// with $2 before $1 would silently swap its params; `?n` means the number itself. Pure. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace tillsync::sql {

/// Leaves string literals, quoted names, comments and names that contain a '$' as they are.
std::string rewrite_placeholders(std::string_view statement);

}  // namespace tillsync::sql
