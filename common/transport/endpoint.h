// Takes a ZeroMQ endpoint apart, as far as its safety depends on it. Pure. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "common/base/error.h"

namespace tillsync::transport {

struct Endpoint {
  enum class Kind { kTcp, kIpc };
  Kind kind = Kind::kTcp;
  std::string host;  // of tcp, without brackets; "*" for any
  std::string port;  // of tcp; "*" for any free one
  std::string path;  // of ipc

  bool is_loopback() const;  // of tcp: 127.0.0.0/8 or ::1, as numbers
  bool is_ipv6() const { return host.find(':') != std::string::npos; }
};

/// "tcp://host:port" or "ipc:///path" (absolute); kInvalid else.
Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace tillsync::transport
