#include "hub/writer/writer_loop.h"

#include <catch2/catch.hpp>

#include <condition_variable>
#include <future>
#include <mutex>

#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

/// Blocks the writer inside a task until it is opened, so that a test can fill the queues meanwhile.
class Gate {
 public:
  Task task() {
    return Task{"gate",
                [this](sql::Connection&, Instant) -> Result<void> {
                  std::unique_lock lock(mutex_);
                  is_reached_ = true;
                  changed_.notify_all();
                  changed_.wait(lock, [this] { return is_open_; });
                  return {};
                },
                {}};
  }
  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_reached_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_reached_ = false, is_open_ = false;
};

struct Running {
  HubDatabase database;
  std::unique_ptr<WriterLoop> writer;
  explicit Running(WriterOptions options = {}) {
    REQUIRE(database.connection().execute_script("CREATE TABLE row (name TEXT NOT NULL) STRICT"));
    auto started = WriterLoop::start(database.open(), database.open(), {}, std::move(options));
    REQUIRE(started);
    writer = std::move(*started);
  }
};

Task insert(const std::string& name, std::vector<std::string>* told = nullptr) {
  return Task{"insert",
              [name](sql::Connection& connection, Instant) -> Result<void> {
                TS_RETURN_IF_ERROR(connection.run("INSERT INTO row (name) VALUES ($1)", {std::string_view(name)}));
                return {};
              },
              [name, told](Result<void> outcome) {
                if (told != nullptr) told->push_back(outcome ? name : "failed");
              }};
}

}  // namespace

TEST_CASE("writer loop: commits and then tells", "[writer]") {
  Running running;
  std::promise<Result<void>> told;
  Task task = insert("a");
  task.done = [&told](Result<void> outcome) { told.set_value(std::move(outcome)); };
  REQUIRE(running.writer->submit(Priority::kRequest, std::move(task)));
  CHECK(told.get_future().get());
  CHECK(running.database.number("SELECT count(*) FROM row") == 1);
}

TEST_CASE("writer loop: requests go before bulk, bulk follows, and requests are grouped", "[writer]") {
  Running running;
  Gate gate;
  std::vector<std::string> told;
  REQUIRE(running.writer->submit(Priority::kRequest, gate.task()));
  gate.wait_until_reached();
  REQUIRE(running.writer->submit(Priority::kBulk, insert("bulk", &told)));
  REQUIRE(running.writer->submit(Priority::kRequest, insert("request 1", &told)));
  REQUIRE(running.writer->submit(Priority::kRequest, insert("request 2", &told)));
  CHECK(running.writer->bulk_waiting() == 1);
  gate.open();
  running.writer->stop();
  // The gate was a request, so that one bulk group came next; it did not carry the requests with it.
  CHECK(told == std::vector<std::string>{"bulk", "request 1", "request 2"});
  CHECK(running.writer->counters().groups == 3);
  CHECK(running.writer->counters().tasks == 4);
}

TEST_CASE("writer loop: without a request before it, a request overtakes bulk that waits", "[writer]") {
  Running running;
  Gate gate;
  std::vector<std::string> told;
  REQUIRE(running.writer->submit(Priority::kBulk, gate.task()));
  gate.wait_until_reached();
  REQUIRE(running.writer->submit(Priority::kBulk, insert("bulk", &told)));
  REQUIRE(running.writer->submit(Priority::kRequest, insert("request", &told)));
  gate.open();
  running.writer->stop();
  CHECK(told == std::vector<std::string>{"request", "bulk"});
}

