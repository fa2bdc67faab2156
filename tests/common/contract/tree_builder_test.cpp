#include "common/contract/tree_builder.h"

#include <catch2/catch.hpp>

#include "common/base/limits.h"

using namespace tillsync;

TEST_CASE("tree builder: what was put in stands in the tree, in order", "[contract]") {
  Value root;
  TreeBuilder builder(root, "", 100);
  REQUIRE((builder.start_object() && builder.key("a") && builder.start_array() && builder.number("1.50") && builder.text("x") &&
           builder.boolean(true) && builder.null() && builder.end_array() && builder.key("b") && builder.start_object() &&
           builder.end_object() && builder.end_object()));
  CHECK_FALSE(builder.fault());
  const auto& object = std::get<ValueObject>(root.data);
  REQUIRE(object.size() == 2);
  CHECK(object[0].first == "a");
  CHECK(std::get<ValueArray>(object[0].second.data).size() == 4);
  CHECK(std::get<ValueObject>(object[1].second.data).empty());
  CHECK(builder.values_left() == 100 - 7);
}

TEST_CASE("tree builder: a fault carries the pointer to its place, behind the base", "[contract]") {
  Value root;
  TreeBuilder builder(root, "/5", 100);
  REQUIRE((builder.start_object() && builder.key("a/b~c") && builder.start_array() && builder.null() && builder.null()));
  CHECK_FALSE(builder.refuse("bad_text", "why"));
  REQUIRE(builder.fault());
  CHECK(builder.fault()->pointer == "/5/a~1b~0c/2");
  CHECK(builder.fault()->detail == "why");
}

TEST_CASE("tree builder: a name that comes twice is refused, in its own object only", "[contract]") {
  Value root;
  TreeBuilder builder(root, "", 100);
  REQUIRE((builder.start_object() && builder.key("a") && builder.start_object() && builder.key("a") && builder.null() && builder.end_object()));
  REQUIRE((builder.key("b") && builder.null() && builder.key("a") && builder.null()));
  CHECK_FALSE(builder.end_object());
  REQUIRE(builder.fault());
}

TEST_CASE("tree builder: values and depth are taken at their limits and refused one beyond", "[contract]") {
  Value root;
  TreeBuilder builder(root, "", 3);
  REQUIRE((builder.start_array() && builder.null() && builder.null()));
  CHECK(builder.values_left() == 0);
  CHECK_FALSE(builder.null());
  REQUIRE(builder.fault());

  Value deep;
  TreeBuilder nested(deep, "", 1'000);
  std::size_t depth = 0;
  while (depth < 1'000 && nested.start_array()) ++depth;
  CHECK(depth == kDocumentDepthMax + 1);  // the list around the documents of a request is no level of theirs
  REQUIRE(nested.fault());
}
