#include "common/contract/path.h"

#include <catch2/catch.hpp>

using tillsync::Path;

TEST_CASE("path: members and entries make a JSON pointer", "[contract][path]") {
  const Path root{};
  const Path lines = root.member("lines");
  const Path line = lines.entry(3);
  CHECK(root.pointer().empty());
  CHECK(line.pointer() == "/lines/3");
  CHECK(line.member("a/b~c").pointer() == "/lines/3/a~1b~0c");
  const Path in_request{.name = "/12"};
  CHECK(in_request.member("till").pointer() == "/12/till");
}
