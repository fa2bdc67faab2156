// /v1/reservations, /v1/reservation-events, /v1/leases, /v1/safety-stock.
#include <catch2/catch.hpp>

#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using tillsync::hub::test::code_of;
using tillsync::test::HttpAnswer;
using nlohmann::json;

namespace {

const std::string kNoKey = "Idempotency-Key;";  // sent empty

void receive(ApiStand& stand, const std::string& sku, int units, const std::string& location = "GB") {
  static int receipts = 0;
  const json receipt = {{"contract", "stock-movement/1"}, {"location", location}, {"source", "WMS"}, {"till", "WMS"}, {"document_no", "rc-" + std::to_string(++receipts)},
                        {"business_date", "2010-12-01"}, {"occurred_at", "2010-12-01T08:00:00Z"}, {"type", "receipt"},
                        {"lines", {{{"sku", sku}, {"qty", std::to_string(units)}}}}};
  REQUIRE(stand.call("POST", "/v1/documents", receipt.dump()).status == 201);
}

json wanted(const std::string& key, int units = 2, const std::string& sku = "A") {
  json request = {{"purpose", "web"}, {"lines", {{{"line_no", 1}, {"sku", sku}, {"qty", std::to_string(units)}, {"locations", {"GB"}}}}}};
  if (!key.empty()) request["idempotency_key"] = key;
  return request;
}
HttpAnswer reserve(ApiStand& stand, const json& request, const std::string& header = kNoKey, const std::string& token = "operator") {
  return stand.call("POST", "/v1/reservations", request.dump(), token, {header});
}

}  // namespace

TEST_CASE("reservations api: from hold to release, with every step on record", "[api][reservations]") {
  ApiStand stand;
  receive(stand, "A", 5);
  json request = wanted("k-1");
  request["order_no"] = "W-1";
  request["channel"] = "shop";
  request["ttl_s"] = 60;
  const HttpAnswer made = reserve(stand, request);
  INFO(made.body);
  REQUIRE(made.status == 201);
  const std::string id = json::parse(made.body).at("reservation_id");
  const std::string path = "/v1/reservations/" + id;
  CHECK(stand.get(path).at("state") == "held");
  CHECK(stand.get(path).at("expires_at") == json::parse(made.body).at("expires_at"));
  CHECK(stand.call("POST", path + "/extend", R"({"ttl_s":120})").status == 200);
  CHECK(stand.call("POST", path + "/extend", "{}").status == 422);
  CHECK(stand.call("POST", path + "/pick").status == 409);
  CHECK(code_of(stand.call("POST", path + "/pick")) == "wrong_state");
  for (const char* verb : {"/confirm", "/pick", "/ready", "/release"}) CHECK(stand.call("POST", path + verb, R"({"reason":"test"})").status == 200);
  const json shown = stand.get(path);
  CHECK(shown.at("state") == "released");
  REQUIRE(shown.at("steps").size() == 6);
  CHECK(shown.at("steps").at(2).at("verb") == "confirm");
  CHECK(shown.at("steps").at(2).at("who") == "administrator");

  const json by_order = stand.items("/v1/reservations?order_no=W-1");
  REQUIRE(by_order.size() == 1);
  CHECK(by_order.at(0).at("reservation_id") == id);
  CHECK(stand.items("/v1/reservations?state=held").empty());
  CHECK(stand.items("/v1/reservations?channel=shop").size() == 1);
  CHECK(stand.call("GET", "/v1/reservations?location=GB").status == 422);
  CHECK(stand.call("GET", "/v1/reservations/r_nobody").status == 404);
  CHECK(stand.call("POST", "/v1/reservations/r_nobody/confirm").status == 404);
}

TEST_CASE("reservations api: breaking by hand, who holds what, and what channels are told", "[api][reservations]") {
  ApiStand stand;
  receive(stand, "A", 5);
  const std::string id = json::parse(reserve(stand, wanted("k-1")).body).at("reservation_id");
  CHECK(stand.items("/v1/reservations?location=GB&sku=A").size() == 1);
  CHECK(stand.call("POST", "/v1/reservations/" + id + "/break", R"({"reason":"shelf is wet"})").status == 200);
  CHECK(stand.items("/v1/reservations?location=GB&sku=A").empty());
  const json events = stand.get("/v1/reservation-events");
  REQUIRE(events.at("items").size() == 2);
  CHECK(events.at("items").at(0).at("verb") == "hold");
  CHECK(events.at("items").at(1).at("verb") == "break");
  CHECK(events.at("items").at(1).at("why") == "shelf is wet");
  const std::string next = events.at("next");
  CHECK(stand.get("/v1/reservation-events?after=" + next).at("items").empty());
  CHECK(stand.get("/v1/reservation-events?after=" + next).at("next") == next);
  CHECK(stand.get("/v1/reservation-events?channel=other").at("items").empty());
}

