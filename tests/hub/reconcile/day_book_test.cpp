#include "hub/reconcile/day_book.h"

#include <catch2/catch.hpp>

#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

const DayKey kBookDay{LocationId("GB"), kFirstDay};

MicroBatch book_batch(const std::vector<Document>& documents) {
  MicroBatch batch;
  batch.now = kNow;
  std::int64_t event_no = 100;
  for (const Document& document : documents) {
    IncomingDocument one = incoming(document);
    one.verdict = Verdict::kNew;
    one.event_no = ++event_no;
    batch.documents.push_back(std::move(one));
  }
  return batch;
}
DayRows closed_rows(bool is_locked = true, DayLockState state = DayLockState::kClosed) {
  DayRows rows;
  rows.days[kBookDay] = DayLock{state, is_locked, 7, kNow};
  if (is_locked) rows.locked[LocationId("GB")] = {kFirstDay};
  return rows;
}
DayPolicy holding() {
  DayPolicy policy;
  policy.late_documents = LateDocuments::kException;
  return policy;
}

}  // namespace

TEST_CASE("day book: a batch is added up per till and date", "[reconcile]") {
  MicroBatch batch = book_batch({sale_of("1", 100, 1), at_till(sale_of("2", 200, 1), "GB-2"), sale_of("3", 300, 2), sale_of("4", 400, 3, days_after(kFirstDay, 1))});
  const DayDecision decision = decide_days(batch, {}, {});
  REQUIRE(decision.changes.size() == 3);
  CHECK(decision.changes.at({LocationId("GB"), kFirstDay, TillId("GB-1")}).documents == 2);
  CHECK(decision.changes.at({LocationId("GB"), kFirstDay, TillId("GB-1")}).event_nos == std::vector<std::int64_t>{101, 103});
  CHECK(decision.changes.at({LocationId("GB"), kFirstDay, TillId("GB-2")}).documents == 1);
  CHECK(decision.sequences.at({LocationId("GB"), TillId("GB-1")}) == SequenceRanges({{1, 3}}));
  CHECK(batch.exceptions.empty());
  CHECK(batch.posting_dates.empty());
}

TEST_CASE("day book: duplicates, conflicts and opaque ones add nothing", "[reconcile]") {
  for (const Verdict verdict : {Verdict::kDuplicate, Verdict::kConflict, Verdict::kOpaque, Verdict::kUndecided}) {
    MicroBatch batch = book_batch({sale_of("1", 100, 1)});
    batch.documents[0].verdict = verdict;
    CHECK(decide_days(batch, closed_rows(), {}).changes.empty());
    CHECK(touched_by(batch).days.empty());
    CHECK(batch.exceptions.empty());
  }
}

TEST_CASE("day book: a document without a business date is of no day, but its number is seen", "[reconcile]") {
  Document document = sale_of("1", 100, 5);
  document.header.business_date.reset();
  MicroBatch batch = book_batch({document});
  const DayDecision decision = decide_days(batch, {}, {});
  CHECK(decision.changes.empty());
  CHECK(decision.sequences.at({LocationId("GB"), TillId("GB-1")}) == SequenceRanges({{5, 5}}));
}

TEST_CASE("day book: numbers join what is stored, and one that is stored is doubled", "[reconcile]") {
  DayRows rows;
  rows.sequences[{LocationId("GB"), TillId("GB-1")}] = SequenceRanges({{1, 4}, {7, 9}});
  MicroBatch batch = book_batch({sale_of("a", 100, 5), sale_of("b", 100, 6), sale_of("c", 100, 4)});
  const DayDecision decision = decide_days(batch, rows, {});
  CHECK(decision.sequences.at({LocationId("GB"), TillId("GB-1")}) == SequenceRanges({{1, 9}}));
  CHECK(decision.changes.begin()->second.doubled == 1);
}

TEST_CASE("day book: what is to be looked up of a batch", "[reconcile]") {
  const MicroBatch batch = book_batch({sale_of("a", 100, 9), at_till(sale_of("b", 100, 3), "GB-2"), sale_of("c", 100, 7), sale_of("d", 100, {}, days_after(kFirstDay, 2)), sale_of("e", 100, -5)});
  const DayTouch touch = touched_by(batch);
  CHECK(touch.days == std::vector<DayKey>{kBookDay, {LocationId("GB"), days_after(kFirstDay, 2)}});
  CHECK(touch.numbers == std::map<TillKey, std::vector<std::int64_t>>{{{LocationId("GB"), TillId("GB-1")}, {7, 9}}, {{LocationId("GB"), TillId("GB-2")}, {3}}});
}

