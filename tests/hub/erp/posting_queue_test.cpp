#include "hub/erp/posting_queue.h"

#include <catch2/catch.hpp>

#include "tests/hub/erp/posting_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kNow{1'700'000'000'000'000};
using Numbers = std::vector<std::int64_t>;

struct QueueFixture {
  std::unique_ptr<sql::Connection> connection = hub::test::open_with_schema(":memory:");
  PostingQueue queue;

  void add(const std::vector<std::string>& keys) {
    std::vector<PostingQueued> postings;
    std::int64_t no = 0;
    for (const auto& key : keys) postings.push_back(hub::test::posting(++no, key));
    hub::test::queue(*connection, postings);
  }
  std::vector<ClaimedPosting> due(Instant now = kNow, std::set<std::string> excluded = {}) {
    auto claims = queue.due(*connection, now, 100, std::move(excluded));
    REQUIRE(claims);
    return claims->postings;
  }
  Numbers due_numbers(Instant now = kNow, std::set<std::string> excluded = {}) {
    Numbers numbers;
    for (const auto& posting : due(now, std::move(excluded))) numbers.push_back(posting.posting_no);
    std::ranges::sort(numbers);
    return numbers;
  }
  Numbers claim() {
    auto claimed = PostingQueue::claim(*connection, due(), kNow);
    REQUIRE(claimed);
    std::ranges::sort(*claimed);
    return *claimed;
  }
  void record(std::int64_t no, ForwardStatus status, std::int64_t attempts = 1, Instant next = {}) {
    ForwardResult result;
    result.posting_no = no;
    result.posting_id = "p_" + std::to_string(no);
    result.status = status;
    result.attempts = attempts;
    result.next_attempt_at = next;
    result.code = "code";
    result.text = "text";
    REQUIRE(PostingQueue::record(*connection, std::span(&result, 1), kNow));
  }
  std::string status(std::int64_t no) { return hub::test::value(*connection, "status", no); }
};

}  // namespace

TEST_CASE("posting queue: what is claimed is recorded as being sent, and its key is closed to others", "[erp]") {
  QueueFixture fixture;
  fixture.add({"a", "b", "a"});
  CHECK(fixture.due_numbers(kNow, {"a"}) == Numbers{2});
  CHECK(fixture.claim() == Numbers{1, 2, 3});
  CHECK(fixture.status(1) == "sending");
  CHECK(fixture.due_numbers().empty());
}

TEST_CASE("posting queue: one that a person has skipped meanwhile is not claimed", "[erp]") {
  QueueFixture fixture;
  fixture.add({"a", "b"});
  const auto postings = fixture.due();
  REQUIRE(fixture.connection->run("UPDATE posting SET status = 'skipped', is_open = 0 WHERE posting_no = 1"));
  CHECK(*PostingQueue::claim(*fixture.connection, postings, kNow) == Numbers{2});
}

TEST_CASE("posting queue: what was given back is due again, in order", "[erp]") {
  QueueFixture fixture;
  fixture.add({"a", "a", "a"});
  fixture.claim();
  fixture.record(1, ForwardStatus::kPosted);
  fixture.record(2, ForwardStatus::kRetrying, 1, kNow + seconds(5));
  fixture.record(3, ForwardStatus::kReleased);
  CHECK(fixture.status(3) == "queued");
  CHECK(fixture.due_numbers(kNow + seconds(5) - Duration{1}).empty());
  CHECK(fixture.queue.due(*fixture.connection, kNow, 10, {})->next_due == kNow + seconds(5));
  CHECK(fixture.due_numbers(kNow + seconds(5)) == Numbers{2});
}

TEST_CASE("posting queue: an unknown one comes alone, to be looked up, and is claimed without a new record", "[erp]") {
  QueueFixture fixture;
  fixture.add({"a", "a"});
  fixture.claim();
  REQUIRE(PostingQueue::recover(*fixture.connection, kNow, {}));
  const auto postings = fixture.due();
  REQUIRE(postings.size() == 1);
  CHECK(postings[0].look_up);
  CHECK(*PostingQueue::claim(*fixture.connection, postings, kNow) == Numbers{1});
  CHECK(fixture.status(1) == "unknown");
  fixture.record(1, ForwardStatus::kReleased);  // the ERP does not have it
  CHECK(fixture.status(1) == "queued");
  CHECK(!fixture.due().at(0).look_up);
}

TEST_CASE("posting queue: an outcome that stays unknown calls a person, and its end sends them home", "[erp]") {
  QueueFixture fixture;
  fixture.add({"a"});
  fixture.claim();
  fixture.record(1, ForwardStatus::kUnknown, kUnknownAlarmFrom - 1, kNow);
  CHECK(hub::test::open_exceptions(*fixture.connection, "posting.outcome_unknown") == 0);
  fixture.record(1, ForwardStatus::kUnknown, kUnknownAlarmFrom, kNow);
  fixture.record(1, ForwardStatus::kUnknown, kUnknownAlarmFrom + 1, kNow);
  CHECK(hub::test::open_exceptions(*fixture.connection, "posting.outcome_unknown") == 1);
  fixture.record(1, ForwardStatus::kPosted);
  CHECK(hub::test::open_exceptions(*fixture.connection, "posting.outcome_unknown") == 0);
}

TEST_CASE("posting queue: each look-up without an answer counts, so that the next one waits longer", "[erp]") {
  QueueFixture fixture;
  fixture.add({"a"});
  fixture.claim();
  fixture.record(1, ForwardStatus::kUnknown, 1, kNow);
  const std::int64_t first = fixture.due().at(0).attempts;
  fixture.record(1, ForwardStatus::kUnknown, 2, kNow);
  CHECK(fixture.due().at(0).attempts == first + 1);
}

TEST_CASE("posting queue: a refusal is an exception with the ERP's words", "[erp]") {
  QueueFixture fixture;
  fixture.add({"a", "a"});
  fixture.claim();
  fixture.record(1, ForwardStatus::kRefused);
  fixture.record(2, ForwardStatus::kReleased);
  CHECK(hub::test::value(*fixture.connection, "last_error", 1) == "code: text");
  CHECK(hub::test::open_exceptions(*fixture.connection, "posting.refused") == 1);
  CHECK(fixture.due_numbers().empty());
}

TEST_CASE("posting queue: goes round the keys, and takes a bounded number of each", "[erp]") {
  QueueFixture fixture;
  fixture.add(std::vector<std::string>(kDuePerLaneMax + 1, "a"));
  CHECK(fixture.due().size() == kDuePerLaneMax);
  hub::test::queue(*fixture.connection, {hub::test::posting(100, "b"), hub::test::posting(101, "c")});
  std::vector<std::string> keys;
  for (int i = 0; i < 4; ++i) {
    const auto claims = fixture.queue.due(*fixture.connection, kNow, 1, {});
    REQUIRE(claims->postings.size() == 1);
    keys.push_back(claims->postings[0].ordering_key);
  }
  CHECK(keys == std::vector<std::string>{"b", "c", "a", "b"});
}
