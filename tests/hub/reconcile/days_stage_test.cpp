// The stages of this folder within the writer, over a database.
#include "hub/reconcile/days_stage.h"

#include <catch2/catch.hpp>

#include "hub/reconcile/day_reader.h"
#include "hub/reconcile/day_store.h"
#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

const DayKey kStageDay{LocationId("GB"), kFirstDay};
const TillId kStageTill{"GB-1"};

TillFacts stage_facts(DayHub& hub, const TillId& till = kStageTill) {
  const auto tills = DayReader(hub.connection()).tills(kStageDay, till);
  REQUIRE(tills);
  REQUIRE(tills->contains(till));
  return tills->at(till);
}
void close_day(DayHub& hub, bool is_locked = true, DayLockState state = DayLockState::kClosed) {
  DayStep step;
  step.lock = DayLock{state, is_locked, 1, kNow};
  step.who = "ann";
  REQUIRE(write_day_step(hub.connection(), kStageDay, step, kNow));
}
DayPolicy stage_holding() {
  DayPolicy policy;
  policy.late_documents = LateDocuments::kException;
  return policy;
}

}  // namespace

TEST_CASE("days stage: what comes in several batches is the same as in one", "[reconcile]") {
  const std::vector<Document> documents = {sale_of("1", 100, 1), sale_of("2", 200, 2), return_of("3", 50, 3), training_of("4", 4), close_of(close_body("1", 2, 250), 5)};
  DayHub together, apart;
  together.take(documents);
  for (const Document& document : documents) apart.take({document});
  TillFacts one = stage_facts(together), other = stage_facts(apart);
  std::ranges::sort(one.day.totals, {}, &DayTotal::type);
  std::ranges::sort(other.day.totals, {}, &DayTotal::type);
  CHECK(one.day.totals == other.day.totals);
  CHECK(one.day.parts == other.day.parts);
  CHECK(one.day.documents == 5);
  CHECK(other.day.documents == 5);
  CHECK(one.day.last_sequence == other.day.last_sequence);
  CHECK(one.ranges == other.ranges);
  CHECK(other.ranges == SequenceRanges({{1, 5}}));
  REQUIRE(one.closes.size() == 1);
  CHECK(one.closes[0].body.z_no == "1");
  CHECK(DayReader(together.connection()).event_nos(kStageDay).value() == std::vector<std::int64_t>{1, 2, 3, 4, 5});
  CHECK(DayReader(apart.connection()).event_nos(kStageDay).value() == std::vector<std::int64_t>{1, 2, 3, 4, 5});
}

TEST_CASE("days stage: a batch that comes again changes nothing", "[reconcile]") {
  DayHub hub;
  hub.take({sale_of("1", 100, 1)});
  hub.take({sale_of("1", 100, 1)});
  CHECK(stage_facts(hub).day.documents == 1);
  CHECK(stage_facts(hub).day.doubled == 0);
}

TEST_CASE("days stage: ranges of numbers in any order, and a number that comes twice", "[reconcile]") {
  DayHub hub;
  hub.take({sale_of("1", 100, 1), sale_of("2", 100, 3)});
  hub.take({sale_of("3", 100, 9), sale_of("4", 100, 5)});
  CHECK(hub.database.number("SELECT count(*) FROM till_sequence") == 4);
  hub.take({sale_of("5", 100, 4), sale_of("6", 100, 2), sale_of("7", 100, 5)});
  CHECK(hub.database.number("SELECT count(*) FROM till_sequence") == 2);
  CHECK(stage_facts(hub).ranges == SequenceRanges({{1, 5}, {9, 9}}));
  CHECK(stage_facts(hub).day.doubled == 1);
}

TEST_CASE("days stage: tills of one name at two locations are two", "[reconcile]") {
  DayHub hub;
  hub.take({sale_of("1", 100, 1)}, "GB");
  hub.take({sale_of("1", 300, 2)}, "FR");
  CHECK(stage_facts(hub).day.totals[0].figures.gross == 100);
  CHECK(stage_facts(hub).ranges == SequenceRanges({{1, 1}}));
}

TEST_CASE("days stage: a void takes its sale's sums back, in its batch, later, or before its sale", "[reconcile]") {
  for (const int order : {0, 1, 2}) {
    INFO(order);
    DayHub hub;
    if (order == 0) hub.take({sale_of("1", 100), void_of("v", "1")});
    if (order == 1) {
      hub.take({sale_of("1", 100)});
      hub.take({void_of("v", "1")});
    }
    if (order == 2) {
      hub.take({void_of("v", "1")});
      hub.take({sale_of("1", 100)});
    }
    TillFacts facts = stage_facts(hub);
    CHECK(facts.day.total("void", "GBP").gross == -100);
    CHECK(facts.day.total("void", "").documents == 1);
    CHECK(facts.day.total("sale", "GBP").gross == 100);
  }
}

