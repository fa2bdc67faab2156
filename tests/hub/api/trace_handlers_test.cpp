// GET /v1/search, /v1/traces, /v1/traces/{correlation_id}.
#include <catch2/catch.hpp>

#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

TEST_CASE("trace: from the till to the queue of the ERP, each with its clock", "[api]") {
  ApiStand stand;
  stand.add_sale("1");
  const json trace = stand.get("/v1/traces/trace-1");
  std::vector<std::string> names, legacy;
  for (const json& milestone : trace.at("milestones")) {
    names.push_back(milestone.at("name"));
    legacy.push_back(milestone.at("milestone"));
  }
  // It leaves less than nothing on hand, which is an exception.
  CHECK(names == std::vector<std::string>{"sold", "durable_at_agent", "at_hub", "posting_queued", "exception_raised"});
  CHECK(legacy == std::vector<std::string>{"occurred", "durable_at_agent", "at_hub", "posting_queued", "exception_raised"});
  CHECK(trace.at("state") == "exception");
  CHECK(trace.at("more") == false);
  CHECK(trace.at("next_milestone").at("name") == "sent");
  CHECK(trace.at("milestones").at(0).at("pos_time") == "2010-12-01T08:26:00Z");
  CHECK(trace.at("milestones").at(0).at("hub_time").is_null());
  CHECK(trace.at("milestones").at(3).at("wait_s").is_number());
  CHECK(stand.call("GET", "/v1/traces/nosuch").status == 404);
}

TEST_CASE("traces: found by number, posting and SKU; what is not there says which stores are dark", "[api]") {
  ApiStand stand;
  stand.add_sale("1");
  const std::string posting = stand.items("/v1/postings").at(0).at("posting_id");
  for (const std::string& q : {std::string("1"), std::string("trace-1"), posting, std::string("A")}) {
    INFO(q);
    const json found = stand.get("/v1/traces?q=" + q);
    REQUIRE(found.at("items").size() == 1);
    CHECK(found.at("items").at(0).at("correlation_id") == "trace-1");
    CHECK(found.at("items").at(0).at("title") == "Sale 1, till GB-1");
    CHECK(found.at("not_found").is_null());
  }
  json missing = stand.get("/v1/traces?q=nosuch");
  CHECK(missing.at("items").empty());
  CHECK(missing.at("not_found").at("hint") == "Not at the hub. No store is dark.");

  AgentRecord agent;
  agent.agent_id = AgentId("a_1");
  agent.public_key = "key-1";
  agent.location = LocationId("GB");
  stand.agents.put(agent);
  AgentStatus status;
  status.backlog = 212;
  stand.agents.set_status("key-1", status, "1", os::now() - seconds(600));
  missing = stand.get("/v1/traces?q=nosuch");
  CHECK(missing.at("not_found").at("hint") == "Not at the hub. London is dark, 212 unsent.");
  CHECK(missing.at("not_found").at("agents").at(0).at("agent_id") == "a_1");
  agent.agent_id = AgentId("a_2");
  agent.public_key = "key-2";
  stand.agents.put(agent);
  stand.agents.set_status("key-2", status, "1", os::now() - seconds(600));
  CHECK(stand.get("/v1/traces?q=nosuch").at("not_found").at("hint") == "Not at the hub. 2 stores are dark, 424 unsent.");
}

TEST_CASE("search: hits with kind, state and where they lead", "[api]") {
  ApiStand stand;
  stand.add_sale("777");
  const json items = stand.items("/v1/search?q=77");
  REQUIRE(items.size() == 1);
  CHECK(items.at(0).at("kind") == "document");
  CHECK(items.at(0).at("state") == "posting");
  CHECK(items.at(0).at("href") == "/trace/trace-777");
  CHECK(stand.items("/v1/search?q=lond").at(0).at("kind") == "location");
  CHECK(stand.items("/v1/search?q=A&limit=200").at(0).at("kind") == "sku");
}

TEST_CASE("search and traces: texts that are none", "[api]") {
  ApiStand stand;
  const std::string path = GENERATE("/v1/search", "/v1/traces");
  CHECK(stand.call("GET", path).status == 422);
  CHECK(stand.call("GET", path + "?q=").status == 422);
  CHECK(stand.call("GET", path + "?q=" + std::string(200, 'a')).status == 200);
  CHECK(stand.call("GET", path + "?q=" + std::string(201, 'a')).status == 422);
  CHECK(stand.call("GET", path + "?q=a&limit=0").status == 422);
  CHECK(stand.call("GET", path + "?q=a&limit=201").status == 422);
}
