#include "agent/app/enroll_place.h"

#include <algorithm>

namespace tillsync::agent {
namespace {

constexpr std::string_view kLocation = "{location}", kTill = "{till}";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

bool matches(std::string_view pattern, std::string_view host, PcPlace& place) {
  if (pattern.empty()) return host.empty();
  const bool is_location = pattern.starts_with(kLocation), is_till = pattern.starts_with(kTill), is_star = pattern.starts_with('*');
  if (!is_location && !is_till && !is_star) return !host.empty() && lower(pattern[0]) == lower(host[0]) && matches(pattern.substr(1), host.substr(1), place);
  const std::string_view rest = pattern.substr(is_star ? 1 : is_till ? kTill.size() : kLocation.size());
  for (std::size_t size = host.size() + 1; size-- > (is_star ? 0 : 1);) {
    if (!matches(rest, host.substr(size), place)) continue;
    if (is_location) place.location = host.substr(0, size);
    if (is_till) place.till = host.substr(0, size);
    return true;
  }
  return false;
}

}  // namespace

Result<HostCase> parse_host_case(std::string_view text) {
  if (text.empty() || text == "keep") return HostCase::kKeep;
  if (text == "upper") return HostCase::kUpper;
  if (text == "lower") return HostCase::kLower;
  return fail(ErrorCode::kInvalid, "read host_case", "'" + std::string(text) + "' is none", "write keep, upper or lower");
}

Result<PcPlace> place_in_host_name(std::string_view pattern, std::string_view host, HostCase letters) {
  const std::string operation = "read host_pattern '" + std::string(pattern) + "'";
  const std::size_t locations = count_of(pattern, kLocation), tills = count_of(pattern, kTill);
  if (locations > 1 || tills > 1 || locations + tills == 0 || count_of(pattern, "*") > kHostStarsMax)
    return fail(ErrorCode::kInvalid, operation, "it is none",
                "write the host name with {location} and {till}, each once at most and one of them at least, and * for anything, " + std::to_string(kHostStarsMax) +
                    " times at most; for example pos-{location}-{till}");
  host = host.substr(0, host.find('.'));
  PcPlace place;
  if (!matches(pattern, host, place))
    return fail(ErrorCode::kInvalid, operation, "this PC's host name '" + std::string(host) + "' is not of that form", "give the PC its name (hostnamectl hostname NAME), or say where it stands: --location, --till");
  for (std::string* part : {&place.location, &place.till}) {
    if (letters == HostCase::kUpper) std::ranges::transform(*part, part->begin(), &upper);
    if (letters == HostCase::kLower) std::ranges::transform(*part, part->begin(), &lower);
  }
  return place;
}

}  // namespace tillsync::agent
