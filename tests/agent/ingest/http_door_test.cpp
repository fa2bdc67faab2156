#include "agent/ingest/http_door.h"

#include <catch2/catch.hpp>

#include "common/base/limits.h"
#include "common/contract/masterdata.h"
#include "tests/agent/ingest/loop_fixture.h"
#include "tests/common/http/raw_client.h"
#include "tests/common/http/tls_fixture.h"

namespace tillsync::agent {
namespace {

using nlohmann::json;

struct Client {
  explicit Client(LoopFixture& fixture) : raw(fixture.http->port()) {}
  http::RawAnswer request(const std::string& method, const std::string& target, const std::string& body = "",
                          const std::string& headers = "Host: 127.0.0.1\r\nContent-Type: application/json\r\n") {
    raw.send(method + " " + target + " HTTP/1.1\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return raw.receive();
  }
  http::RawAnswer post(const std::string& body) { return request("POST", "/v1/documents", body); }
  http::RawAnswer get(const std::string& target) { return request("GET", target); }
  http::RawClient raw;
};

wire::InboxItem product_item(std::uint64_t no, const std::string& sku, const std::string& gtin) {
  Product product;
  product.sku = Sku(sku);
  product.gtins.emplace_back().gtin = gtin;
  return {no, "product/1", sku, encode_product(product)};
}

}  // namespace

TEST_CASE("HTTP door: accepted, again, conflict", "[agent][ingest]") {
  LoopFixture f(true);
  Client client(f);
  const auto accepted = client.post(sale("1"));
  CHECK(accepted.status == 201);
  const auto again = client.post(sale("1"));
  CHECK(again.status == 200);
  CHECK(again.body == accepted.body);
  const auto conflict = client.post(sale("1", "GB-1", "OTHER"));
  CHECK(conflict.status == 409);
  CHECK(conflict.head.find("application/problem+json") != std::string::npos);
  CHECK(json::parse(conflict.body).at("exception_id").get<std::string>().starts_with("x_"));
  CHECK(json::parse(client.post(sale("2")).body).at("seq") == 3);
}

TEST_CASE("HTTP door: refusals are problems and change nothing", "[agent][ingest]") {
  LoopFixture f(true);
  Client client(f);
  for (const std::string& body : {std::string("nonsense"), std::string(), std::string("{}"), replaced(sale("1"), "\"till\"", R"("location":"FR","till")")}) {
    const auto refused = client.post(body);
    CHECK(refused.status == 422);
    CHECK(refused.head.find("application/problem+json") != std::string::npos);
    const json problem = json::parse(refused.body);
    for (const char* member : {"type", "title", "status", "detail", "pointer"}) CHECK(problem.contains(member));
  }
  CHECK(Client(f).post(replaced(sale("1"), "HOLDER", std::string(10'000'000, 'x'))).status == 413);
  CHECK(f.rows() == 0);
  CHECK(f.loop->refused().count_since_start() == 5);
  CHECK(json::parse(client.get("/v1/status").body).at("since_start").at("refused") == 5);
}

TEST_CASE("HTTP door: an array is one request with one result each, up to its limit", "[agent][ingest]") {
  LoopFixture f(true);
  Client client(f);
  const auto taken = client.post(array_of_sales(1, static_cast<int>(kDocumentsPerRequestMax)));
  CHECK(taken.status == 200);
  CHECK(json::parse(taken.body).at("results").size() == kDocumentsPerRequestMax);
  CHECK(client.post(array_of_sales(1'000, static_cast<int>(kDocumentsPerRequestMax) + 1)).status == 413);
  CHECK(f.rows() == kDocumentsPerRequestMax);
}

TEST_CASE("HTTP door: form and caller are checked before the body", "[agent][ingest]") {
  LoopFixture f(true);
  const auto status = [&](const std::string& headers) { return Client(f).request("POST", "/v1/documents", sale("1"), headers).status; };
  CHECK(status("Host: 127.0.0.1\r\nContent-Type: text/plain\r\n") == 415);
  CHECK(status("Host: 127.0.0.1\r\n") == 415);
  CHECK(status("Host: evil.example\r\nContent-Type: application/json\r\n") == 421);
  CHECK(status("Host: localhost\r\nOrigin: http://evil.example\r\nContent-Type: application/json\r\n") == 403);
  CHECK(f.rows() == 0);
  CHECK(status("Host: localhost:1\r\nContent-Type: application/json; charset=utf-8\r\n") == 201);
  CHECK(Client(f).get("/v1/nothing").status == 404);
  CHECK(Client(f).get("/v1/documents").status == 405);
  CHECK(Client(f).request("POST", "/v1/status").status == 405);
}

TEST_CASE("HTTP door: with tokens set nobody comes in without one", "[agent][ingest]") {
  HttpDoorOptions options;
  options.rules.tokens = {*parse_till_token(format_till_token("GB-1", "t_secret"))};
  LoopFixture f(true, options);
  CHECK(Client(f).post(sale("1")).status == 401);
  CHECK(Client(f).get("/v1/status").status == 401);
  const auto with = Client(f).request("POST", "/v1/documents", sale("1"),
                                      "Host: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer t_secret\r\n");
  CHECK(with.status == 201);
}

TEST_CASE("HTTP door: a till's token of the file is good from the moment it is added until it is taken back", "[agent][ingest]") {
  HttpDoorOptions options;
  TemporaryFolder folder;
  options.tokens_file = folder.file("pos-tokens");
  REQUIRE(add_till_token(options.tokens_file, "GB-0", "t_zero"));
  LoopFixture f(true, options);
  Client client(f);  // one connection: what is taken back is refused there too
  const auto status = [&](const std::string& token) { return client.request("GET", "/v1/status", "", "Host: localhost\r\nAuthorization: Bearer " + token + "\r\n").status; };
  CHECK(client.get("/v1/status").status == 401);
  CHECK(status("t_one") == 401);
  REQUIRE(add_till_token(options.tokens_file, "GB-1", "t_one"));
  CHECK(status("t_one") == 200);
  REQUIRE(revoke_till_tokens(options.tokens_file, "GB-1"));
  CHECK(status("t_one") == 401);
  CHECK(status("t_zero") == 200);
  // The last one's end does not open a door that had tokens.
  REQUIRE(revoke_till_tokens(options.tokens_file, "GB-0"));
  CHECK(status("t_zero") == 401);
  CHECK(client.get("/v1/status").status == 401);
}

TEST_CASE("HTTP door: a network address without tokens or without TLS is not opened", "[agent][ingest]") {
  LoopFixture f;
  HttpDoorOptions options;
  options.listen = "0.0.0.0:0";
  const auto open = [&] { return HttpDoor::open(options, *f.loop, *f.data, *f.reservations, [] { return std::string("{}"); }); };
  CHECK(open().error().code == ErrorCode::kDenied);
  options.rules.tokens = {*parse_till_token(format_till_token("GB-1", "t_secret"))};
  CHECK(open().error().code == ErrorCode::kDenied);
  options.tls_certificate_pem = http::kTestCertificate;
  options.tls_key_pem = http::kTestKey;
  CHECK(open());
  options.listen = "nonsense";
  CHECK(open().error().code == ErrorCode::kInvalid);
}

TEST_CASE("HTTP door: the correlation id goes in and out, the document's own wins", "[agent][ingest]") {
  LoopFixture f(true);
  Client client(f);
  const auto headers = "Host: localhost\r\nContent-Type: application/json\r\nX-Correlation-Id: asked-1\r\n";
  CHECK(client.request("POST", "/v1/documents", sale("1"), headers).head.find("X-Correlation-Id: asked-1") != std::string::npos);
  const auto own = client.request("POST", "/v1/documents", replaced(sale("2"), "\"till\"", R"("correlation_id":"mine","till")"), headers);
  CHECK(own.head.find("X-Correlation-Id: mine") != std::string::npos);
  const auto with_id = [&](const std::string& number, std::size_t size) {
    return client.request("POST", "/v1/documents", sale(number),
                          "Host: localhost\r\nContent-Type: application/json\r\nX-Correlation-Id: " + std::string(size, 'c') + "\r\n").head;
  };
  CHECK(with_id("64", 64).find("X-Correlation-Id: " + std::string(64, 'c') + "\r\n") != std::string::npos);
  CHECK(with_id("65", 65).find("X-Correlation-Id: e_") != std::string::npos);  // none that can be kept: one is made
  CHECK(client.post(sale("3")).head.find("X-Correlation-Id: e_") != std::string::npos);
}

TEST_CASE("HTTP door: what needs the hub is asked of it, and says honestly when there is no line", "[agent][ingest][quota]") {
  LoopFixture f(true);
  Client client(f);
  const std::string wanted = R"({"idempotency_key":"k","purpose":"collect","lines":[{"sku":"85123A","qty":"1"}]})";
  for (const auto& answer : {client.get("/v1/stock/85123A"), client.request("POST", "/v1/reservations", wanted),
                             client.request("POST", "/v1/reservations/r_1/confirm", "{}")}) {
    CHECK(answer.status == 503);
    CHECK(json::parse(answer.body).at("type") == "urn:tillsync:problem:hub_needed");
  }
  CHECK(client.request("POST", "/v1/reservations/r_1/dance", "{}").status == 404);
  CHECK(client.request("POST", "/v1/reservations", R"({"lines":[]})").status == 400);
  CHECK(client.request("POST", "/v1/reservations", "{").status == 422);
  CHECK(client.get("/v1/reservations").status == 405);

  f.is_linked = true;
  std::vector<std::string> asked;
  f.hub = [&asked](const wire::Request& request) -> std::optional<wire::Reply> {
    asked.push_back(request.method + " " + std::string(request.body));
    return wire::Reply{request.request_id, request.method == "reservations.create" ? 201 : 200, R"({"from":"hub"})"};
  };
  CHECK(client.request("POST", "/v1/reservations", wanted).status == 201);
  CHECK(client.request("POST", "/v1/reservations/r_1/extend", R"({"ttl_s":60})").body == R"({"from":"hub"})");
  CHECK(client.get("/v1/stock/85123A").status == 200);
  REQUIRE(asked.size() == 3);
  CHECK(asked[1] == R"(reservations.extend {"reservation_id":"r_1","ttl_s":60})");
  CHECK(asked[2] == R"(availability {"skus":["85123A"]})");
}

TEST_CASE("HTTP door: a product is found by SKU and GTIN", "[agent][ingest]") {
  LoopFixture f(true);
  f.deliver({product_item(1, "A/B", "4006381")});
  Client client(f);
  CHECK(json::parse(client.get("/v1/products/A%2FB").body).at("sku") == "A/B");
  CHECK(json::parse(client.get("/v1/products/4006381").body).at("sku") == "A/B");
  CHECK(client.get("/v1/products/none").status == 404);
}

TEST_CASE("HTTP door: each till reads the inbox at its own pace", "[agent][ingest]") {
  LoopFixture f(true);
  f.deliver({{1, "pick/1", "a", "1"}, {2, "pick/1", "b", "2"}});
  Client client(f);
  CHECK(json::parse(client.get("/v1/inbox?consumer=GB-1").body).at("items").size() == 2);
  CHECK(client.request("POST", "/v1/inbox/ack", R"({"consumer":"GB-1","no":1})").status == 200);
  const json rest = json::parse(client.get("/v1/inbox?consumer=GB-1").body);
  REQUIRE(rest.at("items").size() == 1);
  CHECK(rest.at("next") == 2);
  CHECK(json::parse(client.get("/v1/inbox?consumer=GB-2").body).at("items").size() == 2);
  CHECK(json::parse(client.get("/v1/inbox?consumer=GB-1&after=2").body).at("items").empty());

  CHECK(client.request("POST", "/v1/inbox/ack", R"({"consumer":"GB-1","no":3})").status == 422);
  CHECK(client.request("POST", "/v1/inbox/ack", R"({"consumer":"GB-1"})").status == 422);
  CHECK(client.request("POST", "/v1/inbox/ack", R"({"consumer":"GB-1","no":-1})").status == 422);
  CHECK(client.get("/v1/inbox").status == 422);
  CHECK(client.get("/v1/inbox?consumer=GB-1&wait_s=31").status == 422);
  CHECK(client.get("/v1/inbox?consumer=GB-1&after=x").status == 422);
  CHECK(client.get("/v1/inbox?consumer=" + std::string(kConsumerNameBytesMax, 'x')).status == 200);
  CHECK(client.get("/v1/inbox?consumer=" + std::string(kConsumerNameBytesMax + 1, 'x')).status == 422);
}

TEST_CASE("HTTP door: a long poll ends with the next item, with its time, or with the agent", "[agent][ingest]") {
  LoopFixture f(true);
  Client client(f);
  const auto poll = [&](int wait_s) {
    client.raw.send("GET /v1/inbox?consumer=GB-1&after=0&wait_s=" + std::to_string(wait_s) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  };
  SECTION("next item") {
    poll(30);
    f.deliver({{1, "pick/1", "a", "1"}});
    CHECK(json::parse(client.raw.receive().body).at("items").size() == 1);
  }
  SECTION("time") {
    poll(1);
    const auto answer = client.raw.receive();
    CHECK(answer.status == 200);
    CHECK(json::parse(answer.body).at("items").empty());
  }
  SECTION("stop") {
    poll(30);
    f.stop();
    const auto status = client.raw.receive().status;
    CHECK((status == 200 || status == 503 || status == 0));  // never the 30 s
  }
}

TEST_CASE("HTTP door: a stopping agent takes nothing more", "[agent][ingest]") {
  LoopFixture f(true);
  Client client(f);
  CHECK(client.post(sale("1")).status == 201);
  f.loop->stop();
  CHECK(client.post(sale("2")).status == 503);
  CHECK(f.rows() == 1);
}

TEST_CASE("HTTP door: one answer gives so many inbox items, the rest comes with the next", "[agent][ingest]") {
  LoopFixture f(true);
  std::vector<wire::InboxItem> items;
  for (std::uint64_t no = 1; no <= kInboxItemsPerAnswerMax + 1; ++no) items.push_back({no, "pick/1", std::to_string(no), "1"});
  f.deliver(items);
  Client client(f);
  const json first = json::parse(client.get("/v1/inbox?consumer=GB-1").body);
  CHECK(first.at("items").size() == kInboxItemsPerAnswerMax);
  const json rest = json::parse(client.get("/v1/inbox?consumer=GB-1&after=" + std::to_string(kInboxItemsPerAnswerMax)).body);
  CHECK(rest.at("items").size() == 1);
}

}  // namespace tillsync::agent
