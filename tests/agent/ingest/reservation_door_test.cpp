#include "agent/ingest/reservation_door.h"

#include <catch2/catch.hpp>

#include <future>

#include "tests/agent/ingest/loop_fixture.h"

using namespace tillsync;
using namespace tillsync::agent;
using nlohmann::json;

namespace {

const std::string kWanted = R"({"idempotency_key":"k","purpose":"collect","lines":[{"line_no":1,"sku":"A","qty":"2"}]})";

Answer ask(LoopFixture& f, const std::string& body = kWanted) {
  std::promise<Answer> told;
  f.reservations->reserve(body, "", [&told](Answer answer) { told.set_value(std::move(answer)); });
  auto future = told.get_future();
  REQUIRE(future.wait_for(std::chrono::seconds(kPatienceS)) == std::future_status::ready);
  return future.get();
}
Answer step(LoopFixture& f, const std::string& verb, const std::string& id) {
  std::promise<Answer> told;
  f.reservations->step(verb, id, "{}", [&told](Answer answer) { told.set_value(std::move(answer)); });
  auto future = told.get_future();
  REQUIRE(future.wait_for(std::chrono::seconds(kPatienceS)) == std::future_status::ready);
  return future.get();
}
void deliver_lease(LoopFixture& f, std::uint64_t no, const std::string& qty = "3", const std::string& state = "open") {
  f.deliver({{no, "lease/1", "l_1", R"({"lease_id":"l_1","location":"GB","sku":"A","state":")" + state + R"(","qty":")" + qty + R"(","ttl_s":3600})"}});
}
std::string with_key(const std::string& key, const std::string& qty = "2") {
  return R"({"idempotency_key":")" + key + R"(","lines":[{"line_no":1,"sku":"A","qty":")" + qty + R"("}]})";
}

}  // namespace

TEST_CASE("reservation door: with a line the hub decides, and its word is given again without it", "[agent][ingest][quota]") {
  LoopFixture f;
  int asked = 0;
  f.is_linked = true;
  f.hub = [&asked](const wire::Request& request) {
    ++asked;
    return std::optional(wire::Reply{request.request_id, 409, R"({"detail":"short"})"});
  };
  CHECK(ask(f).code == 409);
  CHECK(ask(f).code == 409);
  CHECK(asked == 1);
  f.is_linked = false;
  CHECK(ask(f).json == R"({"detail":"short"})");
  CHECK(ask(f, with_key("k", "9")).code == 422);
  f.restart();
  CHECK(ask(f).code == 409);
}

TEST_CASE("reservation door: documents that were taken before stand before the question", "[agent][ingest][quota]") {
  LoopFixture f;
  std::uint64_t after_seq = 99;
  f.is_linked = true;
  f.hub = [&after_seq](const wire::Request& request) {
    after_seq = request.after_seq;
    return std::optional(wire::Reply{request.request_id, 201, "{}"});
  };
  ask(f);
  CHECK(after_seq == 0);
  CHECK(f.till().ask(R"({"contract":"till-event/1","till":"T","document_no":"1","business_date":"2010-12-01","occurred_at":"2010-12-01T08:00:00Z","type":"no_sale"})").at("code") == 201);
  ask(f, with_key("k-2"));
  CHECK(after_seq == 1);
}

TEST_CASE("reservation door: when the line breaks in between, nobody knows, and the same key asks again", "[agent][ingest][quota]") {
  LoopFixture f;
  deliver_lease(f, 1);
  std::vector<wire::Request> seen;
  f.is_linked = true;
  f.hub = [&seen](const wire::Request& request) {
    seen.push_back(request);
    return std::optional<wire::Reply>();
  };
  std::promise<Answer> told;
  f.reservations->reserve(kWanted, "", [&told](Answer answer) { told.set_value(std::move(answer)); });
  auto future = told.get_future();
  f.is_linked = false;
  // Not promised out of the lease: the hub may have granted it.
  CHECK(ask(f).code == 504);
  CHECK(f.documents().empty());
  f.is_linked = true;
  f.hub = [](const wire::Request& request) { return std::optional(wire::Reply{request.request_id, 201, R"({"state":"held"})"}); };
  CHECK(ask(f).json == R"({"state":"held"})");
  // The first question's answer comes late: the till that waits is told, and what is stored stays.
  REQUIRE(seen.size() == 1);
  f.reservations->reply_arrived({seen[0].request_id, 201, R"({"state":"held"})"});
  REQUIRE(future.wait_for(std::chrono::seconds(kPatienceS)) == std::future_status::ready);
  CHECK(future.get().code == 201);
  f.reservations->reply_arrived({"nobody asked", 201, "{}"});
}

