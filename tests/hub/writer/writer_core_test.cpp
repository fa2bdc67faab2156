#include "hub/writer/writer_core.h"

#include <catch2/catch.hpp>

#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

/// Writes one row per document; a document with the number "bad" breaks a constraint, "throw" throws.
class RowStage : public Stage {
 public:
  std::string_view name() const override { return "row"; }
  Result<void> load(sql::Connection&, const MicroBatch& batch) override {
    ++loads;
    batch_sizes.push_back(batch.documents.size());
    return {};
  }
  void decide(MicroBatch& batch) override {
    for (IncomingDocument& document : batch.documents) {
      saw_verdict = saw_verdict || document.verdict != Verdict::kUndecided;
      document.verdict = Verdict::kNew;
      document.event_no = ++next;
    }
  }
  Result<void> write(sql::Connection& connection, const MicroBatch& batch) override {
    for (const IncomingDocument& document : batch.documents) {
      const std::string& no = document.document->header.document_no.value;
      if (no == "throw") throw std::runtime_error("thrown on purpose");
      const std::int64_t even = no == "bad" ? -1 : 1;
      TS_RETURN_IF_ERROR(connection.run("INSERT INTO row (name, positive) VALUES ($1, $2)", {std::string_view(no), even}));
    }
    return {};
  }
  void committed() override { ++commits; }
  void rolled_back() override { ++rollbacks; }

  static inline int loads = 0, commits = 0, rollbacks = 0;
  static inline bool saw_verdict = false;
  static inline std::vector<std::size_t> batch_sizes;
  std::int64_t next = 0;
};

CommitDocuments one(const std::string& no) {
  CommitDocuments commit;
  commit.documents.push_back(incoming(sale(no, {goods_line("A", 1, 100)})));
  return commit;
}

struct Setup {
  HubDatabase database;
  std::unique_ptr<TestHub> hub;
  Setup() {
    RowStage::loads = RowStage::commits = RowStage::rollbacks = 0;
    RowStage::saw_verdict = false;
    RowStage::batch_sizes.clear();
    REQUIRE(database.connection().execute_script(
        "CREATE TABLE row (name TEXT NOT NULL, positive INTEGER NOT NULL CHECK (positive > 0)) STRICT"));
    hub = std::make_unique<TestHub>(database.connection(), stages<RowStage>());
  }
};

}  // namespace

TEST_CASE("writer core: a group is one transaction, and its members see one micro-batch", "[writer]") {
  Setup setup;
  std::vector<CommitDocuments> group;
  group.push_back(one("1"));
  group.push_back(one("2"));
  const auto results = setup.hub->run(std::move(group));
  CHECK(results[0].value().size() == 1);
  CHECK(results[0].value()[0].event_no == 1);
  CHECK(results[1].value()[0].event_no == 2);
  CHECK(RowStage::batch_sizes == std::vector<std::size_t>{2});
  CHECK(RowStage::commits == 1);
  CHECK(setup.hub->core().counters().groups == 1);
  CHECK(setup.hub->core().counters().documents == 2);
}

TEST_CASE("writer core: a member that fails is found by running the members one by one", "[writer]") {
  Setup setup;
  std::vector<CommitDocuments> group;
  group.push_back(one("1"));
  group.push_back(one("bad"));
  group.push_back(one("3"));
  const auto results = setup.hub->run(std::move(group));
  CHECK(results[0]);
  REQUIRE_FALSE(results[1]);
  CHECK(results[1].error().code == ErrorCode::kConflict);
  CHECK(results[2]);
  CHECK(setup.database.texts("SELECT name FROM row ORDER BY name") == std::vector<std::string>{"1", "3"});
  CHECK_FALSE(RowStage::saw_verdict);  // what stages had set was taken back before the rerun
  CHECK(RowStage::rollbacks == 2);
  CHECK(setup.hub->core().counters().reruns == 1);
  CHECK(setup.hub->core().counters().failures == 1);
}

TEST_CASE("writer core: a lone member that fails is told at once", "[writer]") {
  Setup setup;
  std::vector<CommitDocuments> group;
  group.push_back(one("bad"));
  CHECK_FALSE(setup.hub->run(std::move(group))[0]);
  CHECK_FALSE(setup.hub->core().trouble());  // its own fault, not the disk's
  CHECK(RowStage::loads == 1);
  CHECK(setup.hub->core().counters().reruns == 0);
}

TEST_CASE("writer core: an exception in a stage is that member's error, not the end", "[writer]") {
  Setup setup;
  std::vector<CommitDocuments> group;
  group.push_back(one("throw"));
  group.push_back(one("2"));
  const auto results = setup.hub->run(std::move(group));
  REQUIRE_FALSE(results[0]);
  CHECK(results[0].error().code == ErrorCode::kInternal);
  CHECK(results[1]);
  CHECK(setup.database.texts("SELECT name FROM row") == std::vector<std::string>{"2"});
}

