#include "hub/erp/erp_request.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "hub/erp/connector_reader.h"
#include "tests/hub/erp/test_queue.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

ClaimedPosting claimed() {
  auto connection = hub::test::open(":memory:");
  hub::test::TestQueue::create(*connection);
  hub::test::TestQueue::add(*connection, 7, "GB");
  auto due = hub::test::TestQueue().due(*connection, Instant{}, 1);
  REQUIRE(due);
  return due->at(0);
}

std::string header(const ErpCall& call, const std::string& name) {
  for (const auto& [key, value] : call.headers) {
    if (key == name) return value;
  }
  return "(none)";
}

}  // namespace

TEST_CASE("erp request: a create carries the posting, its key and its trace", "[erp]") {
  const Connector connector = *load_connector("generic", {});
  const auto call = create_call(connector, "http://erp/postings", claimed());
  REQUIRE(call);
  CHECK(call->tag == 7);
  CHECK(call->url == "http://erp/postings");
  CHECK(header(*call, "Idempotency-Key") == "key-7");
  CHECK(header(*call, "X-Correlation-Id") == "c");
  CHECK(header(*call, "traceparent") == traceparent_of("c", "key-7"));
  CHECK(nlohmann::json::parse(call->body).at("idempotency_key") == "key-7");
}

TEST_CASE("erp request: a look-up names the key in its path, escaped", "[erp]") {
  const Connector connector = *load_connector("generic", {});
  ClaimedPosting posting = claimed();
  posting.idempotency_key = "a/b?c";
  CHECK(look_up_call(connector, "http://erp/postings", posting).url == "http://erp/postings/by-key/a%2Fb%3Fc");
}

TEST_CASE("erp request: a key beyond ASCII is written as ASCII", "[erp]") {
  const Connector connector = *load_connector("generic", {});
  ClaimedPosting posting = claimed();
  posting.correlation_id = "\xC3\xA9";
  CHECK(header(*create_call(connector, "http://erp", posting), "X-Correlation-Id") == "%C3%A9");
}

TEST_CASE("erp request: a posting that does not decode is no request", "[erp]") {
  ClaimedPosting posting = claimed();
  posting.payload = "junk";
  CHECK(!create_call(*load_connector("generic", {}), "http://erp", posting));
}
