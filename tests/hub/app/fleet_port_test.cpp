#include "hub/app/fleet_port.h"

#include <catch2/catch.hpp>

#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "hub/app/hub_database.h"
#include "hub/fleet/command_store.h"
#include "hub/fleet/fleet_store.h"
#include "hub/fleet/sample_store.h"
#include "hub/masterdata/masterdata_store.h"
#include "hub/outbound/outbound_store.h"
#include "tests/hub/app/temp_folder.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::TempFolder;

namespace {

/// Commits each task at once, in the caller's thread; refuses while it is stopped.
class TaskWriter : public WriterPort {
 public:
  explicit TaskWriter(std::unique_ptr<sql::Connection> connection) : connection_(std::move(connection)) {}
  Result<void> submit(Priority, Command command) override {
    if (is_stopped) return fail(ErrorCode::kShuttingDown, "submit", "stopped");
    const Task& task = std::get<Task>(command);
    ++tasks;
    REQUIRE(connection_->begin());
    const Result<void> applied = task.apply(*connection_, now);
    const Result<void> ended = applied ? connection_->commit() : connection_->rollback();
    REQUIRE(ended);
    if (task.done) task.done(applied);
    return {};
  }
  std::size_t bulk_waiting() const override { return 0; }
  sql::Connection& connection() { return *connection_; }
  bool is_stopped = false;
  int tasks = 0;
  Instant now{1'300'000'000'000'000};

 private:
  std::unique_ptr<sql::Connection> connection_;
};

struct Fleet {
  TempFolder folder;
  TaskWriter writer{std::move(*open_database(folder.path / "hub.db", 4))};
  AgentRegistry agents;
  Metrics metrics;
  AvailabilityCache book;
  FleetPort port{agents, std::move(*open_for_reading(folder.path / "hub.db")), writer, metrics, book, seconds(120)};
  std::string key = std::string(40, 'k');

