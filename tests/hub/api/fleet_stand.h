// An API stand with enrolled agents, for the tests of the fleet's routes.
#pragma once

#include <string>

#include "tests/hub/api/api_stand.h"

namespace tillsync::hub::test {

struct FleetStand : ApiStand {
  FleetStand() {
    for (const char* body : {R"({"id":"GB","name":"London, High Street","group":"pilot"})", R"({"id":"FR","name":"Paris","group":"rest"})"})
      REQUIRE(call("PUT", std::string("/v1/locations/") + std::string(body).substr(7, 2), body).status == 200);
  }
  /// The agent's id; its key is `key`.
  std::string enrol(const std::string& key, const std::string& location = "GB") {
    const std::string token = json::parse(call("POST", "/v1/enrolment-tokens", json{{"location", location}}.dump()).body).at("token");
    std::string id;
    write([&](sql::Connection& connection) -> Result<void> {
      TS_ASSIGN_OR_RETURN(const auto decision, FleetStore(connection).enrol({key, "till pc", "0.1.0"}, token, os::now()));
      REQUIRE(decision.is_granted());
      id = decision.agent.agent_id.value;
      agents.put(decision.agent);
      return {};
    });
    return id;
  }
  void tells(const std::string& key, std::int64_t backlog, const std::string& version = "0.1.0", std::int64_t config_revision = 0, std::int64_t config_item = 0) {
    AgentStatus said;
    said.backlog = backlog;
    said.disk_free_bytes = 5'000;
    said.disk_total_bytes = 9'000;
    said.config_revision = config_revision;
    said.config_item = config_item;
    agents.set_status(key, said, version, os::now());
  }
  json post(const std::string& path, const json& body, int status) {
    const HttpAnswer answer = call("POST", path, body.dump());
    INFO(path << ": " << answer.body);
    REQUIRE(answer.status == status);
    return json::parse(answer.body);
  }
};

}  // namespace tillsync::hub::test
