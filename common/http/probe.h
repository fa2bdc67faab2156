// Calls a server as its clients do, to see what stands at its address. Blocks; for the command line, any thread.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/time.h"

namespace tillsync::http {

/// What a caller meets.
struct Met {
  bool is_there = false;     // somebody takes the call
  bool speaks_http = false;  // and answers a request as HTTP does, inside TLS where that was asked for
  std::string certificate;   // DER, as it was shown; "" without TLS
};
/// `address` is numeric; one that stands for all of a machine ("0.0.0.0", "::") is called on its loopback. Each step waits `timeout` at most. The certificate
/// is taken as it is, whoever signed it.
Met call(const std::string& address, std::uint16_t port, bool tls, Duration timeout);

}  // namespace tillsync::http