TEST_CASE("reservation door: who still waits when the agent stops is told that nobody knows", "[agent][ingest][quota]") {
  LoopFixture f;
  f.is_linked = true;
  std::promise<Answer> told;
  f.reservations->reserve(kWanted, "", [&told](Answer answer) { told.set_value(std::move(answer)); });
  f.stop();
  auto future = told.get_future();
  REQUIRE(future.wait_for(std::chrono::seconds(0)) == std::future_status::ready);
  CHECK(future.get().code == 504);
}

TEST_CASE("reservation door: what the hub did not decide is not remembered", "[agent][ingest][quota]") {
  LoopFixture f;
  f.is_linked = true;
  f.hub = [](const wire::Request& request) { return std::optional(wire::Reply{request.request_id, 503, ""}); };
  const Answer refused = ask(f);
  CHECK(refused.code == 503);
  CHECK(json::parse(refused.json).at("type") == "urn:tillsync:problem:unavailable");
  f.hub = [](const wire::Request& request) { return std::optional(wire::Reply{request.request_id, 201, "{}"}); };
  CHECK(ask(f).code == 201);
}

TEST_CASE("reservation door: without a line it is promised out of the lease, durably, and told to the hub", "[agent][ingest][quota]") {
  LoopFixture f;
  CHECK(ask(f).code == 503);
  deliver_lease(f, 1);
  const Answer promised = ask(f);
  CHECK(promised.code == 201);
  const std::string id = json::parse(promised.json).at("reservation_id");
  CHECK(ask(f).json == promised.json);
  CHECK(ask(f, with_key("k-2")).code == 503);  // one unit is left
  CHECK(ask(f, with_key("k-3", "1")).code == 201);
  auto documents = f.documents();
  REQUIRE(documents.size() == 2);
  CHECK(std::get<Promise>(documents[0].body).promise_id == id);
  f.restart();
  CHECK(ask(f).json == promised.json);
  CHECK(ask(f, with_key("k-4", "1")).code == 503);
  CHECK(step(f, "confirm", id).json == promised.json);
  CHECK(step(f, "release", id).code == 503);

  // The lease is closed behind its promises, in the transaction that takes the hub's word.
  deliver_lease(f, 2, "3", "ending");
  documents = f.documents();
  REQUIRE(documents.size() == 3);
  CHECK(std::get<LeaseClose>(documents[2].body).used.milli == 3'000);
}

TEST_CASE("reservation door: a sale of what is reserved for somebody else says so, and says it again", "[agent][ingest][quota]") {
  LoopFixture f;
  f.deliver({{1, "shelf/1", "A", R"({"sku":"A","on_hand":"3","reserved":"2","leased":"0"})"}});
  const auto sale = [](const std::string& no, const std::string& qty, const std::string& reservation_id = {}) {
    json document = {{"contract", "sale/1"}, {"till", "T"}, {"document_no", no}, {"business_date", "2010-12-01"}, {"occurred_at", "2010-12-01T08:00:00Z"}, {"currency", "GBP"},
                     {"lines", {{{"line_no", 1}, {"kind", "goods"}, {"sku", "A"}, {"qty", qty}, {"unit_price", "0"}, {"amount", "0"}}}},
                     {"tax_summary", json::array()}, {"tenders", json::array()}, {"totals", {{"net", "0"}, {"tax", "0"}, {"gross", "0"}, {"rounding", "0"}}}};
    if (!reservation_id.empty()) document["reservation_id"] = reservation_id;
    return document.dump();
  };
  TestTill till = f.till();
  const auto told = [](const json& answer) {
    for (const json& warning : answer.at("warnings"))
      if (warning.at("code") == "promised_elsewhere") return warning.at("pointer").get<std::string>() + " " + warning.at("detail").get<std::string>();
    return std::string();
  };
  CHECK(told(till.ask(sale("1", "1"))).empty());
  const json second = till.ask(sale("2", "1"));
  CHECK(told(second) == "/lines/0/sku 1 of A are reserved for somebody else");
  json again = till.ask(sale("2", "1"));
  CHECK(told(again) == told(second));
  CHECK(told(till.ask(sale("3", "2", "r_1"))).empty());
  CHECK(told(till.ask(sale("4", "1"))) == "/lines/0/sku 1 of A are reserved for somebody else");
  f.deliver({{2, "shelf/1", "A", R"({"sku":"A","on_hand":"50","reserved":"2","leased":"0"})"}});
  CHECK(told(till.ask(sale("5", "1"))).empty());
}

TEST_CASE("reservation door: so many may wait for the hub, one more is told to come again", "[agent][ingest][quota][limits]") {
  LoopFixture f;
  f.is_linked = true;
  std::atomic<int> told = 0;
  for (std::size_t i = 0; i < kHubRequestsMax; ++i) f.reservations->availability("A", [&told](const Answer&) { ++told; });
  CHECK(told == 0);
  int code = 0;
  f.reservations->availability("A", [&code](const Answer& answer) { code = answer.code; });
  CHECK(code == 503);
  f.stop();
  CHECK(told == static_cast<int>(kHubRequestsMax));
}
