#include "common/http/target.h"

#include <catch2/catch.hpp>

using namespace tillsync::http;
using Segments = std::vector<std::string>;
using Query = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("target: path, segments and query come decoded", "[http]") {
  const auto target = parse_target("/v1/stock/caf%C3%A9?sku=A+B&sku=%26&empty=&flag");
  REQUIRE(target);
  CHECK(target->path == "/v1/stock/café");
  CHECK(target->segments == Segments{"v1", "stock", "café"});
  CHECK(target->query == Query{{"sku", "A B"}, {"sku", "&"}, {"empty", ""}, {"flag", ""}});
}

TEST_CASE("target: an encoded slash stays within its segment, a plus in a path stays a plus", "[http]") {
  const auto target = parse_target("/v1/products/A%2fB+C");
  REQUIRE(target);
  CHECK(target->segments == Segments{"v1", "products", "A/B+C"});
  CHECK(target->path == "/v1/products/A/B+C");
}

TEST_CASE("target: all forms of a request line are read", "[http]") {
  CHECK(parse_target("/")->segments.empty());
  CHECK(parse_target("/a/")->segments == Segments{"a", ""});
  CHECK(parse_target("http://hub.example:7080/a?b=c")->path == "/a");
  CHECK(parse_target("https://hub.example")->path == "/");
  CHECK(parse_target("http://hub.example?b=c")->query == Query{{"b", "c"}});
  CHECK(parse_target("*")->path == "*");
}

TEST_CASE("target: broken codes and NUL are refused", "[http]") {
  for (const char* raw : {"/a%", "/a%2", "/a%zz", "/a%00b", "/a?x=%00", "/a?%0=1", "a", "", "ftp://x/"}) CHECK_FALSE(parse_target(raw));
}