TEST_CASE("writer loop: the bulk queue is bounded, requests are not refused", "[writer]") {
  WriterOptions options;
  options.bulk_queue_max = 2;
  Running running(options);
  Gate gate;
  REQUIRE(running.writer->submit(Priority::kRequest, gate.task()));
  gate.wait_until_reached();
  CHECK(running.writer->submit(Priority::kBulk, insert("1")));
  CHECK(running.writer->submit(Priority::kBulk, insert("2")));
  const auto refused = running.writer->submit(Priority::kBulk, insert("3"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  CHECK(running.writer->submit(Priority::kRequest, insert("4")));
  gate.open();
  running.writer->stop();
  CHECK(running.database.texts("SELECT name FROM row ORDER BY name") == std::vector<std::string>{"1", "2", "4"});
}

TEST_CASE("writer loop: stop commits what waits and takes nothing more", "[writer]") {
  Running running;
  Gate gate;
  REQUIRE(running.writer->submit(Priority::kRequest, gate.task()));
  gate.wait_until_reached();
  for (int i = 0; i < 10; ++i) REQUIRE(running.writer->submit(Priority::kBulk, insert("x")));
  gate.open();
  running.writer->stop();
  CHECK(running.database.number("SELECT count(*) FROM row") == 10);
  const auto refused = running.writer->submit(Priority::kRequest, insert("late"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kShuttingDown);
  running.writer->stop();  // again: harmless
}

TEST_CASE("writer loop: a group is no larger than its limits", "[writer]") {
  WriterOptions options;
  options.group_commands_max = 4;
  Running running(options);
  Gate gate;
  REQUIRE(running.writer->submit(Priority::kBulk, gate.task()));
  gate.wait_until_reached();
  for (int i = 0; i < 9; ++i) REQUIRE(running.writer->submit(Priority::kRequest, insert("x")));
  gate.open();
  running.writer->stop();
  CHECK(running.writer->counters().groups == 1 + 3);
}

TEST_CASE("writer loop: the log is moved into the database file while documents are written", "[writer]") {
  WriterOptions options;
  options.checkpoint_documents = 1;
  Running running(options);
  for (int i = 0; i < 20; ++i) {
    std::promise<void> told;
    Task task = insert(std::string(1'000, 'x'));
    task.done = [&told](Result<void>) { told.set_value(); };
    REQUIRE(running.writer->submit(Priority::kRequest, std::move(task)));
    told.get_future().wait();
  }
  running.writer->stop();
  running.writer.reset();
  CHECK(running.database.number("SELECT count(*) FROM row") == 20);
  const auto left = running.database.connection().checkpoint();
  REQUIRE(left);
  CHECK(*left == 0);
}

TEST_CASE("writer loop: trouble with the disk is told, and probed for until it is over", "[writer]") {
  std::promise<void> over;
  WriterLoop* writer = nullptr;
  int probes = 0;
  bool was_told = false;
  WriterOptions options;
  options.probe_delay = milliseconds(1);
  options.probe = [&](sql::Connection&, Instant) -> Result<void> {
    was_told = writer->trouble() && writer->trouble()->code == ErrorCode::kDiskFull;
    if (++probes == 1) return fail(ErrorCode::kDiskFull, "probe", "still full");
    if (probes == 2) over.set_value();
    return {};
  };
  Running running(options);
  writer = running.writer.get();
  CHECK_FALSE(writer->trouble());
  Task full{"full", [](sql::Connection&, Instant) -> Result<void> { return fail(ErrorCode::kDiskFull, "write", "full"); }, {}};
  REQUIRE(writer->submit(Priority::kRequest, std::move(full)));
  REQUIRE(over.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  writer->stop();
  CHECK(was_told);
  CHECK(probes == 2);  // and no more once it is over
  CHECK_FALSE(writer->trouble());
}

TEST_CASE("writer loop: a stage that cannot start is the starter's error", "[writer]") {
  class Broken : public Stage {
   public:
    std::string_view name() const override { return "broken"; }
    Result<void> start(sql::Connection&) override { return fail(ErrorCode::kCorrupt, "start", "broken"); }
    Result<void> load(sql::Connection&, const MicroBatch&) override { return {}; }
    void decide(MicroBatch&) override {}
    Result<void> write(sql::Connection&, const MicroBatch&) override { return {}; }
  };
  HubDatabase database;
  std::vector<std::unique_ptr<Stage>> broken;
  broken.push_back(std::make_unique<Broken>());
  const auto started = WriterLoop::start(database.open(), database.open(), std::move(broken), {});
  REQUIRE_FALSE(started);
  CHECK(started.error().code == ErrorCode::kCorrupt);
}
