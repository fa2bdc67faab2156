// Entity tags.
#include "hub/api/etag.h"

#include <catch2/catch.hpp>

using namespace tillsync::hub;

TEST_CASE("etag: If-Match names a tag alone, in a list, or any", "[api]") {
  const std::string tag = quoted_etag("12-3");
  CHECK(tag == "\"12-3\"");
  for (const char* matching : {"\"12-3\"", " \"12-3\" ", "\"1\", \"12-3\"", "\"12-3\",\"1\"", "*", " * "}) CHECK(names_etag(matching, tag));
  for (const char* other : {"", "\"12-4\"", "12-3", "W/\"12-3\"", "\"1\",\"2\"", ",", "\"12-3"}) CHECK_FALSE(names_etag(other, tag));
}
