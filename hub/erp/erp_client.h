// The one HTTP client towards ERPs, on libcurl's multi interface: many requests in flight on one thread, keep-alive, HTTP/2 where
// offered. wakeup() may be called by any thread, everything else by the one that owns it (hub/erp's loop).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "hub/erp/outcome.h"

namespace tillsync::hub {

struct ErpClientOptions {
  Duration connect_timeout = seconds(5);
  Duration timeout = seconds(30);  // from the first byte sent to the last received
  std::size_t answer_bytes_max = 1'000'000;
  std::size_t connections_max = 8;
};

struct ErpCall {
  std::uint64_t tag = 0;  // comes back with the answer
  std::string method, url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool wants_headers = true;  // of the answer; what none reads need not be kept
};

class ErpClient {
 public:
  static Result<std::unique_ptr<ErpClient>> make(const ErpClientOptions& options);
  virtual ~ErpClient() = default;  // breaks off what is in flight
  /// kInvalid for a URL that is none or is neither http nor https; nothing is sent then.
  virtual Result<void> start(ErpCall call) = 0;
  virtual std::size_t in_flight() const = 0;
  /// Moves the transfers on and waits up to `timeout` for one to end or for a wakeup(). Returns those that have ended.
  virtual std::vector<std::pair<std::uint64_t, ErpAnswer>> wait(Duration timeout) = 0;
  virtual void wakeup() = 0;
};

}  // namespace tillsync::hub
