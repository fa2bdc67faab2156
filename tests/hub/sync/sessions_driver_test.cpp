// Commands on their way, in a time that the test makes. What else the driver does is tested through the loop and the simulator.
#include "hub/sync/sessions_driver.h"

#include <catch2/catch.hpp>

#include "common/sync/chain.h"

namespace tillsync::hub {
namespace {

struct DriverRegistry : RegistryPort {
  bool admits(std::string_view) override { return true; }
  AgentKnowledge knowledge(std::string_view key) override {
    if (key == "unknown") return {};
    return {key == "replaced" ? AgentStanding::kReplaced : AgentStanding::kActive, AgentId{"a_1"}, LocationId{"GB"}};
  }
  Result<std::optional<EpochPosition>> epoch(const AgentId&, const EpochId&) override { return std::optional<EpochPosition>{}; }
  void enrol(const std::string& key, const EnrollRequested&, EnrolDone done) override {
    enrolled.push_back(key);
    done(std::pair{AgentId{"a_1"}, LocationId{"GB"}});
  }
  void seen(std::string_view key, Instant) override { heard.emplace_back(key); }
  void status(std::string_view key, const StatusArrived&, Instant) override { statuses.emplace_back(key); }
  void offer_key(const AgentId& agent_id, BytesView body, OfferDone done) override { done({200, agent_id.value + " offers " + std::string(body)}); }
  void key_used(const AgentId&, std::string_view key) override { used.emplace_back(key); }
  void conflict(const IdentityConflict&) override {}
  StockAnswer availability(const LocationId&, BytesView, Instant) override { return {}; }
  Result<std::vector<wire::InboxItem>> inbox_items(const AgentId&, std::uint64_t) override { return std::vector<wire::InboxItem>{}; }
  void inbox_delivered(const AgentId&, std::uint64_t) override {}
  void connected(const Connected&, std::function<void()>) override {}
  Result<std::vector<wire::Command>> open_commands(const AgentId&, Instant) override {
    ++asked;
    if (is_broken) return fail(ErrorCode::kIo, "read commands", "disk");
    return open;
  }
  void commands_sent(std::vector<std::string> ids) override { sent.insert(sent.end(), ids.begin(), ids.end()); }
  void command_result(const AgentId&, const wire::CommandResult& result) override {
    std::erase_if(open, [&](const wire::Command& command) { return command.command_id == result.command_id; });
  }
  std::vector<wire::Command> open;
  std::vector<std::string> sent, enrolled, heard, statuses, used;
  bool is_broken = false;
  int asked = 0;
};

struct NoWriter : WriterPort {
  Result<void> submit(Priority, Command command) override {
    if (!is_open) return fail(ErrorCode::kShuttingDown, "submit", "none");
    waiting.push_back(std::move(command));
    return {};
  }
  void commit() {
    for (Command& command : std::exchange(waiting, {})) std::get<CommitDocuments>(command).done(std::vector<DocumentOutcome>{});
  }
  bool is_open = false;
  std::vector<Command> waiting;
  std::size_t bulk_waiting() const override { return 0; }
};

struct DriverStand {
  DriverRegistry registry;
  NoWriter writer;
  std::vector<std::string> told;  // commands, on the control lane
  std::vector<std::pair<Bytes, wire::Message>> said;
  Duration now = seconds(1'000);
  std::uint64_t hellos = 0;
  SessionsDriver driver{{{}, 0, [] { return std::uint64_t{1}; }}, registry, writer,
                        [this](const Bytes& connection, const Bytes& frame) {
                          const auto message = wire::decode(frame);
                          if (const auto* command = message ? std::get_if<wire::Command>(&*message) : nullptr) told.push_back(command->command_id);
                          if (message) said.emplace_back(connection, *message);
                          return FrameSent::kSent;
                        },
                        [](const std::function<void()>& work) { work(); }};

  Instant wall() const { return Instant{now.micros}; }
  void hear(const Bytes& connection, const wire::Message& message, const std::string& key = "key") {
    driver.handle_frame(connection, key, wire::encode(message), now, wall(), "10.0.0.7");
    driver.run(now, wall());
  }
  void welcome() {
    wire::Hello hello;
    hello.hello_no = ++hellos;
    hear("d", hello);
    hear("c", wire::Attach{"1", {}});
  }
  template <class Frame>
  std::vector<Frame> all_said(const Bytes& connection) const {
    std::vector<Frame> found;
    for (const auto& [to, message] : said)
      if (const auto* frame = std::get_if<Frame>(&message); frame != nullptr && to == connection) found.push_back(*frame);
    return found;
  }
  void status() { hear("c", wire::Status{}); }
  void wait(std::int64_t s) {
    for (std::int64_t i = 0; i < s; i += 15) {
      now = now + seconds(15);
      status();
    }
  }
};

}  // namespace

TEST_CASE("sessions driver: a command is told once, again after a minute without a result, and never when it was answered", "[hub][sync]") {
  DriverStand stand;
  stand.registry.open = {{"k-1", "verify", "{}"}};
  stand.welcome();
  CHECK(stand.told == std::vector<std::string>{"k-1"});
  stand.driver.commands_advanced(AgentId{"a_1"});
  stand.driver.run(stand.now, stand.wall());
  stand.wait(45);
  CHECK(stand.told.size() == 1);
  stand.wait(15);
  CHECK(stand.told == std::vector<std::string>{"k-1", "k-1"});
  CHECK(stand.registry.sent == std::vector<std::string>{"k-1"});  // told as sent once
  stand.hear("c", wire::CommandResult{"k-1", true, "{}"});
  const int asked = stand.registry.asked;
  stand.wait(120);
  CHECK(stand.told.size() == 2);
  CHECK(stand.registry.asked == asked);  // no question to the database for an agent that has none
}

TEST_CASE("sessions driver: one that expired meanwhile is told no more; a new welcome tells all that is open", "[hub][sync]") {
  DriverStand stand;
  stand.registry.open = {{"k-1", "verify", "{}"}, {"k-2", "drain", "{}"}};
  stand.welcome();
  CHECK(stand.told.size() == 2);
  stand.registry.open.erase(stand.registry.open.begin());
  stand.wait(60);
  CHECK(stand.told == std::vector<std::string>{"k-1", "k-2", "k-2"});
  stand.welcome();
  CHECK(stand.told.size() == 4);
}

TEST_CASE("sessions driver: a command of an agent that is away, or that cannot be read, comes with its next welcome", "[hub][sync]") {
  DriverStand stand;
  stand.registry.open = {{"k-1", "verify", "{}"}};
  stand.driver.commands_advanced(AgentId{"a_1"});
  stand.driver.run(stand.now, stand.wall());
  CHECK(stand.told.empty());
  stand.registry.is_broken = true;
  stand.welcome();
  CHECK(stand.told.empty());
  stand.registry.is_broken = false;
  stand.welcome();
  CHECK(stand.told == std::vector<std::string>{"k-1"});
}

TEST_CASE("sessions driver: two keys of one agent are one session: a hello by the new one waits for what came by the old one", "[hub][sync]") {
  DriverStand stand;
  stand.writer.is_open = true;
  stand.welcome();
  const auto first = stand.all_said<wire::Welcome>("d");
  REQUIRE(first.size() == 1);
  wire::Events batch;
  batch.session = first[0].session;
  batch.first_seq = 1;
  batch.chain = sync::chain_next(sync::chain_seed({}), {});
  batch.events.resize(1);
  stand.hear("d", batch);
  REQUIRE(stand.writer.waiting.size() == 1);

  wire::Hello hello;
  hello.hello_no = ++stand.hellos;
  stand.hear("d2", hello, "new key");
  CHECK(stand.driver.counters().sessions == 1);
  CHECK(stand.all_said<wire::Welcome>("d2").empty());
  CHECK(stand.registry.used == std::vector<std::string>{"key"});
  stand.writer.commit();
  stand.driver.run(stand.now, stand.wall());
  CHECK(stand.all_said<wire::Welcome>("d2").size() == 1);
  CHECK(stand.registry.used == std::vector<std::string>{"key", "new key"});
  stand.hear("c2", wire::Attach{"1", {}}, "new key");
  stand.hear("c2", wire::Status{}, "new key");
  CHECK(stand.registry.statuses == std::vector<std::string>{"new key"});
  CHECK(stand.registry.used.back() == "new key");  // once more, where the first could not be written
  CHECK(stand.driver.counters().online == 1);
}

TEST_CASE("sessions driver: another start by the other key takes over as by the same key, and two that live are a conflict", "[hub][sync]") {
  DriverStand stand;
  stand.welcome();
  wire::Hello copy;
  copy.boot.data[0] = 'c';
  copy.hello_no = 1;
  stand.hear("d2", copy, "new key");
  CHECK(stand.all_said<wire::Welcome>("d2").size() == 1);
  const auto superseded = stand.all_said<wire::Fault>("d");
  REQUIRE(superseded.size() == 1);
  CHECK(superseded[0].code == wire::FaultCode::kSuperseded);
}

TEST_CASE("sessions driver: a replaced key is refused in words, is no life, and disturbs nobody", "[hub][sync]") {
  DriverStand stand;
  stand.welcome();
  stand.registry.heard.clear();
  stand.hear("x", wire::Hello{}, "replaced");
  REQUIRE(stand.all_said<wire::Fault>("x").size() == 1);
  CHECK(stand.all_said<wire::Fault>("x")[0].code == wire::FaultCode::kRevoked);
  CHECK(stand.registry.heard.empty());
  CHECK(stand.driver.counters().online == 1);
  CHECK(stand.driver.counters().sessions == 1);
}

TEST_CASE("sessions driver: an offered key goes to the registry and is answered on the control lane", "[hub][sync]") {
  DriverStand stand;
  stand.welcome();
  stand.hear("c", wire::Request{"r-1", "keys.offer", 0, "a key"});
  stand.driver.run(stand.now, stand.wall());
  REQUIRE(stand.all_said<wire::Reply>("c").size() == 1);
  CHECK(stand.all_said<wire::Reply>("c")[0].status == 200);
  CHECK(stand.all_said<wire::Reply>("c")[0].body == "a_1 offers a key");
}

TEST_CASE("sessions driver: who enrols is asked for by the key of the connection, whether it is known or not", "[hub][sync]") {
  DriverStand stand;
  stand.hear("e", wire::Enroll{"token", "pc", "1"}, "unknown");
  stand.driver.run(stand.now, stand.wall());
  stand.hear("e2", wire::Enroll{"token", "pc", "1"}, "key");
  stand.driver.run(stand.now, stand.wall());
  CHECK(stand.registry.enrolled == std::vector<std::string>{"unknown", "key"});
  CHECK(stand.all_said<wire::Enrolled>("e").size() == 1);
  CHECK(stand.all_said<wire::Enrolled>("e2").size() == 1);
}

}  // namespace tillsync::hub
