#include "agent/control/control_loop.h"

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>

#include "agent/control/control_store.h"
#include "common/log/log.h"
#include "tests/agent/control/outbox_fixture.h"

using namespace tillsync;
using namespace tillsync::agent;

namespace {

struct ControlStand : OutboxFixture {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<wire::CommandResult> results;
  std::vector<config::RemoteSettings> applied;
  int looked_at = 0, restarts = 0;
  std::unique_ptr<ControlLoop> loop;

  ControlOptions options(const std::string& boot = "boot-1", bool is_supervised = true) {
    ControlOptions made;
    made.folder = folder.path();
    made.database = folder.file("agent.db");
    made.boot = boot;
    made.version = "1.0";
    made.is_supervised = is_supervised;
    made.apply = [this](const config::RemoteSettings& settings) { note([&] { applied.push_back(settings); }); };
    made.config_looked_at = [this] { note([this] { ++looked_at; }); };
    made.restart = [this] { note([this] { ++restarts; }); };
    return made;
  }
  template <class Change>
  void note(Change change) {
    {
      const std::lock_guard lock(mutex);
      change();
    }
    changed.notify_all();
  }
  void start(ControlOptions with) {
    loop = nullptr;
    auto started = ControlLoop::start(std::move(with), *ControlStore(folder.path()).load_config());
    REQUIRE(started);
    loop = std::move(*started);
  }
  void submit(const std::string& id, const std::string& name, const std::string& body = "{}") {
    loop->submit({id, name, body}, [this](wire::CommandResult result) { note([&] { results.push_back(std::move(result)); }); });
  }
  template <class Condition>
  bool eventually(Condition condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(20), condition);
  }
  wire::CommandResult ask(const std::string& id, const std::string& name, const std::string& body = "{}") {
    const std::size_t before = results.size();
    submit(id, name, body);
    REQUIRE(eventually([&] { return results.size() > before; }));
    return results.back();
  }
  ~ControlStand() { loop = nullptr; }
};

nlohmann::json body_of(const wire::CommandResult& result) { return nlohmann::json::parse(result.body); }

}  // namespace

TEST_CASE("control loop: verify counts what it looked at and tells what is damaged", "[control]") {
  ControlStand stand;
  stand.sell(1, 3);
  stand.start(stand.options());
  const auto sound = stand.ask("k-1", "verify");
  CHECK(sound.ok);
  CHECK(body_of(sound).at("documents") == 3);
  stand.run("UPDATE outbox SET payload = x'00' WHERE seq = 2");
  CHECK(stand.ask("k-1", "verify").ok);  // the same command: the first answer again
  const auto damaged = stand.ask("k-2", "verify");
  CHECK_FALSE(damaged.ok);
  CHECK(body_of(damaged).at("changed") == 1);
}

