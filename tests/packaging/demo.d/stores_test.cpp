#include "packaging/demo.d/stores.h"

#include <catch2/catch.hpp>
#include <set>

using namespace tillsync;
using namespace tillsync::demo;

TEST_CASE("stores: the countries of the real file are locations of their own", "[demo]") {
  const std::vector<std::string> countries = {
      "Australia", "Austria", "Bahrain", "Belgium", "Brazil", "Canada", "Channel Islands", "Cyprus", "Czech Republic", "Denmark",
      "EIRE", "European Community", "Finland", "France", "Germany", "Greece", "Hong Kong", "Iceland", "Israel", "Italy",
      "Japan", "Lebanon", "Lithuania", "Malta", "Netherlands", "Norway", "Poland", "Portugal", "RSA", "Saudi Arabia",
      "Singapore", "Spain", "Sweden", "Switzerland", "USA", "United Arab Emirates", "United Kingdom", "Unspecified"};
  std::set<std::string> ids;
  for (const auto& country : countries) {
    const auto id = location_of_country(country);
    CHECK(id.value.size() == 2);
    ids.insert(id.value);
  }
  CHECK(ids.size() == 38);
  CHECK(ids.count(warehouse().value) == 0);
  CHECK(location_of_country("United Kingdom").value == "GB");
  CHECK(location_of_country("EIRE").value == "IE");
  CHECK(location_of_country("RSA").value == "ZA");
}

TEST_CASE("stores: an unknown country gets a place of its own, the same in every run", "[demo]") {
  CHECK(location_of_country("Nigeria") == location_of_country("Nigeria"));
  CHECK(location_of_country("Nigeria").value.starts_with("X-NIGERIA-"));
  CHECK(location_of_country("C\xC3\xB4te") != location_of_country("Cte"));
  CHECK(location_of_country("west germany") != location_of_country("West Germany"));
  CHECK(location_of_country("").value.starts_with("X--"));
  CHECK(location_of_country(std::string(64, 'a')).value.size() <= 60);
}

TEST_CASE("stores: the United Kingdom has several tills, the others one", "[demo]") {
  CHECK(till_of_invoice(LocationId("FR"), "536370", 3).value == "FR-1");
  std::set<std::string> tills;
  for (int i = 0; i < 100; ++i) {
    const auto till = till_of_invoice(LocationId("GB"), std::to_string(536'365 + i), 3);
    CHECK(till == till_of_invoice(LocationId("GB"), std::to_string(536'365 + i), 3));
    tills.insert(till.value);
  }
  CHECK(tills == std::set<std::string>{"GB-1", "GB-2", "GB-3"});
  CHECK(till_of_invoice(LocationId("GB"), "536365", 1).value == "GB-1");
  CHECK(till_count(LocationId("GB"), 3) == 3);
  CHECK(till_count(LocationId("DE"), 3) == 1);
}
