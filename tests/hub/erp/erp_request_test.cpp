#include "hub/erp/erp_request.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "hub/erp/connector_reader.h"
#include "tests/hub/erp/posting_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

ClaimedPosting claimed(const std::string& correlation_id = "c") {
  Posting document = hub::test::posting(7, "GB").posting;
  document.correlation_id = CorrelationId(correlation_id);
  ClaimedPosting posting;
  posting.posting_no = 7;
  posting.idempotency_key = document.idempotency_key;
  posting.payload = encode_posting(document);
  return posting;
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
  CHECK(header(*call, "Idempotency-Key") == "p_7");
  CHECK(header(*call, "X-Correlation-Id") == "c");
  CHECK(header(*call, "traceparent") == traceparent_of("c", "p_7"));
  CHECK(nlohmann::json::parse(call->body).at("idempotency_key") == "p_7");
}

TEST_CASE("erp request: a look-up names the key in its path, escaped", "[erp]") {
  const Connector connector = *load_connector("generic", {});
  ClaimedPosting posting = claimed();
  posting.idempotency_key = "a/b?c";
  CHECK(look_up_call(connector, "http://erp/postings", posting)->url == "http://erp/postings/by-key/a%2Fb%3Fc");
}

TEST_CASE("erp request: a key beyond ASCII is written as ASCII", "[erp]") {
  const Connector connector = *load_connector("generic", {});
  CHECK(header(*create_call(connector, "http://erp", claimed("\xC3\xA9")), "X-Correlation-Id") == "%C3%A9");
}

TEST_CASE("erp request: a posting that does not decode is no request", "[erp]") {
  ClaimedPosting posting = claimed();
  posting.payload = "junk";
  CHECK(!create_call(*load_connector("generic", {}), "http://erp", posting));
  CHECK(!look_up_call(*load_connector("generic", {}), "http://erp", posting));
}

TEST_CASE("erp request: programs are given both lists of a posting, also those that the document leaves out", "[erp][connectors]") {
  for (const bool is_stock_only : {true, false}) {
    Posting document = hub::test::posting(7, "GB").posting;
    (is_stock_only ? static_cast<void>(document.journal.clear()) : static_cast<void>(document.stock.clear()));
    ClaimedPosting posting;
    posting.payload = encode_posting(document);
    const ClaimedPosting* const one[] = {&posting};
    const auto list = postings_json(one, {});
    REQUIRE(list);
    CHECK(list->at(0).at("journal").is_array());
    CHECK(list->at(0).at("stock").is_array());
    CHECK(list->at(0).at(is_stock_only ? "journal" : "stock").empty());
  }
}
