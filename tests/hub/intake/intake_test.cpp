#include "hub/intake/intake.h"

#include <catch2/catch.hpp>

#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

MicroBatch batch_of(CommitDocuments commit) {
  MicroBatch batch;
  batch.now = kNow;
  batch.documents = std::move(commit.documents);
  if (commit.gap) batch.gaps.push_back(*commit.gap);
  if (commit.cursor) batch.cursors.push_back(*commit.cursor);
  return batch;
}
void add(MicroBatch& batch, CommitDocuments commit) {
  for (IncomingDocument& document : commit.documents) batch.documents.push_back(std::move(document));
  if (commit.gap) batch.gaps.push_back(*commit.gap);
  if (commit.cursor) batch.cursors.push_back(*commit.cursor);
}
IncomingDocument sale_no(const std::string& no, std::int64_t units = 1) { return incoming(sale(no, {goods_line("A", units, 100)})); }

}  // namespace

TEST_CASE("intake: new documents get event numbers in order", "[intake]") {
  AgentFeed feed;
  MicroBatch batch = batch_of(feed.batch({sale_no("1"), sale_no("2")}));
  IntakeRows rows;
  rows.next_event_no = 41;
  const IntakeDecision decision = decide_intake(batch, rows);
  CHECK_FALSE(decision.refused);
  CHECK(decision.events == std::vector<std::size_t>{0, 1});
  CHECK(batch.documents[0].verdict == Verdict::kNew);
  CHECK(batch.documents[0].event_no == 41);
  CHECK(batch.documents[1].event_no == 42);
  CHECK(rows.next_event_no == 43);
  const EpochState& state = rows.epochs.at({feed.agent_id(), feed.epoch()});
  CHECK(state.first_seq == 1);
  CHECK(state.last_seq == 2);
  CHECK(state.last_chain == feed.chain());
}

TEST_CASE("intake: the same content again is a duplicate of the first, also within a batch", "[intake]") {
  AgentFeed feed;
  MicroBatch batch = batch_of(feed.batch({sale_no("1"), sale_no("1")}));
  IntakeRows rows;
  const IntakeDecision decision = decide_intake(batch, rows);
  CHECK(decision.events == std::vector<std::size_t>{0});
  CHECK(batch.documents[1].verdict == Verdict::kDuplicate);
  CHECK(batch.documents[1].event_no == batch.documents[0].event_no);
  CHECK(batch.exceptions.empty());
  CHECK(rows.epochs.begin()->second.last_seq == 2);
}

TEST_CASE("intake: other content under a taken identity is one conflict per content", "[intake]") {
  AgentFeed feed;
  MicroBatch batch = batch_of(feed.batch({sale_no("1"), sale_no("1", 2), sale_no("1", 2), sale_no("1", 3)}));
  IntakeRows rows;
  const IntakeDecision decision = decide_intake(batch, rows);
  CHECK(decision.conflicts == std::vector<std::size_t>{1, 3});
  CHECK(batch.documents[2].verdict == Verdict::kConflict);
  CHECK(batch.documents[2].event_no == batch.documents[0].event_no);
  REQUIRE(batch.exceptions.size() == 2);
  CHECK(batch.exceptions[0].code == "conflict");
  CHECK(batch.exceptions[0].exception_id ==
        conflict_exception_id(identity_of(*batch.documents[1].document, LocationId("GB")), batch.documents[1].content_hash).value);
  CHECK(batch.exceptions[0].exception_id != batch.exceptions[1].exception_id);
}

TEST_CASE("intake: a conflict that is recorded already raises nothing again", "[intake]") {
  AgentFeed feed;
  MicroBatch batch = batch_of(feed.batch({sale_no("1", 2)}));
  IntakeRows rows;
  rows.events[batch.documents[0].event_id] = KnownEvent{7, ContentHash{}};
  rows.conflicts[{batch.documents[0].event_id, batch.documents[0].content_hash}] = true;
  const IntakeDecision decision = decide_intake(batch, rows);
  CHECK(batch.documents[0].verdict == Verdict::kConflict);
  CHECK(batch.documents[0].event_no == 7);
  CHECK(decision.conflicts.empty());
  CHECK(batch.exceptions.empty());
}

TEST_CASE("intake: a conflict fact of the agent is a conflict though the first content never came", "[intake]") {
  AgentFeed feed;
  IncomingDocument claim = sale_no("1", 2);
  claim.kind = wire::EventKind::kConflict;
  MicroBatch batch = batch_of(feed.batch({claim, sale_no("1")}));
  IntakeRows rows;
  const IntakeDecision decision = decide_intake(batch, rows);
  CHECK(batch.documents[0].verdict == Verdict::kConflict);
  CHECK(batch.documents[0].event_no == 0);
  CHECK(batch.documents[1].verdict == Verdict::kNew);  // the identity was still free
  CHECK(decision.conflicts == std::vector<std::size_t>{0});
}

