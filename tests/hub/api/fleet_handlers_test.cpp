// /v1/agents and /v1/enrolment-tokens.
#include <catch2/catch.hpp>

#include "hub/exceptions/exception_store.h"
#include "hub/fleet/sample_store.h"
#include "tests/hub/api/fleet_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using tillsync::hub::test::FleetStand;
using nlohmann::json;

namespace {

std::string create_token(ApiStand& stand) {
  REQUIRE(stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})").status == 200);
  return json::parse(stand.call("POST", "/v1/enrolment-tokens", R"({"location":"GB"})").body).at("token");
}

std::string enrol(ApiStand& stand, const std::string& token) {
  std::string id;
  stand.write([&](sql::Connection& connection) -> Result<void> {
    TS_ASSIGN_OR_RETURN(const auto decision, FleetStore(connection).enrol({"key-1", "till pc", "0.1.0"}, token, os::now()));
    REQUIRE(decision.is_granted());
    id = decision.agent.agent_id.value;
    stand.agents.put(decision.agent);
    return {};
  });
  return id;
}

}  // namespace

TEST_CASE("enrolment tokens: shown once, listed without their secret", "[api]") {
  ApiStand stand;
  const std::string token = create_token(stand);
  const auto list = stand.call("GET", "/v1/enrolment-tokens");
  CHECK(list.body.find(token) == std::string::npos);
  const json row = json::parse(list.body).at("items").at(0);
  CHECK(row.at("uses") == 0);
  CHECK(row.at("uses_max") == 1);
  CHECK(row.at("created_by") == "administrator");
  enrol(stand, token);
  CHECK(stand.items("/v1/enrolment-tokens").at(0).at("uses") == 1);
}

TEST_CASE("enrolment tokens: the secret is nowhere in the database, and a repeat does not tell it", "[api]") {
  ApiStand stand;
  REQUIRE(stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})").status == 200);
  const std::vector<std::string> key = {"Idempotency-Key: once"};
  const auto first = stand.call("POST", "/v1/enrolment-tokens", R"({"location":"GB"})", "operator", key);
  const std::string token = json::parse(first.body).at("token");
  const auto again = stand.call("POST", "/v1/enrolment-tokens", R"({"location":"GB"})", "operator", key);
  CHECK(again.status == 201);
  CHECK(json::parse(again.body).at("id") == json::parse(first.body).at("id"));
  CHECK(again.body.find(token) == std::string::npos);
  std::string bytes;
  for (const auto& file : std::filesystem::directory_iterator(stand.folder())) {
    if (!file.path().filename().string().starts_with("hub.db")) continue;
    std::ifstream stream(file.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(stream), {});
  }
  CHECK(bytes.find(json::parse(first.body).at("id").get<std::string>()) != std::string::npos);  // it was looked for in the right place
  CHECK(bytes.find(token) == std::string::npos);
}

TEST_CASE("enrolment tokens: bounds and unknown locations are refused", "[api]") {
  ApiStand stand;
  create_token(stand);
  const auto status = [&](const json& body) { return stand.call("POST", "/v1/enrolment-tokens", body.dump()).status; };
  CHECK(status({{"location", "XX"}}) == 422);
  CHECK(status({{"location", 7}}) == 422);
  CHECK(status(json::object()) == 422);
  for (const char* name : {"uses", "valid_s"}) {
    const std::int64_t max = std::string(name) == "uses" ? 100'000 : 365 * 86'400;
    CHECK(status({{"location", "GB"}, {name, 0}}) == 422);
    CHECK(status({{"location", "GB"}, {name, max + 1}}) == 422);
    CHECK(status({{"location", "GB"}, {name, "1"}}) == 422);
    CHECK(status({{"location", "GB"}, {name, max}}) == 201);
  }
}

