#include "common/sql/placeholder.h"

#include <algorithm>

namespace tillsync::sql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// The index behind the next `end` at or after `from`; the statement's end when there is none.
std::size_t behind(std::string_view statement, std::string_view end, std::size_t from) {
  const std::size_t at = statement.find(end, from);
  return at == std::string_view::npos ? statement.size() : at + end.size();
}

/// The index behind the quoted text or comment that begins at `at`; `at` itself when none begins there. A doubled quote inside
/// a literal reads as two literals side by side, which ends at the same place.
std::size_t skip_quoted(std::string_view statement, std::size_t at) {
  const char c = statement[at];
  if (c == '\'' || c == '"' || c == '`') return behind(statement, statement.substr(at, 1), at + 1);
  if (c == '[') return behind(statement, "]", at + 1);
  if (statement.substr(at).starts_with("--")) return behind(statement, "\n", at + 2);
  if (statement.substr(at).starts_with("/*")) return behind(statement, "*/", at + 2);
  return at;
}

}  // namespace

std::string rewrite_placeholders(std::string_view statement) {
  std::string rewritten;
  rewritten.reserve(statement.size());
  std::size_t at = 0;
  while (at < statement.size()) {
    std::size_t end = skip_quoted(statement, at);
    if (end == at && is_name_character(statement[at])) {
      end = std::min(statement.size(), at + 1);
      while (end < statement.size() && is_name_character(statement[end])) ++end;
      const std::string_view word = statement.substr(at, end - at);
      if (word.size() > 1 && word[0] == '$' && std::ranges::all_of(word.substr(1), is_digit)) {
        rewritten += '?';
        ++at;
      }
    }
    end = std::max(end, at + 1);
    rewritten += statement.substr(at, end - at);
    at = end;
  }
  return rewritten;
}

}  // namespace tillsync::sql
