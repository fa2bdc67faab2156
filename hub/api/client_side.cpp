#include "hub/api/client_side.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "common/base/bytes.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kAddressBytesMax = 45;  // of IPv6 with an IPv4 tail
constexpr std::size_t kLockoutPrefixBytes = 8;

std::optional<std::array<char, 16>> ipv6_bytes(std::string_view text) {
  std::array<char, 16> bytes{};
  if (text.size() > kAddressBytesMax || ::inet_pton(AF_INET6, std::string(text).c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

bool is_ipv4(std::string_view text) {
  in_addr bytes{};
  return text.size() <= kAddressBytesMax && ::inet_pton(AF_INET, std::string(text).c_str(), &bytes) == 1;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// All values of a header in order, taken apart at commas.
std::vector<std::string_view> list_header(const http::Request& request, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : request.headers) {
    if (key != name) continue;
    std::string_view rest = value;
    while (true) {
      const std::size_t comma = rest.find(',');
      values.push_back(without_blanks(rest.substr(0, comma)));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return values;
}

bool contains(const std::vector<std::string>& list, std::string_view value) { return std::ranges::find(list, value) != list.end(); }

/// "hub.example.com" of "Hub.example.com:443"; "::1" of "[::1]:80".
std::string host_name(std::string_view authority) {
  if (authority.starts_with('[')) return lower_case(authority.substr(1, authority.find(']') - 1));
  return lower_case(authority.substr(0, authority.rfind(':')));
}

/// Scheme and authority with the port that is the scheme's own left out.
std::string plain_origin(std::string_view scheme, std::string_view authority) {
  std::string plain = lower_case(authority);
  const std::string_view own_port = scheme == "https" ? ":443" : ":80";
  if (plain.ends_with(own_port) && !plain.ends_with(":" + std::string(own_port))) plain.erase(plain.size() - own_port.size());
  return std::string(scheme) + "://" + plain;
}

}  // namespace

ClientSide client_side_of(const http::Request& request, const ListenPolicy& policy) {
  ClientSide client{request.peer, policy.is_tls, contains(policy.trusted_proxies, request.peer)};
  if (!client.by_proxy) return client;
  const auto schemes = list_header(request, "x-forwarded-proto");
  client.by_tls = policy.is_tls || (!schemes.empty() && lower_case(schemes.back()) == "https");
  // Each proxy adds on the right whom it got the call from; what stands left of the first stranger is the stranger's own claim.
  const auto hops = list_header(request, "x-forwarded-for");
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    if (!is_ipv4(*hop) && !ipv6_bytes(*hop)) break;
    client.address = *hop;
    if (!contains(policy.trusted_proxies, *hop)) break;
  }
  return client;
}

bool is_own_host(const http::Request& request, const ClientSide& client, const ListenPolicy& policy) {
  const auto hosts = std::ranges::count_if(request.headers, [](const auto& header) { return header.first == "host"; });
  if (hosts > 1) return false;
  if (hosts == 0 || client.by_tls || client.by_proxy) return true;
  const std::string name = host_name(*request.header("host"));
  return is_ipv4(name) || ipv6_bytes(name) || name == "localhost" || contains(policy.hosts, name);
}

bool is_own_page(const http::Request& request, const ClientSide& client) {
  if (const auto site = request.header("sec-fetch-site"); site && *site != "same-origin" && *site != "none") return false;
  const auto origin = request.header("origin");
  if (!origin) return true;
  const std::size_t mark = origin->find("://");
  if (mark == std::string_view::npos) return false;  // "null"
  const std::string scheme = lower_case(origin->substr(0, mark));
  // Without TLS here it may still have ended at a proxy that is not named as trusted.
  if (scheme != "https" && (scheme != "http" || client.by_tls)) return false;
  return plain_origin(scheme, origin->substr(mark + 3)) == plain_origin(scheme, request.header("host").value_or(""));
}

std::string lockout_address(std::string_view address) {
  const auto bytes = ipv6_bytes(address.substr(0, address.find('%')));
  if (!bytes) return std::string(address.substr(0, kAddressBytesMax));
  // ::ffff:a.b.c.d is an IPv4 address.
  constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  if (std::string_view(bytes->data(), kMapped.size()) == kMapped) return to_hex({bytes->data() + kMapped.size(), 4});
  return to_hex({bytes->data(), kLockoutPrefixBytes}) + "::/64";
}

}  // namespace tillsync::hub