TEST_CASE("enrolment tokens: the secret is in the first answer, and in no table", "[api]") {
  ApiStand stand;
  REQUIRE(stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})").status == 200);
  const std::vector<std::string> again = {"Idempotency-Key: the-same"};
  const json first = json::parse(stand.call("POST", "/v1/enrolment-tokens", R"({"reach":"known"})", "administrator", again).body);
  const auto repeat = stand.call("POST", "/v1/enrolment-tokens", R"({"reach":"known"})", "administrator", again);
  CHECK(repeat.status == 201);
  CHECK(json::parse(repeat.body).at("id") == first.at("id"));
  for (const char* name : {"token", "command", "answer_file", "qr_svg"}) {
    CHECK(first.contains(name));
    CHECK_FALSE(json::parse(repeat.body).contains(name));
  }
  const auto connection = stand.context().reads.borrow();
  std::vector<std::string> tables;
  REQUIRE(connection->query("SELECT name FROM sqlite_schema WHERE type = 'table'", {}, [&](const sql::Row& row) { tables.emplace_back(row.text(0)); }));
  CHECK(tables.size() > 20);
  for (const std::string& table : tables) {
    std::vector<std::string> columns;
    REQUIRE(connection->query("SELECT name FROM pragma_table_info('" + table + "')", {}, [&](const sql::Row& row) { columns.emplace_back(row.text(0)); }));
    for (const std::string& column : columns) {
      std::int64_t found = 0;
      REQUIRE(connection->query("SELECT count(*) FROM \"" + table + "\" WHERE instr(CAST(\"" + column + "\" AS TEXT), $1) > 0", {std::string_view(first.at("token").get_ref<const std::string&>())},
                                [&](const sql::Row& row) { found = row.integer(0); }));
      INFO(table << "." << column);
      CHECK(found == 0);
    }
  }
}

TEST_CASE("enrolment tokens: one for many locations names its reach; contradictions are refused", "[api]") {
  ApiStand stand;
  REQUIRE(stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})").status == 200);
  const auto made = [&](const json& body, const std::string& caller = "administrator") { return stand.call("POST", "/v1/enrolment-tokens", body.dump(), caller); };
  const json known = json::parse(made({{"reach", "known"}, {"group", "stores"}, {"uses", 7}}).body);
  CHECK(known.at("location").is_null());
  CHECK(known.at("reach") == "known");
  CHECK(known.at("group") == "stores");
  CHECK(known.at("uses_max") == 7);
  CHECK(known.at("answer_file").get<std::string>().find("token = \"" + known.at("token").get<std::string>()) != std::string::npos);
  CHECK(made({{"reach", "any"}}).status == 201);
  CHECK(made({{"reach", "one"}, {"location", "GB"}}).status == 201);
  for (const json& body : {json{{"reach", "some"}}, json{{"reach", 1}}, json{{"reach", "one"}}, json{{"reach", "known"}, {"location", "GB"}}, json{{"reach", "known"}, {"location", 7}},
                           json{{"location", "GB"}, {"group", "stores"}}, json{{"reach", "any"}, {"group", ""}}, json{{"reach", "any"}, {"group", std::string(101, 'g')}}, json{{"reach", "any"}, {"group", 1}}}) {
    INFO(body.dump());
    CHECK(made(body).status == 422);
  }
  CHECK(made({{"reach", "any"}, {"group", std::string(100, 'g')}}).status == 201);
  CHECK(made({{"reach", "known"}}, "viewer").status == 403);
}

TEST_CASE("enrolment tokens: revoked once, with who and why; the secret is good for nothing then", "[api]") {
  ApiStand stand;
  const std::string token = create_token(stand);
  const std::string id = stand.items("/v1/enrolment-tokens").at(0).at("id");
  CHECK(stand.call("POST", "/v1/enrolment-tokens/" + id + "/revoke", "{}", "viewer").status == 403);
  CHECK(stand.call("POST", "/v1/enrolment-tokens/" + id + "/revoke", "[]").status == 422);
  const json revoked = json::parse(stand.call("POST", "/v1/enrolment-tokens/" + id + "/revoke", R"({"reason":"the image is lost"})").body);
  CHECK_FALSE(revoked.at("revoked_at").is_null());
  const json again = json::parse(stand.call("POST", "/v1/enrolment-tokens/" + id + "/revoke", "").body);
  CHECK(again.at("revoked_at") == revoked.at("revoked_at"));
  CHECK(stand.call("POST", "/v1/enrolment-tokens/t_none/revoke", "{}").status == 404);
  stand.write([&](sql::Connection& connection) -> Result<void> {
    TS_ASSIGN_OR_RETURN(const auto decision, FleetStore(connection).enrol({"key-9", "till pc", "0.1.0"}, token, os::now()));
    CHECK(decision.status == EnrolmentStatus::kTokenRevoked);
    return {};
  });
  std::int64_t recorded = 0;
  REQUIRE(stand.context().reads.borrow()->query("SELECT count(*) FROM audit_record WHERE object = $1 AND reason = 'the image is lost'", {std::string_view("enrolment-tokens/" + id)},
                                      [&](const sql::Row& row) { recorded = row.integer(0); }));
  CHECK(recorded == 1);
}