  Fleet() {
    Location location;
    location.id = LocationId("GB");
    location.name = FreeText("London");
    REQUIRE(put_and_deliver_locations(writer.connection(), {location}, "test", writer.now));
    EnrolmentToken token;
    token.token_id = "et_1";
    token.location = LocationId("GB");
    token.uses_max = 1;
    token.created_at = writer.now;
    token.expires_at = writer.now + seconds(3'600);
    REQUIRE(FleetStore(writer.connection()).add_enrolment_token(token, "secret"));
  }
  Result<std::pair<AgentId, LocationId>> enrol(const std::string& token) {
    Result<std::pair<AgentId, LocationId>> answer = fail(ErrorCode::kInternal, "enrol", "not told");
    port.enrol(key, {token, "till-pc", "1.0"}, [&answer](Result<std::pair<AgentId, LocationId>> told) { answer = std::move(told); });
    return answer;
  }
  /// As a PC of an image asks: with a key of its own.
  Result<std::pair<AgentId, LocationId>> enrol_many(const std::string& pc, const std::string& location, const std::string& till = "") {
    Result<std::pair<AgentId, LocationId>> answer = fail(ErrorCode::kInternal, "enrol", "not told");
    port.enrol(pc + std::string(40 - pc.size(), 'k'), {"many", pc, "1.0", location, till}, [&answer](auto told) { answer = std::move(told); });
    return answer;
  }
  void add_group_token(TokenReach reach, std::int64_t uses_max) {
    EnrolmentToken token;
    token.token_id = "et_many";
    token.reach = reach;
    token.uses_max = uses_max;
    token.created_at = writer.now;
    token.expires_at = writer.now + seconds(3'600);
    REQUIRE(FleetStore(writer.connection()).add_enrolment_token(token, "many"));
  }
  std::int64_t uses() { return FleetStore(writer.connection()).enrolment_token("et_many").value()->uses; }
  std::int64_t open_exceptions(const std::string& code) {
    std::int64_t count = 0;
    REQUIRE(writer.connection().query("SELECT count(*) FROM exception_case WHERE code = $1 AND status = 'open'", {std::string_view(code)},
                                      [&count](const sql::Row& row) { count = row.integer(0); }));
    return count;
  }
  bool says(const std::string& line) { return metrics.text().find("\n" + line + "\n") != std::string::npos; }
  };

}  // namespace

TEST_CASE("fleet port: a key is unknown, then enrolled, then revoked", "[app]") {
  Fleet fleet;
  CHECK(fleet.port.knowledge(fleet.key).standing == AgentStanding::kUnknown);
  CHECK(fleet.port.admits(fleet.key));  // it may enrol
  const auto enrolled = fleet.enrol("secret");
  REQUIRE(enrolled);
  CHECK(enrolled->second == LocationId("GB"));
  const auto knowledge = fleet.port.knowledge(fleet.key);
  CHECK(knowledge.standing == AgentStanding::kActive);
  CHECK(knowledge.agent_id == enrolled->first);
  CHECK(fleet.enrol("secret").value().first == enrolled->first);  // the same key and token again

  const auto revoked = FleetStore(fleet.writer.connection()).revoke(enrolled->first, "Ada", "stolen", fleet.writer.now);
  REQUIRE(revoked);
  fleet.agents.put(*revoked);
  CHECK(fleet.port.knowledge(fleet.key).standing == AgentStanding::kRevoked);
  CHECK_FALSE(fleet.port.admits(fleet.key));
}

TEST_CASE("fleet port: a wrong token enrols nobody and is counted", "[app]") {
  Fleet fleet;
  const auto refused = fleet.enrol("wrong");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kDenied);
  CHECK(fleet.port.knowledge(fleet.key).standing == AgentStanding::kUnknown);
  CHECK(fleet.says("tillsync_frames_refused_total{reason=\"bad_token\"} 1"));
}

TEST_CASE("fleet port: a group token's uses are counted with each enrolment; refusals and repeats spend none", "[app]") {
  Fleet fleet;
  fleet.add_group_token(TokenReach::kKnownLocations, 2);
  const auto unknown = fleet.enrol_many("pc-0", "LEEDS");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().detail.find("no location 'LEEDS'") != std::string::npos);
  CHECK(fleet.uses() == 0);
  const auto first = fleet.enrol_many("pc-1", "GB", "GB-1");
  REQUIRE(first);
  // The hub has committed, the agent has written nothing: it asks again with the key that it has.
  CHECK(fleet.enrol_many("pc-1", "GB", "GB-1").value() == *first);
  CHECK(fleet.uses() == 1);
  const auto same_name = fleet.enrol_many("pc-2", "GB", "GB-1");
  REQUIRE_FALSE(same_name);
  CHECK(same_name.error().detail.find(first->first.value) != std::string::npos);
  REQUIRE(fleet.enrol_many("pc-2", "GB", "GB-2"));
  CHECK(fleet.uses() == 2);
  CHECK_FALSE(fleet.enrol_many("pc-3", "GB", "GB-3"));
  CHECK(fleet.uses() == 2);
  // The PC of till 1 is replaced: its agent is revoked, and the till is free.
  REQUIRE(FleetStore(fleet.writer.connection()).revoke(first->first, "Ada", "broken", fleet.writer.now));
  CHECK(fleet.enrol_many("pc-4", "GB", "GB-1").error().detail.find("used up") != std::string::npos);
}

TEST_CASE("fleet port: a location that a group token makes is known, told of and no exception any more", "[app]") {
  Fleet fleet;
  fleet.add_group_token(TokenReach::kAnyLocation, 2);
  ExceptionRaised raised;
  raised.code = "unknown_location";
  raised.subject = "LEEDS";
  raised.cause_key = "location:LEEDS";
  REQUIRE(raise_exceptions(fleet.writer.connection(), {raised}, fleet.writer.now));
  REQUIRE(fleet.open_exceptions("unknown_location") == 1);
  REQUIRE(fleet.enrol_many("pc-1", "LEEDS"));
  const auto made = MasterdataReader(fleet.writer.connection()).location(LocationId("LEEDS"));
  REQUIRE(made.value());
  CHECK((*made)->name == FreeText("LEEDS"));
  CHECK(fleet.open_exceptions("unknown_location") == 0);
  CHECK(MasterdataReader(fleet.writer.connection()).history(MasterdataKind::kLocation, "LEEDS")->at(0).changed_by == "enrolment token et_many");
  REQUIRE(fleet.enrol_many("pc-2", "LEEDS"));  // it is there now
  CHECK(MasterdataReader(fleet.writer.connection()).history(MasterdataKind::kLocation, "LEEDS")->size() == 1);
}

TEST_CASE("fleet port: while nothing can be written enrolment says so and nothing is known", "[app]") {
  Fleet fleet;
  fleet.writer.is_stopped = true;
  const auto refused = fleet.enrol("secret");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kShuttingDown);
  CHECK(fleet.port.knowledge(fleet.key).standing == AgentStanding::kUnknown);
}

