// Commands on their way, in a time that the test makes. What else the driver does is tested through the loop and the simulator.
#include "hub/sync/sessions_driver.h"

#include <catch2/catch.hpp>

namespace tillsync::hub {
namespace {

struct DriverRegistry : RegistryPort {
  bool admits(std::string_view) override { return true; }
  AgentKnowledge knowledge(std::string_view) override { return {AgentStanding::kActive, AgentId{"a_1"}, LocationId{"GB"}}; }
  Result<std::optional<EpochPosition>> epoch(const AgentId&, const EpochId&) override { return std::optional<EpochPosition>{}; }
  void enrol(const std::string&, const EnrollRequested&, EnrolDone) override {}
  void seen(std::string_view, Instant) override {}
  void status(std::string_view, const StatusArrived&, Instant) override {}
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
  std::vector<std::string> sent;
  bool is_broken = false;
  int asked = 0;
};

struct NoWriter : WriterPort {
  Result<void> submit(Priority, Command) override { return fail(ErrorCode::kShuttingDown, "submit", "none"); }
  std::size_t bulk_waiting() const override { return 0; }
};

struct DriverStand {
  DriverRegistry registry;
  NoWriter writer;
  std::vector<std::string> told;  // commands, on the control lane
  Duration now = seconds(1'000);
  std::uint64_t hellos = 0;
  SessionsDriver driver{{{}, 0, [] { return std::uint64_t{1}; }}, registry, writer,
                        [this](const Bytes&, const Bytes& frame) {
                          const auto message = wire::decode(frame);
                          if (const auto* command = message ? std::get_if<wire::Command>(&*message) : nullptr) told.push_back(command->command_id);
                          return FrameSent::kSent;
                        },
                        [](const std::function<void()>& work) { work(); }};

  Instant wall() const { return Instant{now.micros}; }
  void hear(const Bytes& connection, const wire::Message& message) {
    driver.handle_frame(connection, "key", wire::encode(message), now, wall(), "10.0.0.7");
    driver.run(now, wall());
  }
  void welcome() {
    wire::Hello hello;
    hello.hello_no = ++hellos;
    hear("d", hello);
    hear("c", wire::Attach{"1", {}});
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
  stand.driver.commands_advanced("key");
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
  stand.driver.commands_advanced("key");
  stand.driver.run(stand.now, stand.wall());
  CHECK(stand.told.empty());
  stand.registry.is_broken = true;
  stand.welcome();
  CHECK(stand.told.empty());
  stand.registry.is_broken = false;
  stand.welcome();
  CHECK(stand.told == std::vector<std::string>{"k-1"});
}

}  // namespace tillsync::hub
