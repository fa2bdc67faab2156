#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agent/ingest/documents_member.h"
#include "agent/ingest/group_store.h"
#include "tests/agent/data_folder.h"
#include "tests/agent/sales.h"

namespace tillsync::agent {
namespace {

const LocationId kLocation("GB");

/// A request that remembers its answer, and can be told to fail.
class TestMember final : public DocumentsMember {
 public:
  TestMember(const std::string& body, IngestCounters& counters, std::vector<Answer>& answers)
      : DocumentsMember(*ingest(body, Syntax::kJson, {kLocation, Instant{1}, ""}), kLocation, counters), answers_(answers) {}

 private:
  void reply(const Answer& answer) override { answers_.push_back(answer); }
  std::vector<Answer>& answers_;
};

class FailingMember final : public GroupMember {
 public:
  FailingMember(ErrorCode code, std::vector<ErrorCode>& outcomes) : code_(code), outcomes_(outcomes) {}
  Result<void> write(Outbox& outbox, Inbox&) override {
    // Something was written before it failed; nothing of it may stay.
    NewRow row;
    row.identity_key = "half";
    TS_RETURN_IF_ERROR(outbox.append({row}));
    return fail(code_, "test", "fails");
  }
  void finish(const Result<void>& outcome) override { outcomes_.push_back(outcome ? ErrorCode::kInternal : outcome.error().code); }

 private:
  ErrorCode code_;
  std::vector<ErrorCode>& outcomes_;
};

struct Fixture {
  TemporaryFolder folder;
  std::unique_ptr<sql::Connection> connection = open_database(folder);
  std::unique_ptr<Outbox> outbox = std::move(*Outbox::open(*connection));
  std::unique_ptr<Inbox> inbox = std::move(*Inbox::open(*connection));
  IngestCounters counters;
  std::vector<Answer> answers;
  std::vector<ErrorCode> failures;
  Group group;

  void add(const std::string& body) { group.push_back(std::make_unique<TestMember>(body, counters, answers)); }
  void add_failing(ErrorCode code) { group.push_back(std::make_unique<FailingMember>(code, failures)); }
  void commit() {
    commit_group(*connection, *outbox, *inbox, group);
    group.clear();
  }
  std::size_t rows() { return OutboxReader(*connection).rows(1, 1'000, 10'000'000)->size(); }
};

}  // namespace

TEST_CASE("group commit: all members are committed and answered", "[agent][ingest]") {
  Fixture f;
  f.add(sale("1"));
  f.add(array_of_sales(2, 3));
  f.add(sale("1"));
  f.commit();
  REQUIRE(f.answers.size() == 3);
  CHECK(f.answers[0].code == 201);
  CHECK(f.answers[1].code == 200);
  CHECK(f.answers[2].code == 200);  // a duplicate inside the group
  CHECK(f.answers[2].json == f.answers[0].json);
  CHECK(f.rows() == 4);
  CHECK(f.counters.accepted == 4);
  CHECK(f.counters.duplicates == 1);
  f.commit();  // an empty group does nothing
  CHECK(f.answers.size() == 3);
}

TEST_CASE("group commit: a member that fails takes nobody with it", "[agent][ingest]") {
  Fixture f;
  f.add(sale("1"));
  f.add_failing(ErrorCode::kInvalid);
  f.add(sale("2"));
  f.add(sale("1"));
  f.commit();
  REQUIRE(f.answers.size() == 3);
  CHECK(f.answers[0].code == 201);
  CHECK(f.answers[1].code == 201);
  CHECK(f.answers[2].code == 200);
  CHECK(f.failures == std::vector{ErrorCode::kInvalid});
  CHECK(f.rows() == 2);
  CHECK(f.outbox->state().last_seq == 2);
}

TEST_CASE("group commit: what would fail each fails all at once", "[agent][ingest]") {
  Fixture f;
  const auto code = GENERATE(ErrorCode::kDiskFull, ErrorCode::kUnavailable, ErrorCode::kIo, ErrorCode::kCorrupt);
  f.add(sale("1"));
  f.add_failing(code);
  f.commit();
  REQUIRE(f.answers.size() == 1);
  CHECK(f.answers[0].code >= 500);
  CHECK(f.failures == std::vector{code});
  CHECK(f.rows() == 0);
  CHECK(f.outbox->state().last_seq == 0);
}

TEST_CASE("group commit: a full disk is 507, records nothing, and goes on when there is room again", "[agent][ingest]") {
  Fixture f;
  f.add(sale("1"));
  f.commit();
  std::int64_t pages = 0;
  REQUIRE(f.connection->query("PRAGMA page_count", {}, [&](const sql::Row& row) { pages = row.integer(0); }));
  REQUIRE(f.connection->execute_script("PRAGMA max_page_count=" + std::to_string(pages) + ";"));
  f.add(array_of_sales(100, 200));
  f.add(sale("2"));
  f.commit();
  REQUIRE(f.answers.size() == 3);
  CHECK(f.answers[1].code == 507);
  CHECK(f.answers[2].code == 507);
  CHECK(f.rows() == 1);
  CHECK(f.counters.failed == 2);
  REQUIRE(f.connection->execute_script("PRAGMA max_page_count=1000000;"));
  f.add(sale("2"));
  f.commit();
  CHECK(f.answers[3].code == 201);
  CHECK(nlohmann::json::parse(f.answers[3].json).at("seq") == 2);
}

TEST_CASE("group commit: a database that another process holds is 503", "[agent][ingest]") {
  Fixture f;
  const auto other = open_database(f.folder);
  REQUIRE(other->begin());
  f.add(sale("1"));
  f.commit();
  REQUIRE(f.answers.size() == 1);
  CHECK(f.answers[0].code == 503);
  REQUIRE(other->rollback());
  f.add(sale("1"));
  f.commit();
  CHECK(f.answers[1].code == 201);
}

}  // namespace tillsync::agent
