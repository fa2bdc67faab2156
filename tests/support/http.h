// A small HTTP client for tests of the built programs. One request at a time.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace tillsync::test {

struct HttpAnswer {
  int status = 0;  // 0: no connection or no answer
  std::string body;
  std::map<std::string, std::string> headers;  // names in lower case
};
/// headers: "Name: value". Waits at most 30 s.
HttpAnswer http(const std::string& method, const std::string& url, const std::string& body = {}, const std::vector<std::string>& headers = {});

}  // namespace tillsync::test