TEST_CASE("reservations api: the key may stand in the header or in the body, and is needed", "[api][reservations][idempotency]") {
  ApiStand stand;
  receive(stand, "A", 50);
  CHECK(reserve(stand, wanted("")).status == 400);
  CHECK(code_of(reserve(stand, wanted(""))) == "idempotency_key_missing");
  const HttpAnswer by_header = reserve(stand, wanted(""), "Idempotency-Key: h-1");
  CHECK(by_header.status == 201);
  CHECK(reserve(stand, wanted(""), "Idempotency-Key: h-1").body == by_header.body);
  CHECK(reserve(stand, wanted("", 3), "Idempotency-Key: h-1").status == 422);
  CHECK(code_of(reserve(stand, wanted("", 3), "Idempotency-Key: h-1")) == "idempotency_key_reused");
  // The key of the body is the request's own; whatever stands in the header beside it.
  const HttpAnswer by_body = reserve(stand, wanted("b-1"), "Idempotency-Key: h-2");
  CHECK(by_body.status == 201);
  CHECK(reserve(stand, wanted("b-1"), "Idempotency-Key: h-3").body == by_body.body);
  CHECK(reserve(stand, wanted("b-1", 3), "Idempotency-Key: h-2").status == 422);
  CHECK(reserve(stand, wanted(""), "Idempotency-Key: " + std::string(64, 'k')).status == 201);
  CHECK(reserve(stand, wanted(""), "Idempotency-Key: " + std::string(65, 'k')).status == 422);  // a key is an identifier
  CHECK(reserve(stand, wanted(""), "Idempotency-Key: " + std::string(129, 'k')).status == 400);
  // Two channels behind one token have keys of their own; two tokens as well.
  json shop = wanted("same"), market = wanted("same");
  shop["channel"] = "shop";
  market["channel"] = "market";
  const auto id_of = [](const HttpAnswer& answer) { return json::parse(answer.body).at("reservation_id").get<std::string>(); };
  CHECK(id_of(reserve(stand, shop)) != id_of(reserve(stand, market)));
  CHECK(id_of(reserve(stand, shop)) != id_of(reserve(stand, shop, kNoKey, "administrator")));
}

TEST_CASE("reservations api: refusals name what is wrong", "[api][reservations]") {
  ApiStand stand;
  receive(stand, "A", 1);
  const HttpAnswer short_of = reserve(stand, wanted("k-1", 5));
  CHECK(short_of.status == 409);
  CHECK(short_of.headers.at("content-type") == "application/problem+json");
  CHECK(json::parse(short_of.body).at("lines").at(0).at("available") == "1");
  CHECK(reserve(stand, wanted("k-2", 0)).status == 422);
  CHECK(code_of(reserve(stand, wanted("k-2", 0))) == "bad_quantity");
  CHECK(stand.call("POST", "/v1/reservations", "{", "operator", {kNoKey}).status == 422);
  CHECK(stand.call("POST", "/v1/reservations", "[]", "operator", {"Idempotency-Key: x"}).status == 422);
}

TEST_CASE("leases api: granted, shown, ended, and forced with a reason", "[api][leases]") {
  ApiStand stand;
  receive(stand, "A", 5);
  AgentRecord agent;
  agent.agent_id = AgentId("a_one");
  agent.location = LocationId("GB");
  agent.public_key = "k";
  stand.agents.put(agent);
  const std::string body = R"({"agent_id":"a_one","sku":"A","qty":"3","ttl_s":3600})";
  const HttpAnswer made = stand.call("POST", "/v1/leases", body, "operator", {"Idempotency-Key: l-1"});
  INFO(made.body);
  REQUIRE(made.status == 201);
  CHECK(stand.call("POST", "/v1/leases", body, "operator", {"Idempotency-Key: l-1"}).body == made.body);
  const std::string path = "/v1/leases/" + json::parse(made.body).at("lease_id").get<std::string>();
  CHECK(stand.get(path).at("location") == "GB");
  CHECK(stand.items("/v1/leases?agent_id=a_one&state=open").size() == 1);
  CHECK(stand.items("/v1/leases?sku=B").empty());
  CHECK(stand.call("POST", path + "/renew", R"({"ttl_s":7200})").status == 200);
  CHECK(stand.call("POST", path + "/shrink", R"({"qty":"9"})").status == 422);
  CHECK(stand.call("POST", path + "/force", R"({"reason":"x"})").status == 409);
  CHECK(stand.call("POST", path + "/shrink", R"({"qty":"1"})").status == 200);
  CHECK(stand.call("POST", path + "/end").status == 200);
  CHECK(stand.get(path).at("state") == "ending");
  CHECK(stand.call("POST", path + "/force").status == 422);
  CHECK(stand.call("POST", path + "/force", R"({"reason":"the PC was stolen"})").status == 200);
  CHECK(stand.get(path).at("steps").back().at("why") == "the PC was stolen");

  CHECK(code_of(stand.call("POST", "/v1/leases", R"({"agent_id":"a_two","sku":"A","qty":1})")) == "unknown_agent");
  agent.standing = Standing::kRevoked;
  stand.agents.put(agent);
  CHECK(code_of(stand.call("POST", "/v1/leases", body)) == "agent_revoked");
  CHECK(stand.call("POST", "/v1/leases", R"({"agent_id":"a_one","sku":"A"})").status == 422);
  CHECK(stand.call("GET", "/v1/leases/l_nobody").status == 404);
  CHECK(stand.call("POST", "/v1/leases/l_nobody/end").status == 404);
}

TEST_CASE("safety stock api: put, listed, taken away", "[api][reservations]") {
  ApiStand stand;
  receive(stand, "A", 5);
  CHECK(stand.call("PUT", "/v1/safety-stock", R"({"items":[{"location":"GB","sku":"A","qty":"4"},{"qty":"1"}]})").status == 200);
  const json items = stand.items("/v1/safety-stock");
  REQUIRE(items.size() == 2);
  CHECK(items.at(1).at("qty") == "4");
  CHECK(reserve(stand, wanted("k-1")).status == 409);
  CHECK(stand.call("PUT", "/v1/safety-stock", R"({"items":[{"location":"GB","sku":"A","qty":null}]})").status == 200);
  CHECK(reserve(stand, wanted("k-2")).status == 201);
  CHECK(stand.call("PUT", "/v1/safety-stock", R"({"items":[{"qty":"-1"}]})").status == 422);
  CHECK(stand.call("PUT", "/v1/safety-stock", R"({"items":{}})").status == 422);
}
