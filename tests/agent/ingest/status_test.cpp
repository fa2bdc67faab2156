#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agent/ingest/status.h"

namespace tillsync::agent {
namespace {

using nlohmann::json;

AgentStatus status_with(std::uint64_t waiting, std::int64_t age_s) {
  AgentStatus status;
  status.location = LocationId("GB");
  status.version = "1.2.3";
  status.now = Instant{1'700'000'000'000'000};
  status.waiting = waiting;
  if (waiting > 0) status.oldest_waiting = status.now - seconds(age_s);
  return status;
}

}  // namespace

TEST_CASE("status: says how many wait, since when, and that they are safe", "[agent][ingest]") {
  CHECK(to_text(status_with(0, 0)).find("all documents are confirmed") != std::string::npos);
  const std::string one = to_text(status_with(1, 119));
  CHECK(one.find("1 document waits for the hub, the oldest for 119 s; they are safe") != std::string::npos);
  CHECK(to_text(status_with(2, 120)).find("2 documents wait for the hub, the oldest for 2 min") != std::string::npos);
  CHECK(to_text(status_with(2, 7'200)).find("2 h") != std::string::npos);
  CHECK(to_text(status_with(2, 200'000)).find("2 days") != std::string::npos);
}

TEST_CASE("status: a clock that went back shows no negative age", "[agent][ingest]") {
  CHECK(oldest_waiting_seconds(status_with(1, -50)) == 0);
  CHECK(oldest_waiting_seconds(status_with(0, 0)) == 0);
  CHECK(oldest_waiting_seconds(status_with(1, 50)) == 50);
}

TEST_CASE("status: JSON has every figure, and null where nothing is known", "[agent][ingest]") {
  AgentStatus status = status_with(3, 10);
  status.refused = 2;
  json body = json::parse(to_json(status));
  CHECK(body.at("location") == "GB");
  CHECK(body.at("waiting") == 3);
  CHECK(body.at("oldest_waiting_s") == 10);
  CHECK(body.at("since_start").at("refused") == 2);
  CHECK(body.at("link").is_null());
  CHECK(json::parse(to_json(status_with(0, 0))).at("oldest_waiting_at").is_null());

  status.link = LinkStatus{true, false, "", milliseconds(1'500)};
  CHECK(json::parse(to_json(status)).at("link").at("state") == "up");
  CHECK(json::parse(to_json(status)).at("link").at("clock_skew_ms") == 1'500);
  status.link = LinkStatus{true, true, "identity conflict", std::nullopt};
  CHECK(json::parse(to_json(status)).at("link").at("state") == "paused");
  CHECK(to_text(status).find("identity conflict") != std::string::npos);
  status.link = LinkStatus{false, false, "connection refused", std::nullopt};
  CHECK(to_text(status).find("connection refused") != std::string::npos);
}

TEST_CASE("status: the link is read back as it was told", "[agent][ingest]") {
  AgentStatus status = status_with(1, 5);
  CHECK_FALSE(link_in(to_json(status)));
  CHECK_FALSE(link_in("nonsense"));
  CHECK_FALSE(link_in(R"({"link":7})"));
  status.link = LinkStatus{false, true, "two machines", milliseconds(-2'500), "0.1.0", "conflict"};
  const auto link = link_in(to_json(status));
  REQUIRE(link);
  CHECK_FALSE(link->is_up);
  CHECK(link->is_paused);
  CHECK(link->text == "two machines");
  CHECK(link->clock_skew == milliseconds(-2'500));
  CHECK(link->hub_version == "0.1.0");
  CHECK(link->reason == "conflict");
  // A technician reads what has happened, that nothing is lost and where to look.
  CHECK(to_text(status).find("two machines speak as this agent") != std::string::npos);
  CHECK(to_text(status).find("nothing is lost") != std::string::npos);
  CHECK(to_text(status).find("tillsync-agent doctor") != std::string::npos);
  status.link = LinkStatus{true, false, "", std::nullopt, "0.2.0", ""};
  CHECK(to_text(status).find("hub version 0.2.0") != std::string::npos);
  CHECK(link_in(to_json(status))->reason.empty());
}

TEST_CASE("status: a stopped agent is called so", "[agent][ingest]") {
  AgentStatus status = status_with(1, 5);
  status.is_running = false;
  CHECK(to_text(status).find("NOT RUNNING") != std::string::npos);
  CHECK(json::parse(to_json(status)).at("running") == false);
}

}  // namespace tillsync::agent
