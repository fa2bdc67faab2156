#include "hub/api/etag.h"

namespace tillsync::hub {
namespace {

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string quoted_etag(std::string_view version) { return "\"" + std::string(version) + "\""; }

bool names_etag(std::string_view if_match, std::string_view etag) {
  if (without_blanks(if_match) == "*") return true;
  // Tags of the hub hold no comma.
  while (!if_match.empty()) {
    const std::size_t comma = if_match.find(',');
    if (without_blanks(if_match.substr(0, comma)) == etag) return true;
    if_match.remove_prefix(comma == std::string_view::npos ? if_match.size() : comma + 1);
  }
  return false;
}

}  // namespace tillsync::hub