TEST_CASE("agents: listed and shown with what they last said; revoked at once, with who and why", "[api]") {
  ApiStand stand;
  const std::string id = enrol(stand, create_token(stand));
  CHECK(stand.items("/v1/agents").at(0).at("status") == "waiting");
  AgentStatus said;
  said.backlog = 12;
  stand.agents.set_status("key-1", said, "0.1.0", os::now());
  const json agent = stand.get("/v1/agents/" + id);
  CHECK(agent.at("status") == "online");
  CHECK(agent.at("backlog") == 12);
  CHECK(stand.items("/v1/agents?location=FR").empty());
  CHECK(stand.call("POST", "/v1/agents/" + id + "/revoke", R"({"reason":7})").status == 200);
  CHECK(!stand.agents.admits("key-1"));
  CHECK(stand.get("/v1/agents/" + id).at("status") == "revoked");
  CHECK(stand.get("/v1/agents/" + id).at("history").back().at("who") == "administrator");
  CHECK(stand.call("GET", "/v1/agents/a_nosuch").status == 404);
  CHECK(stand.call("POST", "/v1/agents/a_nosuch/revoke", "{}").status == 404);
  CHECK(stand.call("POST", "/v1/agents/" + id + "/revoke", json{{"reason", std::string(1'001, 'r')}}.dump()).status == 422);
}

TEST_CASE("agents: one in identity conflict syncs again once a person has released it", "[api]") {
  ApiStand stand;
  const std::string id = enrol(stand, create_token(stand));
  CHECK(stand.call("POST", "/v1/agents/" + id + "/heal", "{}").status == 200);  // it is in none: nothing to do, nothing recorded
  CHECK(stand.get("/v1/agents/" + id).at("history").back().at("what") == "enrolled");
  stand.write([&](sql::Connection& connection) -> Result<void> {
    TS_ASSIGN_OR_RETURN(const auto record, FleetStore(connection).record_conflict(AgentId(id), "two boots", os::now()));
    stand.agents.put(record);
    ExceptionRaised raised;
    raised.code = "identity_conflict";
    raised.subject = id;
    return raise_exceptions(connection, {raised}, os::now());
  });
  CHECK(stand.get("/v1/agents/" + id).at("status") == "conflict");
  CHECK(stand.call("POST", "/v1/agents/" + id + "/heal", "{}", "operator").status == 403);
  const auto healed = stand.call("POST", "/v1/agents/" + id + "/heal", R"({"reason":"the copy is off"})");
  CHECK(healed.status == 200);
  CHECK(stand.agents.by_key("key-1")->standing == Standing::kActive);
  const json last = stand.get("/v1/agents/" + id).at("history").back();
  CHECK(last.at("what") == "healed");
  CHECK(last.at("who") == "administrator");
  CHECK(stand.items("/v1/exceptions?code=identity_conflict&status=open").empty());
  CHECK(stand.call("POST", "/v1/agents/a_nosuch/heal", "{}").status == 404);
  REQUIRE(stand.call("POST", "/v1/agents/" + id + "/revoke", "{}").status == 200);
  CHECK(stand.call("POST", "/v1/agents/" + id + "/heal", "{}").status == 409);  // revoked is for good
}

TEST_CASE("agents: filtered, sorted and paged over all of them, not over a page", "[api]") {
  FleetStand stand;
  const std::string one = stand.enrol("key-1"), two = stand.enrol("key-2"), three = stand.enrol("key-3", "FR"), four = stand.enrol("key-4", "FR");
  stand.tells("key-1", 5);
  stand.tells("key-2", 50, "0.2.0");
  stand.tells("key-3", 20);
  const auto ids = [&](const std::string& query) {
    std::vector<std::string> found;
    for (const json& item : stand.items("/v1/agents?" + query)) found.push_back(item.at("id"));
    return found;
  };
  CHECK(ids("sort=-backlog") == std::vector<std::string>{two, three, one, four});
  CHECK(ids("sort=-backlog&group=pilot") == std::vector<std::string>{two, one});
  CHECK(ids("state=waiting") == std::vector<std::string>{four});
  CHECK(ids("state=waiting,online").size() == 4);
  CHECK(ids("version=0.2.0") == std::vector<std::string>{two});
  CHECK(ids("q=paris&sort=-backlog") == std::vector<std::string>{three, four});
  CHECK(ids("location=FR&q=london").empty());
  CHECK(ids("dark_for=3600").empty());
  const json first = stand.get("/v1/agents?sort=-backlog&limit=2");
  CHECK(first.at("items").size() == 2);
  const json second = stand.get("/v1/agents?sort=-backlog&limit=2&after=" + first.at("next").get<std::string>());
  CHECK(second.at("items").at(0).at("id") == one);
  CHECK(second.at("next").is_null());
  const json item = stand.get("/v1/agents?q=" + two).at("items").at(0);
  CHECK(item.at("location_name") == "London, High Street");
  CHECK(item.at("group") == "pilot");
  CHECK(item.at("disk_total_bytes") == 9'000);
  CHECK(item.at("revision").is_null());
  for (const char* wrong : {"sort=colour", "state=asleep", "dark_for=0", "dark_for=x", "after=nonsense", "limit=0"})
    CHECK(stand.call("GET", std::string("/v1/agents?") + wrong).status == 422);
  CHECK(stand.call("GET", "/v1/agents?q=" + std::string(200, 'x')).status == 200);
  CHECK(stand.call("GET", "/v1/agents?q=" + std::string(201, 'x')).status == 422);
}

TEST_CASE("agents: the summary has the list's filters", "[api]") {
  FleetStand stand;
  stand.enrol("key-1");
  stand.enrol("key-2", "FR");
  stand.tells("key-1", 5);
  const json all = stand.get("/v1/agents/summary");
  CHECK(all.at("all") == 2);
  CHECK(all.at("backlog") == 5);
  CHECK(all.at("by_state") == json{{"online", 1}, {"waiting", 1}});
  CHECK(all.at("groups") == json{{"pilot", 1}, {"rest", 1}});
  CHECK(stand.get("/v1/agents/summary?group=rest").at("all") == 1);
  CHECK(stand.call("GET", "/v1/agents/summary?state=asleep").status == 422);
}

TEST_CASE("agents: samples of the last day, with gaps where it was not heard", "[api]") {
  FleetStand stand;
  const std::string id = stand.enrol("key-1");
  const std::int64_t now_slot = sample_slot(os::now());
  stand.write([&](sql::Connection& connection) -> Result<void> {
    TS_RETURN_IF_ERROR(connection.run("UPDATE agent SET enrolled_at = $1", {slot_start(now_slot - 10).micros}));
    TS_RETURN_IF_ERROR(SampleStore(connection).write(now_slot - 2, std::vector<AgentSample>{{AgentId(id), 7, 60, Duration{}, 1'000}}));
    TS_ASSIGN_OR_RETURN(const auto row, FleetStore(connection).find(AgentId(id)));
    stand.agents.put(row->agent);
    return {};
  });
  const json items = stand.items("/v1/agents/" + id + "/samples");
  REQUIRE(items.size() >= 10);
  const auto heard = std::ranges::count_if(items, [](const json& item) { return item.at("online") == true; });
  CHECK(heard == 1);
  CHECK(stand.items("/v1/agents/" + id + "/samples?hours=1").size() <= 12);
  CHECK(stand.call("GET", "/v1/agents/" + id + "/samples?hours=24").status == 200);
  CHECK(stand.call("GET", "/v1/agents/" + id + "/samples?hours=25").status == 422);
  CHECK(stand.call("GET", "/v1/agents/a_nosuch/samples").status == 404);
}

TEST_CASE("agents: both machines of a conflict are shown while it lasts", "[api]") {
  FleetStand stand;
  const std::string id = stand.enrol("key-1");
  CHECK(stand.get("/v1/agents/" + id).at("conflict").is_null());
  stand.write([&](sql::Connection& connection) -> Result<void> {
    TS_ASSIGN_OR_RETURN(const auto record, FleetStore(connection).record_conflict(AgentId(id), "two boots", os::now()));
    stand.agents.put_conflict(AgentId(id), {{"aa", "till-1", "0.1.0", "10.0.0.7", os::now()}, {"bb", "till-1", "0.1.0", "10.0.0.9", os::now()}}, os::now());
    stand.agents.put(record);
    return {};
  });
  const json conflict = stand.get("/v1/agents/" + id).at("conflict");
  REQUIRE(conflict.at("machines").size() == 2);
  CHECK(conflict.at("machines").at(1).at("address") == "10.0.0.9");
  REQUIRE(stand.call("POST", "/v1/agents/" + id + "/heal", "{}").status == 200);
  CHECK(stand.get("/v1/agents/" + id).at("conflict").is_null());
}

TEST_CASE("enrolment tokens: the line for the PC and its QR code are in the first answer only", "[api]") {
  FleetStand stand;
  const json made = stand.post("/v1/enrolment-tokens", {{"location", "GB"}, {"uses", 200}}, 201);
  const std::string secret = made.at("token");
  CHECK(made.at("command") == "tillsync-agent enroll --hub tcp://hub:7001 --hub-key '" + std::string(40, 'k') + "' --token " + secret + " --data /var/lib/tillsync/agent");
  CHECK(made.at("qr_svg").get<std::string>().starts_with("<svg"));
  const auto list = stand.call("GET", "/v1/enrolment-tokens");
  CHECK(list.body.find("qr_svg") == std::string::npos);
  CHECK(list.body.find(secret) == std::string::npos);
}