TEST_CASE("control loop: the end of the log, as many lines as asked for and never more than a frame holds", "[control]") {
  ControlStand stand;
  stand.start(stand.options());
  for (int i = 0; i < 20; ++i) log::info("line " + std::to_string(i));
  CHECK(body_of(stand.ask("k-1", "send_logs", R"({"lines":5})")).at("lines").size() == 5);
  CHECK_FALSE(stand.ask("k-2", "send_logs", R"({"lines":0})").ok);
  CHECK_FALSE(stand.ask("k-3", "send_logs", R"({"lines":501})").ok);
  CHECK(stand.ask("k-4", "send_logs", R"({"lines":500})").ok);
  CHECK_FALSE(stand.ask("k-5", "send_logs", "[]").ok);
  // A control character is six times as long in JSON.
  log::info(std::string(200'000, '\x01'));
  const auto bounded = stand.ask("k-6", "send_logs");
  CHECK(bounded.ok);
  CHECK(bounded.body.size() <= kLogBytesSentMax);
}

TEST_CASE("control loop: what it does not know is answered, not dropped", "[control]") {
  ControlStand stand;
  stand.start(stand.options());
  CHECK_FALSE(stand.ask("k-1", "format_disk").ok);
}

TEST_CASE("control loop: a restart is done once, and the next start answers it", "[control]") {
  ControlStand stand;
  stand.start(stand.options("boot-1"));
  stand.submit("k-1", "restart");
  REQUIRE(stand.eventually([&] { return stand.restarts == 1; }));
  stand.submit("k-1", "restart");  // it comes again while the process is on its way down
  CHECK_FALSE(stand.ask("k-2", "format_disk").ok);
  CHECK(stand.restarts == 1);
  CHECK(stand.results.size() == 1);  // none for k-1
  stand.start(stand.options("boot-2"));
  const auto answer = stand.ask("k-1", "restart");
  CHECK(answer.ok);
  CHECK(body_of(answer).at("version") == "1.0");
  CHECK(stand.restarts == 1);
  stand.start(stand.options("boot-3"));
  CHECK(stand.ask("k-1", "restart").ok);  // its answer was lost: answered, not done again
  CHECK(stand.restarts == 1);
}

TEST_CASE("control loop: no restart where nothing would start the agent again, or where it cannot be noted", "[control]") {
  ControlStand stand;
  stand.start(stand.options("boot-1", false));
  CHECK_FALSE(stand.ask("k-1", "restart").ok);
  std::filesystem::create_directories(stand.folder.file("restart.json") / "in the way");
  stand.start(stand.options());
  CHECK_FALSE(stand.ask("k-2", "restart").ok);
  CHECK(stand.restarts == 0);
}

TEST_CASE("control loop: a configuration is kept, applied and told; what came before the start is found", "[control]") {
  ControlStand stand;
  stand.deliver(1, R"({"item":5,"revision":3,"settings":{"log.level":"error"}})");
  stand.start(stand.options());
  REQUIRE(stand.eventually([&] { return stand.looked_at == 1; }));
  CHECK(stand.loop->config().revision == 3);
  REQUIRE(stand.applied.size() == 1);
  CHECK(stand.applied[0].contains("log.level"));
  CHECK(ControlStore(stand.folder.path()).load_config()->revision == 3);
  stand.deliver(2, R"({"item":6,"revision":4,"settings":{"log.level":"loud"}})");
  stand.loop->inbox_advanced();
  REQUIRE(stand.eventually([&] { return stand.looked_at == 2; }));
  CHECK(stand.loop->config().revision == 3);
  CHECK(stand.loop->config().item == 6);
  CHECK_FALSE(stand.loop->config().error.empty());
  CHECK(stand.applied.size() == 1);
  stand.start(stand.options("boot-2"));  // it has looked at this one
  CHECK_FALSE(stand.ask("k-1", "format_disk").ok);
  CHECK(stand.looked_at == 2);
  CHECK(stand.loop->config().item == 6);
}

TEST_CASE("control loop: a configuration that cannot be kept is not in force, and is tried again at the next start", "[control]") {
  ControlStand stand;
  std::filesystem::create_directories(stand.folder.file("remote.json") / "in the way");
  stand.deliver(1, R"({"item":5,"revision":3,"settings":{"log.level":"error"}})");
  auto started = ControlLoop::start(stand.options(), {});
  REQUIRE(started);
  stand.loop = std::move(*started);
  REQUIRE(stand.eventually([&] { return stand.looked_at == 1; }));
  CHECK(stand.loop->config().revision == 0);
  CHECK(stand.loop->config().item == 5);
  CHECK_FALSE(stand.loop->config().error.empty());
  CHECK(stand.applied.empty());
  stand.loop = nullptr;
  std::filesystem::remove_all(stand.folder.file("remote.json"));
  stand.start(stand.options("boot-2"));
  REQUIRE(stand.eventually([&] { return stand.looked_at == 2; }));
  CHECK(stand.loop->config().revision == 3);
}

TEST_CASE("control loop: an item that is no configuration changes nothing", "[control]") {
  ControlStand stand;
  stand.deliver(1, "{");
  stand.start(stand.options());
  CHECK_FALSE(stand.ask("k-1", "format_disk").ok);
  CHECK(stand.looked_at == 0);
}
