// One keep-alive HTTP connection, on libcurl. I/O; one thread at a time per object.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"

namespace tillsync::demo {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

class HttpClient {
 public:
  HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  /// headers: whole lines ("Authorization: Bearer x"). kUnavailable for everything that kept an answer from coming
  /// (refused, cut, timed out): the request may have been carried out all the same.
  Result<HttpAnswer> get(const std::string& url, const std::vector<std::string>& headers = {});
  Result<HttpAnswer> post_json(const std::string& url, std::string_view body, const std::vector<std::string>& headers = {});

 private:
  struct Handle;
  Result<HttpAnswer> perform(const std::string& url, const std::vector<std::string>& headers);
  std::unique_ptr<Handle> handle_;
};

}  // namespace tillsync::demo
