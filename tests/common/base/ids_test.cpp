#include "common/base/ids.h"

#include <catch2/catch.hpp>
#include <type_traits>
#include <unordered_set>

using namespace tillsync;

TEST_CASE("ids: text is compared byte by byte: case and leading zeros count", "[base][ids]") {
  CHECK(Sku("85123A") != Sku("85123a"));
  CHECK(Sku("0012") != Sku("12"));
  CHECK(Sku("A") < Sku("B"));
  CHECK(Sku().empty());
  const std::unordered_set<Sku> set = {Sku("1"), Sku("01"), Sku("1")};
  CHECK(set.size() == 2);
}

TEST_CASE("ids: one kind cannot be given for another, nor plain text by accident", "[base][ids]") {
  STATIC_REQUIRE_FALSE(std::is_convertible_v<TillId, LocationId>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<std::string, Sku>);
  STATIC_REQUIRE_FALSE(std::is_same_v<Series, DocumentNo>);
}