TEST_CASE("writer core: a full disk fails the whole group and is not tried again", "[writer]") {
  Setup setup;
  const std::int64_t pages = setup.database.number("PRAGMA page_count");
  REQUIRE(setup.database.connection().query("PRAGMA max_page_count=" + std::to_string(pages), {}, [](const sql::Row&) {}));
  std::vector<CommitDocuments> group;
  group.push_back(one(std::string(60, 'x')));
  CommitDocuments large;
  for (int i = 0; i < 200; ++i) large.documents.push_back(incoming(sale(std::string(60, 'y'), {goods_line("A", 1, 100)})));
  group.push_back(std::move(large));
  const auto results = setup.hub->run(std::move(group));
  REQUIRE_FALSE(results[0]);
  REQUIRE_FALSE(results[1]);
  CHECK(results[0].error().code == ErrorCode::kDiskFull);
  CHECK(results[1].error().code == ErrorCode::kDiskFull);
  CHECK(RowStage::loads == 1);
  CHECK(setup.database.number("SELECT count(*) FROM row") == 0);
  REQUIRE(setup.hub->core().trouble());
  CHECK(setup.hub->core().trouble()->code == ErrorCode::kDiskFull);

  REQUIRE(setup.database.connection().query("PRAGMA max_page_count=100000", {}, [](const sql::Row&) {}));
  CHECK(setup.hub->commit(one("later")).size() == 1);
  CHECK_FALSE(setup.hub->core().trouble());
}

TEST_CASE("writer core: tasks share the group's transaction and run before its documents", "[writer]") {
  Setup setup;
  std::vector<std::string> told;
  std::vector<Command> group;
  CommitDocuments documents = one("document");
  documents.done = [&](Result<std::vector<DocumentOutcome>> outcome) { told.push_back(outcome ? "document" : "failed"); };
  group.emplace_back(std::move(documents));
  Task task{"put",
            [](sql::Connection& connection, Instant now) -> Result<void> {
              CHECK(now == kNow);
              TS_RETURN_IF_ERROR(connection.run("INSERT INTO row (name, positive) VALUES ('task', 1)"));
              return {};
            },
            [&](Result<void> outcome) { told.push_back(outcome ? "task" : "failed"); }};
  group.emplace_back(std::move(task));
  setup.hub->core().run_group(std::move(group), kNow);
  CHECK(told == std::vector<std::string>{"document", "task"});
  CHECK(setup.database.texts("SELECT name FROM row ORDER BY rowid") == std::vector<std::string>{"task", "document"});
  CHECK(setup.hub->core().counters().tasks == 1);
}

TEST_CASE("writer core: a group of tasks alone does not bother the stages", "[writer]") {
  Setup setup;
  std::vector<Command> group;
  bool is_told = false;
  Task failing{"fail", [](sql::Connection&, Instant) -> Result<void> { return fail(ErrorCode::kNotFound, "look", "nothing there"); },
               [&](Result<void> outcome) { is_told = !outcome && outcome.error().code == ErrorCode::kNotFound; }};
  group.emplace_back(std::move(failing));
  setup.hub->core().run_group(std::move(group), kNow);
  CHECK(is_told);
  CHECK(RowStage::loads == 0);
}

TEST_CASE("writer core: done is called only after the commit", "[writer]") {
  Setup setup;
  bool was_committed = false;
  CommitDocuments commit = one("1");
  commit.done = [&](Result<std::vector<DocumentOutcome>>) {
    auto other = setup.database.open();
    REQUIRE(other->query("SELECT count(*) FROM row", {}, [&](const sql::Row& row) { was_committed = row.integer(0) == 1; }));
  };
  std::vector<Command> group;
  group.emplace_back(std::move(commit));
  setup.hub->core().run_group(std::move(group), kNow);
  CHECK(was_committed);
}

TEST_CASE("writer core: nothing stays of a group that was not committed when the process ends", "[writer]") {
  Setup setup;
  REQUIRE(setup.database.connection().begin());
  REQUIRE(setup.database.connection().run("INSERT INTO row (name, positive) VALUES ('half', 1)"));
  setup.database.crash();
  CHECK(setup.database.number("SELECT count(*) FROM row") == 0);
}