TEST_CASE("intake: a conflict fact with the content that is in the log is a duplicate", "[intake]") {
  AgentFeed feed;
  IncomingDocument claim = sale_no("1");
  claim.kind = wire::EventKind::kConflict;
  MicroBatch batch = batch_of(feed.batch({sale_no("1"), claim}));
  IntakeRows rows;
  decide_intake(batch, rows);
  CHECK(batch.documents[1].verdict == Verdict::kDuplicate);
}

TEST_CASE("intake: opaque bytes are recorded once with an exception", "[intake]") {
  AgentFeed feed;
  IncomingDocument again = opaque("garbage");
  again.content_hash.data.fill('z');  // whatever was claimed
  MicroBatch batch = batch_of(feed.batch({opaque("garbage"), again}));
  IntakeRows rows;
  const IntakeDecision decision = decide_intake(batch, rows);
  CHECK(decision.events == std::vector<std::size_t>{0});
  CHECK(batch.documents[0].verdict == Verdict::kOpaque);
  CHECK(batch.documents[1].verdict == Verdict::kDuplicate);
  REQUIRE(batch.exceptions.size() == 1);
  CHECK(batch.exceptions[0].code == "opaque_document");
  CHECK(batch.exceptions[0].event_no == batch.documents[0].event_no);
}

TEST_CASE("intake: a prefix that is committed already is skipped", "[intake]") {
  AgentFeed feed;
  CommitDocuments all = feed.batch({sale_no("1"), sale_no("2"), sale_no("3")});
  IntakeRows rows;
  EpochState& state = rows.epochs[{feed.agent_id(), feed.epoch()}];
  state = EpochState{1, 1, 2, all.documents[1].chain, false};
  rows.events[all.documents[0].event_id] = KnownEvent{1, all.documents[0].content_hash};
  rows.events[all.documents[1].event_id] = KnownEvent{2, all.documents[1].content_hash};
  rows.next_event_no = 3;
  MicroBatch batch = batch_of(std::move(all));
  const IntakeDecision decision = decide_intake(batch, rows);
  CHECK_FALSE(decision.refused);
  CHECK(decision.events == std::vector<std::size_t>{2});
  CHECK(batch.documents[0].verdict == Verdict::kDuplicate);
  CHECK(state.last_seq == 3);
}

TEST_CASE("intake: a hole is refused, by one and by many", "[intake]") {
  for (const std::uint64_t hole : {1u, 1000u}) {
    AgentFeed feed;
    CommitDocuments commit = feed.batch({sale_no("1"), sale_no("2")});
    commit.documents[1].seq += hole;
    commit.cursor.reset();
    MicroBatch batch = batch_of(std::move(commit));
    IntakeRows rows;
    const IntakeDecision decision = decide_intake(batch, rows);
    REQUIRE(decision.refused);
    CHECK(decision.refused->code == ErrorCode::kConflict);
  }
}

TEST_CASE("intake: another chain at the last committed seq is refused", "[intake]") {
  AgentFeed feed;
  CommitDocuments commit = feed.batch({sale_no("1")});
  IntakeRows rows;
  ChainHash other = commit.documents[0].chain;
  other.data[0] ^= 1;
  rows.epochs[{feed.agent_id(), feed.epoch()}] = EpochState{1, 1, 1, other, false};
  MicroBatch batch = batch_of(std::move(commit));
  CHECK(decide_intake(batch, rows).refused);
}

TEST_CASE("intake: a cursor that the documents do not reach is refused", "[intake]") {
  AgentFeed feed;
  CommitDocuments commit = feed.batch({sale_no("1")});
  commit.cursor->seq = 2;
  MicroBatch batch = batch_of(std::move(commit));
  IntakeRows rows;
  CHECK(decide_intake(batch, rows).refused);
}

TEST_CASE("intake: a gap is recorded with an exception and the documents behind it go on", "[intake]") {
  AgentFeed feed;
  MicroBatch batch = batch_of(feed.batch({sale_no("1")}));
  add(batch, feed.gap(10));
  add(batch, feed.batch({sale_no("12")}));
  IntakeRows rows;
  const IntakeDecision decision = decide_intake(batch, rows);
  REQUIRE_FALSE(decision.refused);
  REQUIRE(decision.gaps.size() == 1);
  CHECK(decision.gaps[0].gap.first_seq == 2);
  CHECK(decision.gaps[0].gap.last_seq == 11);
  REQUIRE(batch.exceptions.size() == 1);
  CHECK(batch.exceptions[0].code == "gap");
  CHECK(rows.epochs.begin()->second.last_seq == 12);
}

