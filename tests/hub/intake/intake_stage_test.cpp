#include "hub/intake/intake_stage.h"

#include <catch2/catch.hpp>

#include "hub/intake/event_reader.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

IncomingDocument stage_sale(const std::string& no, std::int64_t units = 1) { return incoming(sale(no, {goods_line("A", units, 100)})); }
constexpr std::string_view kEvents = "SELECT document_no FROM event ORDER BY event_no";
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("intake stage: a batch that is sent again changes nothing", "[intake]") {
  HubDatabase database;
  TestHub hub(database.connection(), stages<IntakeStage>());
  AgentFeed feed;
  const CommitDocuments batch = feed.batch({stage_sale("1"), stage_sale("2"), opaque("garbage"), stage_sale("2", 9)});
  const auto first = hub.commit(batch);
  const auto again = hub.commit(batch);
  CHECK(first[0].verdict == Verdict::kNew);
  CHECK(first[2].verdict == Verdict::kOpaque);
  CHECK(first[3].verdict == Verdict::kConflict);
  CHECK(again[0].verdict == Verdict::kDuplicate);
  CHECK(again[0].event_no == first[0].event_no);
  CHECK(again[2].verdict == Verdict::kDuplicate);
  CHECK(again[3].verdict == Verdict::kConflict);
  CHECK(again[3].exception_id == first[3].exception_id);
  CHECK_FALSE(again[3].exception_id.empty());
  CHECK(database.number("SELECT count(*) FROM event") == 3);
  CHECK(database.number("SELECT count(*) FROM event_conflict") == 1);
  CHECK(database.number("SELECT sum(documents) FROM event_total") == 2);
}

TEST_CASE("intake stage: numbers go on after a restart", "[intake]") {
  HubDatabase database;
  AgentFeed feed;
  {
    TestHub hub(database.connection(), stages<IntakeStage>());
    hub.commit(feed.batch({stage_sale("1")}));
  }
  TestHub restarted(database.crash(), stages<IntakeStage>());
  CHECK(restarted.commit(feed.batch({stage_sale("2")}))[0].event_no == 2);
  AgentFeed other("a_two", 'f');
  CHECK(restarted.commit(other.batch({stage_sale("3")}))[0].event_no == 3);
  CHECK(database.number("SELECT count(DISTINCT epoch_no) FROM event") == 2);
}

TEST_CASE("intake stage: numbers of a group that failed are given again", "[intake]") {
  HubDatabase database;
  TestHub hub(database.connection(), stages<IntakeStage>());
  AgentFeed feed;
  AgentFeed other("a_two", 'f');
  hub.commit(feed.batch({stage_sale("1")}));
  std::vector<CommitDocuments> group;
  group.push_back(other.batch({stage_sale("10")}));
  CommitDocuments hole = feed.batch({stage_sale("2"), stage_sale("3")});
  hole.documents.erase(hole.documents.begin());
  group.push_back(std::move(hole));
  const auto results = hub.run(std::move(group));
  REQUIRE(results[0]);
  CHECK(results[0].value()[0].event_no == 2);
  REQUIRE_FALSE(results[1]);
  CHECK(results[1].error().code == ErrorCode::kConflict);
  CHECK(database.texts(kEvents) == Texts{"1", "10"});
}

TEST_CASE("intake stage: batches of one agent in one group follow each other", "[intake]") {
  HubDatabase database;
  TestHub hub(database.connection(), stages<IntakeStage>());
  AgentFeed feed;
  std::vector<CommitDocuments> group;
  group.push_back(feed.batch({stage_sale("1")}));
  group.push_back(feed.gap(3));
  group.push_back(feed.batch({stage_sale("5")}));
  for (const auto& result : hub.run(std::move(group))) CHECK(result);
  CHECK(hub.core().counters().reruns == 0);
  const auto position = EventReader(database.connection()).epoch_position(feed.agent_id(), feed.epoch());
  REQUIRE(position);
  REQUIRE(*position);
  CHECK((*position)->seq == 5);
  CHECK((*position)->chain == feed.chain());
  CHECK(database.number("SELECT last_seq FROM event_gap") == 4);
}

TEST_CASE("intake stage: a new epoch sends everything again and nothing doubles", "[intake]") {
  HubDatabase database;
  TestHub hub(database.connection(), stages<IntakeStage>());
  AgentFeed feed;
  hub.commit(feed.batch({stage_sale("1"), stage_sale("2")}));
  AgentFeed rebased("a_one", 'r');
  const auto outcomes = hub.commit(rebased.batch({stage_sale("2"), stage_sale("3")}));
  CHECK(outcomes[0].verdict == Verdict::kDuplicate);
  CHECK(outcomes[1].verdict == Verdict::kNew);
  CHECK(database.texts(kEvents) == Texts{"1", "2", "3"});
  CHECK(database.number("SELECT count(*) FROM agent_epoch") == 2);
}

TEST_CASE("intake stage: nothing is left of documents that were not committed at the crash", "[intake]") {
  HubDatabase database;
  AgentFeed feed;
  const CommitDocuments batch = feed.batch({stage_sale("1")});
  {
    IntakeStage stage;
    REQUIRE(stage.start(database.connection()));
    MicroBatch micro;
    micro.now = kNow;
    micro.documents = batch.documents;
    REQUIRE(database.connection().begin());
    REQUIRE(stage.load(database.connection(), micro));
    stage.decide(micro);
    REQUIRE(stage.write(database.connection(), micro));
  }
  TestHub restarted(database.crash(), stages<IntakeStage>());
  CHECK(database.number("SELECT count(*) FROM event") == 0);
  CHECK(restarted.commit(batch)[0].verdict == Verdict::kNew);
}
