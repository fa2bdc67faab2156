#include <algorithm>
#include <charconv>

#include "common/http/server.h"

namespace tillsync::http {
namespace {

constexpr int kPortMax = 65'535;

std::unexpected<Error> not_an_address(std::string_view text) {
  return fail(ErrorCode::kInvalid, "parse listen address", "'" + std::string(text.substr(0, 80)) + "' is not address:port",
              "write it like 127.0.0.1:7080 or [::1]:7080");
}

bool is_number_in(std::string_view text, int maximum) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && text[0] != '-' && value <= maximum;
}

bool is_ipv4(std::string_view text) {
  int parts = 0;
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    if (part.empty() || part.size() > 3 || !is_number_in(part, 255)) return false;
    ++parts;
    if (dot == std::string_view::npos) return parts == 4;
    text.remove_prefix(dot + 1);
  }
}

/// Only the alphabet: the system's own parser has the last word when the server binds.
bool looks_like_ipv6(std::string_view text) {
  return text.find(':') != std::string_view::npos && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
         });
}

}  // namespace

Result<std::pair<std::string, std::uint16_t>> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return not_an_address(text);
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (port.empty() || port.size() > 5 || !is_number_in(port, kPortMax)) return not_an_address(text);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!looks_like_ipv6(host)) return not_an_address(text);
  } else if (!is_ipv4(host)) {
    return not_an_address(text);
  }
  int number = 0;
  std::from_chars(port.data(), port.data() + port.size(), number);
  return std::pair{std::string(host), static_cast<std::uint16_t>(number)};
}

bool is_loopback(std::string_view address) { return address == "::1" || (is_ipv4(address) && address.starts_with("127.")); }

}  // namespace tillsync::http