TEST_CASE("fleet port: two machines with one key put the agent into conflict until a person decides", "[app]") {
  Fleet fleet;
  const AgentId id = fleet.enrol("secret").value().first;
  fleet.port.conflict({id, random_fixed<BootId>(), random_fixed<BootId>()});
  CHECK(fleet.port.knowledge(fleet.key).standing == AgentStanding::kConflict);
  const auto history = FleetStore(fleet.writer.connection()).history(id);
  REQUIRE(history);
  CHECK(history->back().what == "conflict");
  CHECK(history->back().detail.find("both alive") != std::string::npos);
  CHECK(fleet.open_exceptions("identity_conflict") == 1);
  fleet.port.conflict({id, random_fixed<BootId>(), random_fixed<BootId>()});
  CHECK(fleet.open_exceptions("identity_conflict") == 1);  // one case, however often it is met
}

TEST_CASE("fleet port: what an agent tells is shown at once and saved when it changed", "[app]") {
  Fleet fleet;
  const AgentId id = fleet.enrol("secret").value().first;
  StatusArrived told;
  told.agent_id = id;
  told.status.backlog = 7;
  told.status.host = "till-pc";
  told.clock_skew = seconds(3);
  fleet.port.status(fleet.key, told, fleet.writer.now);
  CHECK(fleet.agents.status(id)->backlog == 7);
  fleet.port.save_statuses();
  CHECK(FleetStore(fleet.writer.connection()).find(id).value()->status.backlog == 7);
  const int tasks = fleet.writer.tasks;
  fleet.port.save_statuses();
  CHECK(fleet.writer.tasks == tasks);  // nothing new, nothing written
  CHECK(fleet.open_exceptions("clock_skew") == 0);

  told.clock_skew = kClockSkewMax + seconds(1);
  told.status.refused = 1;
  fleet.port.status(fleet.key, told, fleet.writer.now);
  fleet.port.save_statuses();
  CHECK(fleet.open_exceptions("clock_skew") == 1);
  CHECK(fleet.open_exceptions("documents_refused") == 1);
  told.clock_skew = seconds(0);
  fleet.port.status(fleet.key, told, fleet.writer.now);
  fleet.port.save_statuses();
  CHECK(fleet.open_exceptions("clock_skew") == 0);
}

TEST_CASE("fleet port: inbox items are read behind the cursor, and numbered anew when the agent is ahead", "[app]") {
  Fleet fleet;
  const AgentId id = fleet.enrol("secret").value().first;
  const auto items = fleet.port.inbox_items(id, 0);
  REQUIRE(items);
  REQUIRE(items->size() == 1);  // the location
  fleet.port.inbox_delivered(id, items->back().no);
  CHECK(OutboundStore(fleet.writer.connection()).acknowledged(id).value() == items->back().no);
  CHECK(fleet.port.inbox_items(id, items->back().no)->empty());
  CHECK(fleet.port.inbox_items(AgentId{"a_nosuch"}, 0)->empty());

  // A hub that was restored from a backup gave out numbers that it does not know any more.
  const std::uint64_t ahead = items->back().no + 50;
  int renumbered = 0;
  fleet.port.connected({id, random_fixed<BootId>(), "1.0", ahead, false}, [&] { ++renumbered; });
  const auto again = fleet.port.inbox_items(id, ahead);
  REQUIRE(again);
  CHECK(again->size() == 1);
  CHECK(again->back().no > ahead);
  CHECK(renumbered == 1);  // or the session, which has found nothing, would not look again
  const int tasks = fleet.writer.tasks;
  fleet.port.connected({id, random_fixed<BootId>(), "1.0", ahead, false}, [&] { ++renumbered; });
  CHECK(fleet.writer.tasks == tasks);
  CHECK(renumbered == 1);
}