TEST_CASE("intake: a gap that is declared again, or partly, records only what is new", "[intake]") {
  AgentFeed feed;
  CommitDocuments first = feed.gap(10);
  IntakeRows rows;
  MicroBatch batch = batch_of(first);
  CHECK(decide_intake(batch, rows).gaps.size() == 1);
  MicroBatch again = batch_of(first);
  CHECK(decide_intake(again, rows).gaps.empty());
  CHECK(again.exceptions.empty());

  first.gap->gap.last_seq = 11;
  first.cursor.reset();
  MicroBatch longer = batch_of(first);
  const IntakeDecision decision = decide_intake(longer, rows);
  REQUIRE(decision.gaps.size() == 1);
  CHECK(decision.gaps[0].gap.first_seq == 11);
}

TEST_CASE("intake: a gap that leaves a hole before it is refused", "[intake]") {
  AgentFeed feed;
  MicroBatch batch = batch_of(feed.batch({sale_no("1")}));
  CommitDocuments gap = feed.gap(5);
  gap.gap->gap.first_seq = 3;
  add(batch, std::move(gap));
  IntakeRows rows;
  CHECK(decide_intake(batch, rows).refused);
}

TEST_CASE("intake: documents of the API have no sequence to follow", "[intake]") {
  MicroBatch batch;
  batch.documents.push_back(sale_no("1"));
  batch.documents[0].source = "wms";
  IntakeRows rows;
  CHECK_FALSE(decide_intake(batch, rows).refused);
  CHECK(batch.documents[0].verdict == Verdict::kNew);
  CHECK(rows.epochs.empty());
}

TEST_CASE("intake: totals count sales positive and returns negative, per mode", "[intake]") {
  AgentFeed feed;
  Document training = sale("t", {goods_line("A", 1, 100)});
  training.header.mode = "training";
  MicroBatch batch = batch_of(feed.batch({sale_no("1", 3), sale_no("2", 1), incoming(returned("1", {goods_line("A", 1, 100)})),
                                          incoming(training), sale_no("2", 1)}));
  IntakeRows rows;
  const IntakeDecision decision = decide_intake(batch, rows);
  const std::int64_t date = date_of(kMorning).days;
  CHECK(decision.totals.at({"GB", date, "sale", "live", "GBP"}).documents == 2);
  CHECK(decision.totals.at({"GB", date, "sale", "live", "GBP"}).gross_minor == 400);
  CHECK(decision.totals.at({"GB", date, "return", "live", "GBP"}).gross_minor == -100);
  CHECK(decision.totals.at({"GB", date, "sale", "training", "GBP"}).documents == 1);
  CHECK(decision.totals.size() == 3);
}

TEST_CASE("intake: amounts beyond measure stay out of the sums", "[intake]") {
  CHECK(summable(kSummableMax) == kSummableMax);
  CHECK(summable(-kSummableMax) == -kSummableMax);
  CHECK(summable(kSummableMax + 1) == 0);
  CHECK(summable(-kSummableMax - 1) == 0);
  AgentFeed feed;
  Document absurd = sale("2", {goods_line("A", 1, 100)});
  std::get<Sale>(absurd.body).totals.gross.minor = INT64_MIN;
  MicroBatch batch = batch_of(feed.batch({sale_no("1"), incoming(absurd)}));
  IntakeRows rows;
  const IntakeDecision decision = decide_intake(batch, rows);
  CHECK(decision.totals.begin()->second.documents == 2);
  CHECK(decision.totals.begin()->second.gross_minor == 100);
}

TEST_CASE("intake: a document's doubts become one exception per code", "[intake]") {
  IncomingDocument doubtful = sale_no("1");
  doubtful.warnings = {{"sum_mismatch", "/lines/0/amount", "first"}, {"unknown_field", "/x", "x"}, {"sum_mismatch", "/lines/1/amount", "second"}};
  const auto raised = exceptions_of_warnings(doubtful);
  REQUIRE(raised.size() == 2);
  CHECK(raised[0].code == "sum_mismatch");
  CHECK(raised[0].pointer == "/lines/0/amount");
  CHECK(raised[0].detail == "first (and 1 more of this kind)");
  CHECK(raised[0].subject == event_id_text(doubtful.event_id));
  CHECK(raised[1].detail == "x");

  doubtful.document->header.mode = "training";
  CHECK(exceptions_of_warnings(doubtful).empty());
}

TEST_CASE("intake: without a correlation id the event id stands for it", "[intake]") {
  const EventId id = sale_no("1").event_id;
  CHECK(correlation_text("", id) == event_id_text(id));
  CHECK(correlation_text("c-1", id) == "c-1");
}
