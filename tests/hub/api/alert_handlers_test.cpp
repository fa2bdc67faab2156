// /v1/alerts, /v1/alert-rules, /v1/notification-targets.
#include <catch2/catch.hpp>

#include "hub/insight/alert_store.h"
#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

namespace {

void fire_alerts(ApiStand& stand, const std::vector<std::string>& agents) {
  stand.write([agents](sql::Connection& connection) {
    AlertChanges changes;
    for (const std::string& agent : agents) changes.fired.push_back({"clock_skew", agent, 1'000, "Leeds: clock differs", "by 90 s", "LS", agent, "/fleet/" + agent});
    return write_alert_changes(connection, changes, os::now());
  });
}

}  // namespace

TEST_CASE("alerts: listed, acknowledged, silenced; those of machines are needs", "[api]") {
  ApiStand stand;
  fire_alerts(stand, {"a_1", "a_2", "a_3"});
  json alerts = stand.items("/v1/alerts?status=firing");
  REQUIRE(alerts.size() == 3);
  CHECK(stand.get("/v1/overview").at("needs_total") == 3);
  const json page = stand.get("/v1/alerts?limit=2");
  CHECK(page.at("items").size() == 2);
  CHECK(stand.items("/v1/alerts?limit=2&after=" + page.at("next").get<std::string>()).size() == 1);
  const std::string first = alerts.at(0).at("alert_id"), second = alerts.at(1).at("alert_id");
  CHECK(json::parse(stand.call("POST", "/v1/alerts/" + first + "/acknowledge", R"({"reason":"on it"})", "operator").body).at("status") == "acknowledged");
  CHECK(json::parse(stand.call("POST", "/v1/alerts/" + second + "/silence", R"({"for_s":60,"reason":"known"})").body).at("status") == "silenced");
  CHECK(stand.items("/v1/alerts?status=firing").size() == 1);
  CHECK(stand.items("/v1/alerts?status=silenced").size() == 1);
  CHECK(stand.call("GET", "/v1/alerts?status=nosuch").status == 422);
  CHECK(stand.call("POST", "/v1/alerts/nosuch/acknowledge", "{}").status == 404);
  CHECK(stand.call("POST", "/v1/alerts/" + second + "/silence", R"({"for_s":0,"reason":"known"})").status == 422);
  CHECK(stand.call("POST", "/v1/alerts/" + second + "/silence", R"({"for_s":"1","reason":"known"})").status == 422);
  CHECK(stand.call("POST", "/v1/alerts/" + second + "/silence", R"({"for_s":60})").status == 422);
}

TEST_CASE("alert rules: changed in part, within their bounds", "[api]") {
  ApiStand stand;
  CHECK(stand.items("/v1/alert-rules").size() == default_alert_rules().size());
  const auto changed = stand.call("PUT", "/v1/alert-rules/store_dark", R"({"limit":600,"enabled":false})");
  REQUIRE(changed.status == 200);
  CHECK(json::parse(changed.body).at("limit") == 600);
  CHECK(json::parse(changed.body).at("severity") == "f");
  CHECK(stand.call("PUT", "/v1/alert-rules/store_dark", R"({"limit":1})").status == 422);
  CHECK(stand.call("PUT", "/v1/alert-rules/store_dark", R"({"limit":"1"})").status == 422);
  CHECK(stand.call("PUT", "/v1/alert-rules/store_dark", R"({"severity":"x"})").status == 422);
  CHECK(stand.call("PUT", "/v1/alert-rules/nosuch", "{}").status == 404);
}

TEST_CASE("notification targets: a secret is told once, a test is queued", "[api]") {
  ApiStand stand;
  const auto made = stand.call("PUT", "/v1/notification-targets/ops", R"({"kind":"webhook","url":"http://127.0.0.1:1/hook","rules":["disk"]})");
  REQUIRE(made.status == 200);
  CHECK(json::parse(made.body).at("secret").get<std::string>().starts_with("whs_"));
  CHECK_FALSE(json::parse(stand.call("PUT", "/v1/notification-targets/ops", R"({"kind":"webhook","url":"http://127.0.0.1:1/hook","rules":null})").body).contains("secret"));
  CHECK(stand.call("PUT", "/v1/notification-targets/mail", R"({"kind":"email","address":"ops@example.com","enabled":false})").status == 200);
  const json targets = stand.items("/v1/notification-targets");
  REQUIRE(targets.size() == 2);
  CHECK_FALSE(targets.at(1).contains("secret"));
  CHECK(stand.call("POST", "/v1/notification-targets/ops/test", "{}").status == 202);
  CHECK(stand.items("/v1/notification-targets").at(1).at("waiting") == 1);
  CHECK(stand.call("POST", "/v1/notification-targets/nosuch/test", "{}").status == 404);
  for (const char* body : {"[]", R"({"kind":"webhook","url":"file:///x"})", R"({"kind":"email","address":"x"})", R"({"kind":"webhook","url":"http://a","rules":[1]})",
                           R"({"kind":"webhook","url":"http://a","rules":["nosuch"]})", R"({"kind":"webhook","url":"http://a","enabled":1})"})
    CHECK(stand.call("PUT", "/v1/notification-targets/ops", body).status == 422);
}