TEST_CASE("fleet port: the first agent that knows more than a restored hub makes every item come again, once", "[app]") {
  Fleet fleet;
  const AgentId id = fleet.enrol("secret").value().first;
  const std::uint64_t seen = fleet.port.inbox_items(id, 0)->back().no;
  fleet.writer.now = fleet.writer.now + seconds(60);
  int renumbered = 0;
  const auto connect = [&] { fleet.port.connected({id, random_fixed<BootId>(), "1.0", seen, true}, [&] { ++renumbered; }); };
  fleet.writer.is_stopped = true;
  connect();
  CHECK(renumbered == 0);
  fleet.writer.is_stopped = false;
  connect();  // what failed is done by the next
  CHECK(renumbered == 1);
  CHECK(fleet.port.inbox_items(id, seen)->size() == 1);
  connect();
  CHECK(renumbered == 1);
}

TEST_CASE("fleet port: an epoch that is not known is no error", "[app]") {
  Fleet fleet;
  const AgentId id = fleet.enrol("secret").value().first;
  const auto position = fleet.port.epoch(id, random_fixed<EpochId>());
  REQUIRE(position);
  CHECK_FALSE(*position);
}

TEST_CASE("fleet port: a command is open until its result is recorded, the first one", "[app]") {
  Fleet fleet;
  const auto enrolled = fleet.enrol("secret");
  REQUIRE(enrolled);
  AgentCommand command;
  command.command_id = "k-1";
  command.agent_id = enrolled->first;
  command.name = "verify";
  command.arguments = "{}";
  command.created_at = fleet.writer.now;
  command.expires_at = fleet.writer.now + kCommandLifetime;
  REQUIRE(CommandStore(fleet.writer.connection()).add(command));
  REQUIRE(fleet.port.open_commands(enrolled->first, fleet.writer.now)->size() == 1);
  fleet.port.commands_sent({"k-1"});
  CHECK((*CommandStore(fleet.writer.connection()).find("k-1"))->status == CommandStatus::kSent);
  fleet.port.command_result(enrolled->first, {"k-1", true, R"({"n":1})"});
  fleet.port.command_result(enrolled->first, {"k-1", false, "{}"});
  const auto kept = *CommandStore(fleet.writer.connection()).find("k-1");
  CHECK(kept->status == CommandStatus::kDone);
  CHECK(kept->result == R"({"n":1})");
  CHECK(fleet.port.open_commands(enrolled->first, fleet.writer.now)->empty());
}

TEST_CASE("fleet port: an answer that is too long is not kept, at the limit it is", "[app]") {
  Fleet fleet;
  const auto enrolled = fleet.enrol("secret");
  for (const auto& [id, bytes] : {std::pair{"k-1", kCommandResultBytesMax}, {"k-2", kCommandResultBytesMax + 1}}) {
    AgentCommand command;
    command.command_id = id;
    command.agent_id = enrolled->first;
    command.name = "send_logs";
    command.arguments = "{}";
    command.created_at = fleet.writer.now;
    command.expires_at = fleet.writer.now + kCommandLifetime;
    REQUIRE(CommandStore(fleet.writer.connection()).add(command));
    fleet.port.command_result(enrolled->first, {id, true, Bytes(bytes, 'x')});
  }
  CHECK((*CommandStore(fleet.writer.connection()).find("k-1"))->status == CommandStatus::kDone);
  CHECK((*CommandStore(fleet.writer.connection()).find("k-2"))->status == CommandStatus::kFailed);
}

TEST_CASE("fleet port: nobody's answer for a day closes a command", "[app]") {
  Fleet fleet;
  const auto enrolled = fleet.enrol("secret");
  AgentCommand command;
  command.command_id = "k-1";
  command.agent_id = enrolled->first;
  command.name = "verify";
  command.arguments = "{}";
  command.created_at = fleet.writer.now;
  command.expires_at = fleet.writer.now + kCommandLifetime;
  REQUIRE(CommandStore(fleet.writer.connection()).add(command));
  fleet.writer.now = fleet.writer.now + kCommandLifetime;
  fleet.port.expire_commands();
  CHECK((*CommandStore(fleet.writer.connection()).find("k-1"))->status == CommandStatus::kExpired);
}

