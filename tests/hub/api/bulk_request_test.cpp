// What a bulk is asked to do.
#include "hub/api/bulk_request.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

template <class Read>
auto read_bulk(Read read, std::string_view text) {
  auto body = ActionBody::parse(text);
  REQUIRE(body);
  return read(*body, "ann");
}

}  // namespace

TEST_CASE("bulk request: a cause with its verb and reason", "[api]") {
  const auto bulk = read_bulk(&read_cause_bulk, R"({"action":"retry","code":"c","cause":"sku:A","location":"GB","reason":"why"})");
  REQUIRE(bulk);
  CHECK(bulk->scope.code == "c");
  CHECK(bulk->scope.cause_key == "sku:A");
  CHECK(bulk->scope.location == "GB");
  CHECK(bulk->request.who == "ann");
  CHECK(bulk->request.reason == "why");
  for (const char* bad : {R"({"action":"erase","code":"c","cause":"k","reason":"r"})", R"({"action":"retry","code":"c","cause":"k"})", R"({"action":"retry","cause":"k","reason":"r"})",
                          R"({"action":"correct","code":"c","cause":"k","reason":"r","correction":{"journal":[]}})"})
    CHECK_FALSE(read_bulk(&read_cause_bulk, bad));
}

TEST_CASE("bulk request: a range is of two dates or of two instants, in their order", "[api]") {
  const auto dates = replay_range("2010-12-01", "2010-12-02", "", "");
  REQUIRE(dates);
  CHECK(dates->first_date);
  CHECK_FALSE(dates->from);
  CHECK(replay_range("2010-12-01T00:00:00Z", "2010-12-01T00:00:01Z", "GB", "sale")->from);
  CHECK(replay_range("2010-12-02", "2010-12-01", "", "", "/selection").error().pointer == "/selection/to");
  CHECK_FALSE(replay_range("2010-12-01", "2010-12-01T00:00:00Z", "", ""));
  CHECK_FALSE(replay_range("2010-12-01T00:00:00Z", "2010-12-01T00:00:00Z", "", ""));
  CHECK_FALSE(replay_range("2010-12-01", "2010-12-01", "", "nosuch"));
  CHECK(read_bulk(&read_replay_bulk, R"({"from":"2010-12-01","to":"2010-12-01","reason":"r"})"));
  CHECK_FALSE(read_bulk(&read_replay_bulk, R"({"from":"2010-12-01","to":"2010-12-01"})"));
}
