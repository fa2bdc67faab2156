// overview, search, trace, kpis, alerts, alert-rules, notification-targets, watch: against a real API.
#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>

#include "hub/ctl/ctl_app.h"
#include "hub/insight/alert_store.h"
#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

namespace {

struct InsightOutcome {
  CtlExit code;
  std::string out, err;
};
InsightOutcome run_insight(const ApiStand& stand, std::vector<std::string> arguments, const std::string& token = "administrator") {
  const std::string url = stand.url("");
  arguments.insert(arguments.begin(), {"tillsyncctl", "--hub", url, "--token", token});
  std::vector<const char*> pointers;
  for (const auto& argument : arguments) pointers.push_back(argument.c_str());
  std::ostringstream out, err;
  auto* old_out = std::cout.rdbuf(out.rdbuf());
  auto* old_err = std::cerr.rdbuf(err.rdbuf());
  const int code = run_ctl(static_cast<int>(pointers.size()), pointers.data());
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  return {static_cast<CtlExit>(code), out.str(), err.str()};
}
bool insight_says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("ctl insight: overview, and a need that somebody has seen", "[ctl]") {
  ApiStand stand;
  CHECK(insight_says(run_insight(stand, {"overview"}).out, "Nothing needs you. Checked "));
  ApiStand other;
  other.add_sale("1", "UNKNOWN");
  const InsightOutcome outcome = run_insight(other, {"overview"});
  CHECK(outcome.code == CtlExit::kOk);
  CHECK(insight_says(outcome.out, "Online 0/0 | Backlog 0"));
  CHECK(insight_says(outcome.out, "SKU UNKNOWN"));
  const json overview = json::parse(run_insight(other, {"overview", "--json"}).out);
  CHECK(run_insight(other, {"acknowledge", overview.at("needs").at(0).at("need_id"), "--reason", "r"}).code == CtlExit::kOk);
  CHECK(run_insight(other, {"acknowledge", "nosuch"}).code == CtlExit::kRefused);
  CHECK(run_insight(other, {"acknowledge", "n_x"}, "viewer").code == CtlExit::kDenied);
}

TEST_CASE("ctl insight: search and trace", "[ctl]") {
  ApiStand stand;
  stand.add_sale("777");
  CHECK(insight_says(run_insight(stand, {"search", "77"}).out, "Sale 777"));
  CHECK(insight_says(run_insight(stand, {"search", "nosuch"}).out, "Nothing begins with that."));
  InsightOutcome outcome = run_insight(stand, {"trace", "777"});
  CHECK(outcome.code == CtlExit::kOk);
  CHECK(insight_says(outcome.out, "trace-777: exception"));
  CHECK(insight_says(outcome.out, "posting_queued"));
  CHECK(insight_says(outcome.out, "Next: sent, waits for its turn at the ERP"));
  CHECK(json::parse(run_insight(stand, {"trace", "777", "--json"}).out).at("correlation_id") == "trace-777");
  stand.add_sale("778");
  outcome = run_insight(stand, {"trace", "A"});
  CHECK(insight_says(outcome.out, "trace-778"));
  CHECK(insight_says(outcome.out, "trace-777"));
  outcome = run_insight(stand, {"trace", "nosuch"});
  CHECK(outcome.code == CtlExit::kRefused);
  CHECK(insight_says(outcome.out, "Not at the hub. No store is dark."));
  CHECK(insight_says(run_insight(stand, {"kpis"}).out, "Days balanced first time"));
}

TEST_CASE("ctl insight: alerts, rules and targets", "[ctl]") {
  ApiStand stand;
  CHECK(insight_says(run_insight(stand, {"alerts", "list"}).out, "No alert."));
  stand.write([](sql::Connection& connection) { return write_alert_changes(connection, {{{"disk", "hub", 1, "Hub: disk nearly full", "1 MiB free", "", "", "/"}}, {}}, os::now()); });
  CHECK(insight_says(run_insight(stand, {"alerts", "list"}).out, "disk nearly full"));
  const std::string id = stand.items("/v1/alerts").at(0).at("alert_id");
  CHECK(run_insight(stand, {"alerts", "acknowledge", id}).code == CtlExit::kOk);
  CHECK(run_insight(stand, {"alerts", "silence", id, "--for", "60", "--reason", "r"}).code == CtlExit::kOk);
  CHECK(run_insight(stand, {"alerts", "silence", id, "--for", "0", "--reason", "r"}).code == CtlExit::kRefused);
  CHECK(run_insight(stand, {"alerts", "silence", id}).code == CtlExit::kUsage);
  CHECK(insight_says(run_insight(stand, {"alert-rules", "list"}).out, "store_dark"));
  CHECK(run_insight(stand, {"alert-rules", "set", "store_dark", "--limit", "600", "--enabled", "false"}).code == CtlExit::kOk);
  CHECK(stand.items("/v1/alert-rules").at(0).at("limit") == 600);
  CHECK(run_insight(stand, {"alert-rules", "set", "store_dark", "--limit", "1"}).code == CtlExit::kRefused);
  CHECK(insight_says(run_insight(stand, {"notification-targets", "list"}).out, "Nobody is told."));
  CHECK(insight_says(run_insight(stand, {"notification-targets", "put", "ops", "--url", "http://127.0.0.1:1/x", "--rule", "disk"}).out, "whs_"));
  CHECK(run_insight(stand, {"notification-targets", "put", "mail", "--address", "ops@example.com", "--off"}).code == CtlExit::kOk);
  CHECK(run_insight(stand, {"notification-targets", "test", "ops"}).code == CtlExit::kOk);
  CHECK(run_insight(stand, {"notification-targets", "list"}, "operator").code == CtlExit::kDenied);
}

TEST_CASE("ctl insight: watch prints what changes, and ends when it is told to", "[ctl]") {
  ApiStand stand;
  InsightOutcome outcome = run_insight(stand, {"watch", "--events", "2", "--topic", "hello", "--topic", "counts"});
  CHECK(outcome.code == CtlExit::kOk);
  CHECK(insight_says(outcome.out, "hello {"));
  CHECK(insight_says(outcome.out, "counts {"));
  CHECK_FALSE(insight_says(outcome.out, "connectors"));
  outcome = run_insight(stand, {"watch", "--events", "1", "--json"});
  CHECK(json::parse(outcome.out).at("event") == "hello");
  outcome = run_insight(stand, {"watch"}, "nosuch");
  CHECK(outcome.code == CtlExit::kDenied);
  CHECK(insight_says(outcome.err, "401"));
}
