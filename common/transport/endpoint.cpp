#include "common/transport/endpoint.h"

#include <algorithm>
#include <charconv>

namespace tillsync::transport {
namespace {

constexpr int kPortMax = 65'535;
constexpr std::size_t kIpcPathBytesMax = 107;  // sockaddr_un

bool is_port(std::string_view text) {
  if (text == "*") return true;
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 0 && port <= kPortMax;
}

}  // namespace

bool Endpoint::is_loopback() const {
  if (kind != Kind::kTcp) return false;
  if (host == "::1") return true;
  // A name such as 127.evil.example must not pass.
  return host.starts_with("127.") && std::ranges::count(host, '.') == 3 && host.find_first_not_of("0123456789.") == std::string::npos;
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto invalid = [text](std::string_view detail) {
    return fail(ErrorCode::kInvalid, "read endpoint " + std::string(text.substr(0, 120)), std::string(detail),
                "write it like tcp://hub.example:7001 or ipc:///run/tillsync/pos.sock");
  };
  Endpoint endpoint;
  if (text.starts_with("ipc://")) {
    endpoint.kind = Endpoint::Kind::kIpc;
    endpoint.path = text.substr(6);
    if (!endpoint.path.starts_with('/')) return invalid("the path of an ipc endpoint must be absolute");
    if (endpoint.path.size() > kIpcPathBytesMax) return invalid("the path of an ipc endpoint has at most 107 bytes");
    return endpoint;
  }
  if (!text.starts_with("tcp://")) return invalid("neither tcp:// nor ipc://");
  const std::string_view rest = text.substr(6);
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || !is_port(rest.substr(colon + 1))) return invalid("no port");
  std::string_view host = rest.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || host.find_first_of(";/@[] ") != std::string_view::npos || (host.find(':') != std::string_view::npos) != bracketed)
    return invalid("no host");
  endpoint.host = host;
  endpoint.port = rest.substr(colon + 1);
  return endpoint;
}

}  // namespace tillsync::transport
