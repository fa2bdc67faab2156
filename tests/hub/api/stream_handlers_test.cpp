// GET /v1/stream over a real connection.
#include <catch2/catch.hpp>

#include "hub/api/live_topics.h"
#include "tests/common/http/raw_client.h"
#include "tests/hub/api/people.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

namespace {

void ask_for_stream(http::RawClient& client, const std::string& token = "viewer") {
  client.send("GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token + "\r\n\r\n");
}

}  // namespace

TEST_CASE("stream: hello and the topics, then what changes", "[live]") {
  ApiStand stand;
  http::RawClient client(stand.port_number());
  ask_for_stream(client);
  const std::string head = client.take_until("\r\n\r\n");
  CHECK(head.starts_with("HTTP/1.1 200"));
  CHECK(head.find("text/event-stream") != std::string::npos);
  CHECK(head.find("no-store") != std::string::npos);
  std::string seen = client.take_until("event: operations");
  for (const char* topic : {"event: hello", "event: overview", "event: counts", "event: connectors"}) {
    INFO(topic);
    CHECK(seen.find(topic) != std::string::npos);
  }
  stand.add_sale("1");
  seen = client.take_until(R"("event_no":1)");
  CHECK(seen.find("event: counts") != std::string::npos);
}

TEST_CASE("stream: its topics have the bodies of their routes", "[live]") {
  ApiStand stand;
  http::RawClient client(stand.port_number());
  ask_for_stream(client);
  client.take_until("event: overview");
  client.take_until("data: ");
  const std::string event = client.take_until("\n\n");
  json overview = json::parse(event);
  json asked = stand.get("/v1/overview");
  CHECK(overview.contains("as_of"));
  overview.erase("as_of");
  asked.erase("as_of");
  CHECK(overview == asked);
}

TEST_CASE("stream: one viewer too many is told when to come again", "[live]") {
  ApiStand stand;
  std::vector<http::RawClient> clients;
  for (std::size_t i = 0; i < kViewersMax; ++i) {
    clients.emplace_back(stand.port_number());
    ask_for_stream(clients.back());
    REQUIRE_FALSE(clients.back().take_until("event: hello").empty());
  }
  const auto refused = stand.call("GET", "/v1/stream");
  CHECK(refused.status == 503);
  CHECK(refused.headers.at("retry-after") == "15");
}

TEST_CASE("stream: strangers get none", "[live]") {
  ApiStand stand;
  CHECK(stand.call("GET", "/v1/stream", "", "").status == 401);
  CHECK(stand.call("GET", "/v1/stream", "", "nosuch").status == 401);
}

TEST_CASE("stream: ends for who has logged out, and for a revoked token", "[live]") {
  ApiStand stand;
  hub::test::put_person(stand, "ana", Role::kViewer);
  const hub::test::LoggedIn ana = hub::test::put_session(stand, "ana");
  http::RawClient person(stand.port_number()), program(stand.port_number()), other(stand.port_number());
  person.send("GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: tillsync_session=" + ana.id + "\r\n\r\n");
  ask_for_stream(program, "operator");
  ask_for_stream(other);
  for (auto* client : {&person, &program, &other}) REQUIRE_FALSE(client->take_until("event: operations").empty());
  REQUIRE(stand.call("DELETE", "/v1/session", "", "", ana.headers()).status == 204);
  REQUIRE(stand.call("POST", "/v1/tokens/id-operator/revoke", "{}").status == 200);
  stand.add_sale("1");
  CHECK_FALSE(person.take_until("\r\n0\r\n\r\n").empty());  // the last chunk: it ends
  CHECK_FALSE(program.take_until("\r\n0\r\n\r\n").empty());
  CHECK_FALSE(other.take_until(R"("event_no":1)").empty());
}