TEST_CASE("fleet port: one sample each five minutes of agents that were heard, and their history tells of configurations", "[app]") {
  Fleet fleet;
  const auto enrolled = fleet.enrol("secret");
  StatusArrived told;
  told.agent_id = enrolled->first;
  told.status.backlog = 7;
  told.status.disk_total_bytes = 1'000;
  fleet.port.status(fleet.key, told, fleet.writer.now);
  fleet.port.save_samples(fleet.writer.now);
  fleet.port.save_samples(fleet.writer.now + seconds(1));  // the same five minutes
  const std::int64_t slot = sample_slot(fleet.writer.now);
  const auto samples = SampleStore(fleet.writer.connection()).read(enrolled->first, slot - 10, slot + 10);
  REQUIRE(samples->size() == 1);
  CHECK(samples->front().sample.backlog == 7);
  fleet.port.save_samples(fleet.writer.now + seconds(2 * kSampleSeconds));  // it was not heard since
  CHECK(SampleStore(fleet.writer.connection()).read(enrolled->first, slot - 10, slot + 10)->size() == 1);
  told.status.config_revision = 3;
  told.status.config_item = 50;
  fleet.port.status(fleet.key, told, fleet.writer.now);
  fleet.port.save_statuses();
  fleet.port.save_statuses();
  CHECK(FleetStore(fleet.writer.connection()).history(enrolled->first)->back().what == "config_taken");
  told.status.config_item = 51;
  told.status.config_error = "no room";
  fleet.port.status(fleet.key, told, fleet.writer.now);
  fleet.port.save_statuses();
  const auto history = *FleetStore(fleet.writer.connection()).history(enrolled->first);
  CHECK(history.back().what == "config_refused");
  CHECK(history.back().detail == "no room");
  CHECK((*FleetStore(fleet.writer.connection()).find(enrolled->first))->status.config_error == "no room");
}

TEST_CASE("fleet port: both machines of a conflict are kept, also for the next start", "[app]") {
  Fleet fleet;
  const auto enrolled = fleet.enrol("secret");
  IdentityConflict conflict;
  conflict.agent_id = enrolled->first;
  conflict.current.data[0] = 'x';
  conflict.other.data[0] = 'b';
  conflict.machines = {{conflict.current, "till-1", "1", "10.0.0.7", fleet.writer.now}, {conflict.other, "", "1", "10.0.0.9", fleet.writer.now}};
  fleet.port.conflict(conflict);
  fleet.port.machine_seen({enrolled->first, {conflict.other, "", "1", "10.0.0.9", fleet.writer.now + seconds(60)}});
  const auto view = fleet.agents.view(enrolled->first, fleet.writer.now);
  REQUIRE(view->machines.size() == 2);
  CHECK(view->state == AgentState::kConflict);
  CHECK(view->machines[1].last_seen == fleet.writer.now + seconds(60));
  CHECK(view->conflict_since == fleet.writer.now);
  AgentRegistry started;
  FleetStore store(fleet.writer.connection());
  REQUIRE(started.load(store));
  CHECK(started.view(enrolled->first, fleet.writer.now)->machines.size() == 2);
}

namespace {

struct KeyChangePort : Fleet {
  AgentId id = enrol("secret").value().first;
  std::string next = std::string(40, 'n');

  void command(const std::string& command_id) {
    AgentCommand command;
    command.command_id = command_id;
    command.agent_id = id;
    command.name = kRotateKeysCommand;
    command.arguments = "{}";
    command.created_at = writer.now;
    command.expires_at = writer.now + kCommandLifetime;
    REQUIRE(CommandStore(writer.connection()).add(command));
  }
  StockAnswer offer(const std::string& command_id, const std::string& offered) {
    StockAnswer told;
    port.offer_key(id, R"({"command_id":")" + command_id + R"(","public_key":")" + offered + "\"}", [&told](StockAnswer answer) { told = std::move(answer); });
    return told;
  }
  AgentStanding standing(const std::string& asked) { return port.knowledge(asked).standing; }
  CommandStatus status(const std::string& command_id) { return CommandStore(writer.connection()).find(command_id).value()->status; }
  /// What the hub knows after a start.
  void start_again() {
    FleetStore store(writer.connection());
    REQUIRE(agents.load(store));
  }
};

}  // namespace

