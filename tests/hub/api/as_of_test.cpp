// When an answer was read.
#include "hub/api/as_of.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

TEST_CASE("as of: stands in front of an object's members, and nothing else changes", "[api]") {
  const Instant read_at{1'800'000'000'000'000};
  const std::string at = format_instant(read_at);
  CHECK(with_as_of(R"({"a":1})", read_at) == R"({"as_of":")" + at + R"(","a":1})");
  CHECK(with_as_of("{}", read_at) == R"({"as_of":")" + at + R"("})");
  CHECK(with_as_of(" { } ", read_at) == R"( {"as_of":")" + at + R"(" } )");
  for (const char* other : {"[]", "[{}]", "1", "\"{\"", "", " "}) CHECK(with_as_of(other, read_at) == other);
}

TEST_CASE("as of: an answer that says one keeps it; one of an item or a value is another thing", "[api]") {
  const Instant read_at{1'800'000'000'000'000};
  const std::string own = R"({"b":[1,{"c":"}"}],"as_of" : "2010-12-01T00:00:00Z"})";
  CHECK(with_as_of(own, read_at) == own);
  for (const char* inner : {R"({"items":[{"as_of":null}]})", R"({"a":"as_of"})", R"({"a":"\"as_of\":"})", R"({"as_of_day":1})", R"({"a":{"as_of":1}})"}) {
    const json stamped = json::parse(with_as_of(inner, read_at));
    CHECK(stamped.at("as_of") == format_instant(read_at));
    json rest = stamped;
    rest.erase("as_of");
    CHECK(rest == json::parse(inner));
  }
}

TEST_CASE("as of: every list and object that is read says it, documents that are passed on and effects do not", "[api]") {
  ApiStand stand;
  stand.add_sale("1", "NOSUCH");
  for (const char* path : {"/v1/exceptions", "/v1/exceptions/causes", "/v1/postings", "/v1/stock", "/v1/agents", "/v1/operations", "/v1/reservations", "/v1/leases", "/v1/connectors",
                           "/v1/closes?business_date=2010-12-01", "/v1/closes/GB/2010-12-01", "/v1/locations", "/v1/stock/verify"}) {
    INFO(path);
    const auto read_at = parse_instant(stand.get(path).at("as_of").get<std::string>());
    REQUIRE(read_at);
    CHECK(os::now() - *read_at < seconds(60));
  }
  CHECK_FALSE(stand.get("/v1/locations/GB").contains("as_of"));
  CHECK_FALSE(stand.get("/v1/openapi.json").contains("as_of"));
  const auto dismissed = stand.call("POST", "/v1/exceptions/" + stand.items("/v1/exceptions?code=unknown_sku").at(0).at("exception_id").get<std::string>() + "/assign", R"({"assignee":"ana"})");
  CHECK_FALSE(json::parse(dismissed.body).contains("as_of"));
}
