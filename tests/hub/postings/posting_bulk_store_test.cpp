#include "hub/postings/posting_bulk_store.h"

#include <catch2/catch.hpp>

#include "hub/postings/summed_store.h"
#include "tests/hub/postings/posting_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

struct PostedSales : PostingHub {
  explicit PostedSales(std::int64_t count) {
    std::vector<IncomingDocument> documents;
    for (std::int64_t i = 1; i <= count; ++i) documents.push_back(incoming(sale(std::to_string(i), {goods_line("A", 1, 100)}, i % 2 == 0 ? kMorning : kMorning + seconds(86'400))));
    take(std::move(documents));
    for (std::int64_t i = 1; i <= count; ++i) send(2 * i, PostingStatus::kPosted);
  }
  /// All chunks; returns how many there were and how many postings.
  std::pair<int, std::size_t> replay_all(const ReplayRange& range) {
    const std::int64_t upto = newest_posting_no(connection()).value();
    std::int64_t after = 0;
    std::size_t replayed = 0;
    for (int chunks = 1;; ++chunks) {
      const auto chunk = replay_chunk(connection(), range, after, upto, "ann", "why", kNow);
      REQUIRE(chunk);
      CHECK(chunk->replayed.size() <= kReplayChunk);
      replayed += chunk->replayed.size();
      if (chunk->is_last) return {chunks, replayed};
      CHECK(chunk->cursor > after);
      after = chunk->cursor;
    }
  }
};
ReplayRange days(const char* first, const char* last) {
  ReplayRange range;
  range.first_date = *parse_date(first);
  range.last_date = *parse_date(last);
  return range;
}

}  // namespace

TEST_CASE("replay: both days belong to a range of dates, the second instant does not", "[postings]") {
  PostedSales hub(10);
  CHECK(size_of_replay(hub.connection(), days("2010-12-01", "2010-12-01"), 3)->postings == 5);
  CHECK(size_of_replay(hub.connection(), days("2010-12-01", "2010-12-02"), 3)->postings == 10);
  CHECK(size_of_replay(hub.connection(), days("2010-12-03", "2010-12-09"), 3)->postings == 0);
  const auto sample = size_of_replay(hub.connection(), days("2010-12-01", "2010-12-02"), 3);
  CHECK(sample->first_ids.size() == 3);
  CHECK(sample->first_ids[0] == hub.id_of(1));
  ReplayRange instants;
  instants.from = kNow;
  instants.to = kNow + Duration{1};
  CHECK(size_of_replay(hub.connection(), instants, 0)->postings == 10);
  instants.from = kNow - seconds(1);
  instants.to = kNow;
  CHECK(size_of_replay(hub.connection(), instants, 0)->postings == 0);
}

TEST_CASE("replay: by location and kind", "[postings]") {
  PostedSales hub(2);
  ReplayRange range = days("2010-12-01", "2010-12-02");
  range.location = "GB";
  range.kind = "sale";
  CHECK(size_of_replay(hub.connection(), range, 0)->postings == 2);
  range.kind = "return";
  CHECK(size_of_replay(hub.connection(), range, 0)->postings == 0);
  CHECK(hub.replay_all(range).second == 0);
  range.kind = "";
  range.location = "FR";
  CHECK(hub.replay_all(range).second == 0);
}

TEST_CASE("replay: in bounded chunks, each posting once, with who and why, the totals moved", "[postings]") {
  PostedSales hub(static_cast<std::int64_t>(kReplayChunk) * 2 + 50);
  const auto [chunks, replayed] = hub.replay_all(days("2010-12-01", "2010-12-02"));
  CHECK(chunks == 3);
  CHECK(replayed == kReplayChunk * 2 + 50);
  CHECK(hub.database.number("SELECT count(*) FROM posting WHERE status = 'queued' AND is_open = 1") == 250);
  CHECK(hub.database.number("SELECT count(*) FROM posting_history WHERE who = 'ann' AND detail = 'replay: why' AND status = 'queued'") == 250);
  CHECK(hub.database.number("SELECT sum(postings) FROM posting_total WHERE status = 'queued'") == 250);
  CHECK(hub.database.number("SELECT sum(postings) FROM posting_total WHERE status = 'posted'") == 0);
  CHECK(hub.replay_all(days("2010-12-01", "2010-12-02")).second == 0);  // again: nothing is posted at the moment
}

TEST_CASE("replay: a long queue is looked through a bounded number at a time", "[postings]") {
  PostedSales hub(1);
  const auto chunk = replay_chunk(hub.connection(), days("2010-12-05", "2010-12-05"), 0, kReplayScanNumbers * 2 + 1, "ann", "why", kNow);
  REQUIRE(chunk);
  CHECK(chunk->is_last);  // nothing is behind it
  REQUIRE(hub.connection().run("UPDATE posting SET posting_no = $1", {kReplayScanNumbers * 2}));
  const auto jumped = replay_chunk(hub.connection(), days("2010-12-05", "2010-12-05"), 0, kReplayScanNumbers * 2 + 1, "ann", "why", kNow);
  CHECK(jumped->cursor == kReplayScanNumbers * 2 - 1);
  CHECK_FALSE(jumped->is_last);
  const auto last = replay_chunk(hub.connection(), days("2010-12-05", "2010-12-05"), kReplayScanNumbers * 2, kReplayScanNumbers * 2 + 1, "ann", "why", kNow);
  CHECK(last->is_last);
}

TEST_CASE("replay: only what is posted, and what is refused afterwards comes up again", "[postings]") {
  PostedSales hub(2);
  REQUIRE(act_on_posting(hub.connection(), hub.id_of(1), PostingAction::kReplay, "ann", "x", kNow));
  CHECK(hub.replay_all(days("2010-12-01", "2010-12-02")).second == 1);
  hub.send(2, PostingStatus::kRefused);
  CHECK(hub.database.number("SELECT count(*) FROM exception_case WHERE code = 'posting.refused' AND status = 'open'") == 1);
}

TEST_CASE("replay: a part of a summed posting never goes by itself, its summed posting does", "[postings]") {
  PostedSales hub(3);
  Posting sum = hub.posting_of(1);
  sum.posting_id = "s_1";
  sum.kind = "summed";
  const std::int64_t sum_no = kSummedNoBase + 1;
  REQUIRE(insert_summed(hub.connection(), sum, sum_no, kNow));
  REQUIRE(hub.connection().run("UPDATE posting SET summed_no = $1 WHERE posting_no IN (2, 4)", {sum_no}));
  hub.send(sum_no, PostingStatus::kPosted);
  CHECK(act_on_posting(hub.connection(), hub.id_of(1), PostingAction::kReplay, "ann", "x", kNow).value() == PostingActionStatus::kNotPossible);
  CHECK(hub.reader.find(hub.id_of(1)).value()->is_part_of_sum);
  CHECK_FALSE(hub.reader.find(hub.id_of(3)).value()->is_part_of_sum);
  // The numbers of summed postings lie far behind; they are reached all the same.
  const auto [chunks, replayed] = hub.replay_all(days("2010-12-01", "2010-12-02"));
  CHECK(replayed == 2);
  CHECK(chunks <= 4);
  CHECK(hub.status_of("s_1") == PostingStatus::kQueued);
  CHECK(hub.status_of(hub.id_of(1)) == PostingStatus::kPosted);
}

TEST_CASE("replay: an empty hub has nothing to replay", "[postings]") {
  PostingHub hub;
  CHECK(newest_posting_no(hub.connection()).value() == 0);
  CHECK(size_of_replay(hub.connection(), days("2010-12-01", "2010-12-02"), 9)->postings == 0);
  CHECK(replay_chunk(hub.connection(), days("2010-12-01", "2010-12-02"), 0, 0, "ann", "why", kNow)->is_last);
}