TEST_CASE("fleet port: both keys are good until the new one was used, then only that one; a start at any step changes nothing", "[app]") {
  const bool starts = GENERATE(false, true);
  KeyChangePort fleet;
  const auto step = [&] {
    if (starts) fleet.start_again();
  };
  fleet.command("k-1");
  CHECK(fleet.standing(fleet.next) == AgentStanding::kUnknown);
  CHECK(fleet.offer("k-1", fleet.next).status == 200);
  step();
  CHECK(fleet.standing(fleet.key) == AgentStanding::kActive);
  CHECK(fleet.standing(fleet.next) == AgentStanding::kActive);
  CHECK(fleet.port.knowledge(fleet.next).agent_id == fleet.id);
  CHECK(fleet.offer("k-1", fleet.next).status == 200);  // its answer was lost
  fleet.port.key_used(fleet.id, fleet.key);             // a session by the old one
  CHECK(fleet.standing(fleet.key) == AgentStanding::kActive);
  CHECK(fleet.status("k-1") != CommandStatus::kDone);
  step();
  fleet.port.key_used(fleet.id, fleet.next);
  step();
  CHECK(fleet.standing(fleet.key) == AgentStanding::kReplaced);
  CHECK(fleet.port.knowledge(fleet.key).agent_id == fleet.id);
  CHECK(fleet.port.admits(fleet.key));
  CHECK(fleet.standing(fleet.next) == AgentStanding::kActive);
  CHECK(fleet.status("k-1") == CommandStatus::kDone);  // in the same commit
  const int tasks = fleet.writer.tasks;
  fleet.port.key_used(fleet.id, fleet.next);  // each status says it again
  CHECK(fleet.writer.tasks == tasks);
  fleet.port.command_result(fleet.id, {"k-1", false, "{}"});
  CHECK(fleet.status("k-1") == CommandStatus::kDone);
}

TEST_CASE("fleet port: while nothing can be written both keys stay as they were, and the agent is told to come again", "[app]") {
  KeyChangePort fleet;
  fleet.command("k-1");
  fleet.writer.is_stopped = true;
  CHECK(fleet.offer("k-1", fleet.next).status == 503);
  CHECK(fleet.standing(fleet.next) == AgentStanding::kUnknown);
  fleet.writer.is_stopped = false;
  REQUIRE(fleet.offer("k-1", fleet.next).status == 200);
  fleet.writer.is_stopped = true;
  fleet.port.key_used(fleet.id, fleet.next);
  CHECK(fleet.standing(fleet.key) == AgentStanding::kActive);
  CHECK(fleet.standing(fleet.next) == AgentStanding::kActive);
  fleet.writer.is_stopped = false;
  fleet.port.key_used(fleet.id, fleet.next);
  CHECK(fleet.standing(fleet.key) == AgentStanding::kReplaced);
}

TEST_CASE("fleet port: the agent's word that its keys are changed replaces the old one in the commit that says done", "[app]") {
  KeyChangePort fleet;
  fleet.command("k-1");
  REQUIRE(fleet.offer("k-1", fleet.next).status == 200);
  SECTION("it is done") {
    fleet.port.command_result(fleet.id, {"k-1", true, "{}"});
    CHECK(fleet.standing(fleet.key) == AgentStanding::kReplaced);
    CHECK(fleet.status("k-1") == CommandStatus::kDone);
  }
  SECTION("it failed") {
    fleet.port.command_result(fleet.id, {"k-1", false, "{}"});
    CHECK(fleet.standing(fleet.key) == AgentStanding::kActive);
    CHECK(fleet.status("k-1") == CommandStatus::kFailed);
  }
}

TEST_CASE("fleet port: an offer that is not asked for, is another's, or is none is refused with a reason", "[app]") {
  KeyChangePort fleet;
  CHECK(fleet.offer("k-1", fleet.next).status == 409);
  CHECK(fleet.offer("k-1", "short").status == 422);
  fleet.command("k-1");
  REQUIRE(fleet.offer("k-1", fleet.next).status == 200);
  const StockAnswer second = fleet.offer("k-1", std::string(40, 'm'));
  CHECK(second.status == 409);
  CHECK(second.body.find("two machines") != std::string::npos);
  CHECK(fleet.standing(std::string(40, 'm')) == AgentStanding::kUnknown);
}

TEST_CASE("fleet port: revoking takes both keys of a change", "[app]") {
  KeyChangePort fleet;
  fleet.command("k-1");
  REQUIRE(fleet.offer("k-1", fleet.next).status == 200);
  const auto revoked = FleetStore(fleet.writer.connection()).revoke(fleet.id, "Ada", "stolen", fleet.writer.now);
  REQUIRE(revoked);
  fleet.agents.put(*revoked);
  for (const std::string& asked : {fleet.key, fleet.next}) {
    CHECK(fleet.standing(asked) == AgentStanding::kRevoked);
    CHECK_FALSE(fleet.port.admits(asked));
  }
}
