// One HTTP call to the hub's API, on libcurl. Blocks; a command line has nothing else to do meanwhile. One thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"

namespace tillsync::hub {

struct ApiAnswer {
  int status = 0;
  std::string body;
};

class ApiClient {
 public:
  /// hub_url without a trailing slash, e.g. "http://127.0.0.1:7080".
  ApiClient(std::string hub_url, std::string token) : hub_url_(std::move(hub_url)), token_(std::move(token)) {}
  /// path begins with '/' and is encoded already. A POST carries a fresh Idempotency-Key, so that a repeat by libcurl is harmless.
  /// kUnavailable when the hub cannot be reached, with what to check.
  Result<ApiAnswer> call(const std::string& method, const std::string& path, const std::string& body = {},
                         const std::vector<std::string>& more_headers = {}) const;
  /// A GET whose answer has no end: `take` is given what comes, until it says false or the hub ends it. Of an answer other than 200 the body comes back. No time limit.
  Result<ApiAnswer> follow(const std::string& path, const std::function<bool(std::string_view bytes)>& take) const;

 private:
  std::string hub_url_, token_;
};

/// Percent-encodes one path segment or query value (RFC 3986 unreserved characters stay).
std::string url_encode(std::string_view text);

}  // namespace tillsync::hub