namespace {

/// Answers each request with its scope, and wants to be run every second.
struct AnsweringStage final : Stage {
  static int runs, masterdata_changes;
  std::string_view name() const override { return "answering"; }
  Result<void> load(sql::Connection&, const MicroBatch& batch) override {
    requests_ = batch.requests.size();
    return {};
  }
  void decide(MicroBatch& batch) override {
    for (const StockRequest& request : batch.requests) batch.answers.push_back({200, request.scope});
  }
  Result<void> write(sql::Connection& connection, const MicroBatch& batch) override {
    for (const StockRequest& request : batch.requests) {
      if (request.who == "fails") return fail(ErrorCode::kConflict, "answer", "it fails");
      TS_RETURN_IF_ERROR(connection.run("INSERT INTO row (name, positive) VALUES ($1, 1)", {std::string_view(request.scope)}));
    }
    return {};
  }
  void committed() override { ++runs; }
  void masterdata_changed() override { ++masterdata_changes; }
  std::optional<Duration> due_in() override { return runs == 0 ? std::optional(seconds(1)) : std::nullopt; }
  std::size_t requests_ = 0;
};
int AnsweringStage::runs = 0, AnsweringStage::masterdata_changes = 0;

struct AnsweringSetup {
  AnsweringSetup() : hub(prepared(database), stages<AnsweringStage>()) { AnsweringStage::runs = AnsweringStage::masterdata_changes = 0; }
  static sql::Connection& prepared(HubDatabase& database) {
    REQUIRE(database.connection().execute_script("CREATE TABLE row (name TEXT, positive INTEGER) STRICT"));
    return database.connection();
  }
  HubDatabase database;
  TestHub hub;
};

Command request_of(std::string scope, std::string who, std::vector<std::string>& told) {
  StockRequest request;
  request.scope = std::move(scope);
  request.who = std::move(who);
  return DecideRequest{std::move(request), [&told](Result<StockAnswer> answer) { told.push_back(answer ? answer->body : "failed: " + answer.error().detail); }};
}

}  // namespace

TEST_CASE("writer core: requests of a group are decided together, and each gets its own answer", "[writer]") {
  AnsweringSetup setup;
  std::vector<std::string> told;
  std::vector<Command> group;
  for (const char* scope : {"a", "b", "c"}) group.push_back(request_of(scope, "x", told));
  setup.hub.core().run_group(std::move(group), kNow);
  CHECK(told == std::vector<std::string>{"a", "b", "c"});
  CHECK(AnsweringStage::runs == 1);
  CHECK(setup.hub.core().counters().requests == 3);
}

TEST_CASE("writer core: a request that fails is told so alone", "[writer]") {
  AnsweringSetup setup;
  std::vector<std::string> told;
  std::vector<Command> group;
  group.push_back(request_of("a", "x", told));
  group.push_back(request_of("b", "fails", told));
  group.push_back(request_of("c", "x", told));
  setup.hub.core().run_group(std::move(group), kNow);
  CHECK(told == std::vector<std::string>{"a", "failed: it fails", "c"});
  CHECK(setup.database.texts("SELECT name FROM row ORDER BY rowid") == std::vector<std::string>{"a", "c"});
}

TEST_CASE("writer core: what a request records is of its transaction, and what cannot be recorded does not happen", "[writer]") {
  AnsweringSetup setup;
  std::vector<std::string> told;
  const auto recorded = [&told](std::string scope, bool works) {
    Command command = request_of(std::move(scope), "x", told);
    std::get<DecideRequest>(command).record = [works](sql::Connection& connection, const StockAnswer& answer, Instant now) -> Result<void> {
      if (!works) return fail(ErrorCode::kConflict, "record", "no record");
      CHECK(now == kNow);
      TS_RETURN_IF_ERROR(connection.run("INSERT INTO row (name, positive) VALUES ($1, 2)", {std::string_view(answer.body)}));
      return {};
    };
    return command;
  };
  std::vector<Command> group;
  group.push_back(recorded("a", true));
  group.push_back(request_of("b", "x", told));
  group.push_back(recorded("c", false));
  setup.hub.core().run_group(std::move(group), kNow);
  CHECK(told == std::vector<std::string>{"a", "b", "failed: no record"});
  CHECK(setup.database.texts("SELECT name FROM row WHERE positive = 2") == std::vector<std::string>{"a"});
  CHECK(setup.database.texts("SELECT name FROM row WHERE positive = 1 ORDER BY rowid") == std::vector<std::string>{"a", "b"});
}

TEST_CASE("writer core: stages say when they are due, and are run although nothing came", "[writer]") {
  AnsweringSetup setup;
  CHECK(setup.hub.core().due_in() == seconds(1));
  REQUIRE(setup.hub.core().run_due(kNow));
  CHECK(AnsweringStage::runs == 1);
  CHECK_FALSE(setup.hub.core().due_in());
}

TEST_CASE("writer core: stages are told of tasks that change master data, and of no others", "[writer]") {
  AnsweringSetup setup;
  const auto run_task = [&setup](bool changes) {
    Task task;
    task.name = "put";
    task.apply = [](sql::Connection&, Instant) -> Result<void> { return {}; };
    task.changes_masterdata = changes;
    std::vector<Command> group;
    group.emplace_back(std::move(task));
    setup.hub.core().run_group(std::move(group), kNow);
  };
  run_task(false);
  CHECK(AnsweringStage::masterdata_changes == 0);
  run_task(true);
  CHECK(AnsweringStage::masterdata_changes == 1);
}