TEST_CASE("day book: a late document reopens a closed day once, and finance is told of each", "[reconcile]") {
  MicroBatch batch = book_batch({sale_of("1", 100), sale_of("2", 200), sale_of("3", 300, {}, days_after(kFirstDay, 1))});
  const DayDecision decision = decide_days(batch, closed_rows(), {});
  REQUIRE(decision.reopened.size() == 1);
  CHECK(decision.reopened[0].day == kBookDay);
  CHECK(decision.reopened[0].certificate_no == 7);
  CHECK(decision.reopened[0].event_no == 101);
  CHECK(decision.reopened[0].why == "sale 1 of till GB-1 came after the day was closed");
  REQUIRE(batch.exceptions.size() == 2);
  CHECK(batch.exceptions[0].code == "day.reopened");
  CHECK(batch.exceptions[0].subject == "GB/2010-12-01");
}

TEST_CASE("day book: next_open dates the posting to the first date that is not closed", "[reconcile]") {
  DayRows rows = closed_rows();
  rows.locked[LocationId("GB")] = {kFirstDay, days_after(kFirstDay, 1), days_after(kFirstDay, 3)};
  MicroBatch batch = book_batch({sale_of("1", 100)});
  decide_days(batch, rows, {});
  REQUIRE(batch.posting_dates.size() == 1);
  CHECK(batch.posting_dates[0].event_no == 101);
  CHECK(batch.posting_dates[0].posting_date == days_after(kFirstDay, 2));
  CHECK(batch.posting_blocks.empty());
}

TEST_CASE("day book: exception holds the posting", "[reconcile]") {
  MicroBatch batch = book_batch({sale_of("1", 100)});
  decide_days(batch, closed_rows(), holding());
  REQUIRE(batch.posting_blocks.size() == 1);
  CHECK(batch.posting_blocks[0].event_no == 101);
  CHECK(batch.posting_blocks[0].why == "the period of 2010-12-01 is closed at GB");
  CHECK(batch.posting_dates.empty());
}

TEST_CASE("day book: a period stays closed when a late document has reopened the day, until a person opens it", "[reconcile]") {
  MicroBatch batch = book_batch({sale_of("1", 100)});
  CHECK(decide_days(batch, closed_rows(true, DayLockState::kReopened), holding()).reopened.empty());
  CHECK(batch.posting_blocks.size() == 1);
  CHECK(batch.exceptions.empty());
  MicroBatch open = book_batch({sale_of("1", 100)});
  CHECK(decide_days(open, closed_rows(false, DayLockState::kReopened), holding()).reopened.empty());
  CHECK(open.posting_blocks.empty());
}

TEST_CASE("day book: what is not acted on reopens the day and is not redated", "[reconcile]") {
  MicroBatch batch = book_batch({training_of("t")});
  CHECK(decide_days(batch, closed_rows(), holding()).reopened.size() == 1);
  CHECK(batch.posting_blocks.empty());
  // A close may have a posting too: of what was over or short.
  MicroBatch close = book_batch({close_of(close_body("1", 0, 0))});
  decide_days(close, closed_rows(), holding());
  CHECK(close.posting_blocks.size() == 1);
}

TEST_CASE("day book: a void in the batch of its sale takes its sums back", "[reconcile]") {
  MicroBatch batch = book_batch({sale_of("1", 100), void_of("v", "1")});
  batch.reversals.push_back({102, batch.documents[1].event_id, 101, batch.documents[0].event_id});
  const DayDecision decision = decide_days(batch, {}, {});
  TillDayChange day = decision.changes.begin()->second;
  CHECK(day.total("void", "GBP").gross == -100);
  CHECK(day.total("void", "").documents == 1);
}

TEST_CASE("day book: a void that waited takes effect on its own day, and reopens it when that is closed", "[reconcile]") {
  DayRows rows = closed_rows();
  rows.voids[50] = TillDayKey{LocationId("GB"), kFirstDay, TillId("GB-2")};
  MicroBatch batch = book_batch({sale_of("1", 100, {}, days_after(kFirstDay, 1))});
  batch.reversals.push_back({50, {}, 101, batch.documents[0].event_id});
  const DayDecision decision = decide_days(batch, rows, {});
  TillDayChange day = decision.changes.at({LocationId("GB"), kFirstDay, TillId("GB-2")});
  CHECK(day.total("void", "GBP").gross == -100);
  CHECK(decision.reopened.size() == 1);
  CHECK(batch.posting_dates.size() == 1);
  // One whose void has no business date is of no day.
  rows.voids[50] = std::nullopt;
  MicroBatch undated = book_batch({sale_of("1", 100, {}, days_after(kFirstDay, 1))});
  undated.reversals.push_back({50, {}, 101, undated.documents[0].event_id});
  CHECK(decide_days(undated, rows, {}).changes.size() == 1);
}

TEST_CASE("day book: the next open date", "[reconcile]") {
  CHECK(next_open_date(Date{10}, {}) == Date{10});
  CHECK(next_open_date(Date{10}, {Date{10}, Date{11}, Date{12}}) == Date{13});
  CHECK(next_open_date(Date{10}, {Date{8}, Date{9}, Date{11}}) == Date{10});
}