TEST_CASE("days stage: after a rollback everything is as before", "[reconcile]") {
  DayHub hub;
  hub.take({sale_of("1", 100, 1)});
  // One command of the group cannot be taken: a batch that does not go on where its agent stood.
  CommitDocuments broken = hub.feed.batch({incoming(sale_of("9", 100, 9))});
  broken.documents[0].seq += 5;
  AgentFeed other("a_two", 'f');
  std::vector<CommitDocuments> group;
  group.push_back(std::move(broken));
  group.push_back(other.batch({incoming(sale_of("2", 200, 2))}));
  const auto results = hub.hub.run(std::move(group));
  CHECK_FALSE(results[0].has_value());
  CHECK(results[1].has_value());
  CHECK(stage_facts(hub).day.documents == 2);
  CHECK(stage_facts(hub).ranges == SequenceRanges({{1, 2}}));
}

TEST_CASE("days stage: a late document reopens the day, and its posting is dated to the next open one", "[reconcile]") {
  DayHub hub;
  hub.take({sale_of("1", 100)});
  close_day(hub);
  const auto outcome = hub.take({sale_of("2", 200)});
  const auto lock = load_day_lock(hub.connection(), kStageDay);
  REQUIRE((lock && *lock));
  CHECK((*lock)->state == DayLockState::kReopened);
  CHECK((*lock)->is_locked);
  const auto steps = DayReader(hub.connection()).steps(kStageDay);
  REQUIRE((steps && steps->size() == 2));
  CHECK(steps->back().who == "hub");
  CHECK(steps->back().event_no == outcome[0].event_no);
  CHECK(hub.open_exceptions("day.reopened") == std::vector<std::string>{"day.reopened GB/2010-12-01"});
  const auto posting = PostingReader(hub.connection()).posting_of_event(outcome[0].event_no);
  REQUIRE((posting && *posting));
  CHECK((*posting)->business_date == kFirstDay);
  CHECK((*posting)->posting_date == days_after(kFirstDay, 1));
  CHECK(hub.posting_of(outcome[0].event_no).status == PostingStatus::kQueued);
}

TEST_CASE("days stage: under the policy exception the posting is held until the period is opened", "[reconcile]") {
  DayHub hub(stage_holding());
  close_day(hub);
  const auto outcome = hub.take({sale_of("2", 200)});
  const PostingRecord held = hub.posting_of(outcome[0].event_no);
  CHECK(held.status == PostingStatus::kHeld);
  CHECK(held.last_error == "the period of 2010-12-01 is closed at GB");
  CHECK(hub.open_exceptions("period.closed") == std::vector<std::string>{"period.closed " + held.posting_id});
  SECTION("as it is") {
    const auto released = release_period(hub.connection(), LocationId("GB"), kFirstDay, {}, "ann", "opened", kNow);
    REQUIRE(released);
    CHECK(*released == std::vector<std::string>{held.posting_id});
    CHECK(hub.posting_of(outcome[0].event_no).status == PostingStatus::kQueued);
    CHECK_FALSE((*PostingReader(hub.connection()).posting_of_event(outcome[0].event_no))->posting_date.has_value());
  }
  SECTION("with another date") {
    REQUIRE(release_period(hub.connection(), LocationId("GB"), kFirstDay, days_after(kFirstDay, 4), "ann", "January", kNow));
    CHECK((*PostingReader(hub.connection()).posting_of_event(outcome[0].event_no))->posting_date == days_after(kFirstDay, 4));
  }
  const auto detail = PostingReader(hub.connection()).find(held.posting_id);
  REQUIRE((detail && *detail));
  CHECK((*detail)->history.size() == 3);
  CHECK(release_period(hub.connection(), LocationId("GB"), kFirstDay, {}, "ann", "again", kNow).value().empty());
}

TEST_CASE("days stage: a period that a person opened takes postings as they are", "[reconcile]") {
  DayHub hub(stage_holding());
  close_day(hub, false, DayLockState::kReopened);
  const auto outcome = hub.take({sale_of("2", 200)});
  CHECK(hub.posting_of(outcome[0].event_no).status == PostingStatus::kQueued);
  CHECK(hub.open_exceptions("period.closed").empty());
}

TEST_CASE("days stage: the next open date passes over further closed days", "[reconcile]") {
  DayHub hub;
  close_day(hub);
  DayStep step;
  step.lock = DayLock{DayLockState::kClosed, true, 2, kNow};
  REQUIRE(write_day_step(hub.connection(), {LocationId("GB"), days_after(kFirstDay, 1)}, step, kNow));
  REQUIRE(write_day_step(hub.connection(), {LocationId("FR"), days_after(kFirstDay, 2)}, step, kNow));
  const auto outcome = hub.take({sale_of("2", 200)});
  CHECK((*PostingReader(hub.connection()).posting_of_event(outcome[0].event_no))->posting_date == days_after(kFirstDay, 2));
}
