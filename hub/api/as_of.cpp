#include "hub/api/as_of.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kMember = "\"as_of\"";

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) ++at;
  return at;
}

/// Behind the closing quotation mark of the text that begins at `at`.
std::size_t skip_text(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at)
    if (json[at] == '\\') ++at;
  return at + 1;
}

/// Whether the outermost object has the member: items of a list have one of their own.
bool says_one(std::string_view json) {
  int depth = 0;
  for (std::size_t at = 0; at < json.size();) {
    const char c = json[at];
    if (c == '"') {
      const std::size_t end = skip_text(json, at);
      if (depth == 1 && json.substr(at, end - at) == kMember) {
        const std::size_t behind = skip_space(json, end);
        if (behind < json.size() && json[behind] == ':') return true;
      }
      at = end;
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
  }
  return false;
}

}  // namespace

std::string with_as_of(std::string body, Instant read_at) {
  const std::size_t open = skip_space(body, 0);
  if (open >= body.size() || body[open] != '{' || says_one(body)) return body;
  const std::size_t first = skip_space(body, open + 1);
  const bool is_empty = first < body.size() && body[first] == '}';
  body.insert(open + 1, std::string(kMember) + ":\"" + format_instant(read_at) + (is_empty ? "\"" : "\","));
  return body;
}

}  // namespace tillsync::hub
