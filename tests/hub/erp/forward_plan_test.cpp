#include "hub/erp/forward_plan.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kWall{1'700'000'000'000'000};

ClaimedPosting posting(std::int64_t no, const std::string& key, bool look_up = false) {
  ClaimedPosting claimed;
  claimed.posting_no = no;
  claimed.ordering_key = key;
  claimed.idempotency_key = "k" + std::to_string(no);
  claimed.look_up = look_up;
  return claimed;
}

Outcome outcome(OutcomeKind kind) {
  Outcome result;
  result.kind = kind;
  return result;
}

struct Fixture {
  ForwardPlan plan;
  Duration now{};
  explicit Fixture(std::size_t concurrency = 8, std::int64_t failures_max = 100)
      : plan({.concurrency = concurrency, .claimed_max = 16, .retry = {}, .breaker = {.failures_max = failures_max}}) {}

  std::vector<std::int64_t> start() {
    std::vector<std::int64_t> numbers;
    for (const ForwardAction& action : plan.next_actions(now)) numbers.push_back(action.look_up ? -action.posting->posting_no : action.posting->posting_no);
    return numbers;
  }
  void finish(std::int64_t no, OutcomeKind kind) { plan.finished(no, outcome(kind), now, kWall, 0); }
  std::vector<std::pair<std::int64_t, ForwardStatus>> results() {
    std::vector<std::pair<std::int64_t, ForwardStatus>> found;
    for (const ForwardResult& result : plan.take_results()) found.emplace_back(result.posting_no, result.status);
    return found;
  }
};

using Numbers = std::vector<std::int64_t>;
using Results = std::vector<std::pair<std::int64_t, ForwardStatus>>;

}  // namespace

TEST_CASE("forward plan: one at a time per key, in order; keys go side by side", "[erp]") {
  Fixture fixture;
  fixture.plan.claimed({posting(1, "a"), posting(2, "b"), posting(3, "a")});
  CHECK(fixture.start() == Numbers{1, 2});
  CHECK(fixture.start().empty());
  CHECK(fixture.plan.held_keys() == std::set<std::string>{"a", "b"});
  fixture.finish(2, OutcomeKind::kPosted);
  CHECK(fixture.plan.held_keys() == std::set<std::string>{"a"});
  CHECK(fixture.start().empty());
  fixture.finish(1, OutcomeKind::kPosted);
  CHECK(fixture.start() == Numbers{3});
  fixture.finish(3, OutcomeKind::kPosted);
  CHECK(fixture.results() == Results{{2, ForwardStatus::kPosted}, {1, ForwardStatus::kPosted}, {3, ForwardStatus::kPosted}});
  CHECK(fixture.plan.room({}) == 16);
}

TEST_CASE("forward plan: no more in flight than allowed, and no more claimed than fits", "[erp]") {
  Fixture fixture(2);
  std::vector<ClaimedPosting> many;
  for (std::int64_t i = 1; i <= 15; ++i) many.push_back(posting(i, "key" + std::to_string(i)));
  fixture.plan.claimed(std::move(many));
  CHECK(fixture.plan.room({}) == 1);
  CHECK(fixture.start().size() == 2);
  CHECK(fixture.plan.in_flight() == 2);
  CHECK(fixture.plan.waiting() == 13);
}

TEST_CASE("forward plan: a failure gives the rest of its key back, and only of its key", "[erp]") {
  for (const auto& [kind, status] : {std::pair(OutcomeKind::kRefused, ForwardStatus::kRefused),
                                     std::pair(OutcomeKind::kTransient, ForwardStatus::kRetrying),
                                     std::pair(OutcomeKind::kUnknown, ForwardStatus::kUnknown)}) {
    Fixture fixture;
    fixture.plan.claimed({posting(1, "a"), posting(2, "a"), posting(3, "b")});
    CHECK(fixture.start() == Numbers{1, 3});
    fixture.finish(1, kind);
    CHECK(fixture.results() == Results{{1, status}, {2, ForwardStatus::kReleased}});
    CHECK(fixture.start().empty());
    fixture.finish(3, OutcomeKind::kPosted);
    CHECK(fixture.results() == Results{{3, ForwardStatus::kPosted}});
  }
}

TEST_CASE("forward plan: an unknown outcome is looked up, and created only when the ERP does not have it", "[erp]") {
  Fixture fixture;
  fixture.plan.claimed({posting(1, "a", true), posting(2, "a")});
  CHECK(fixture.start() == Numbers{-1});
  SECTION("the ERP has it") {
    fixture.finish(1, OutcomeKind::kPosted);
    CHECK(fixture.start() == Numbers{2});
  }
  SECTION("the ERP does not have it") {
    fixture.finish(1, OutcomeKind::kAbsent);
    CHECK(fixture.start().empty());  // recorded first: then both are claimed again, in order
    CHECK(fixture.results() == Results{{1, ForwardStatus::kReleased}, {2, ForwardStatus::kReleased}});
    CHECK(fixture.plan.held_keys().empty());
  }
  SECTION("nobody knows yet: nothing of its key is sent") {
    fixture.finish(1, OutcomeKind::kUnknown);
    CHECK(fixture.start().empty());
    CHECK(fixture.results() == Results{{1, ForwardStatus::kUnknown}, {2, ForwardStatus::kReleased}});
  }
}

TEST_CASE("forward plan: failures count attempts and push the next one back", "[erp]") {
  Fixture fixture;
  ClaimedPosting third = posting(1, "a");
  third.attempts = 2;
  fixture.plan.claimed({third});
  fixture.start();
  Outcome busy = outcome(OutcomeKind::kTransient);
  busy.retry_after = seconds(9);
  fixture.plan.finished(1, busy, {}, kWall, 0);
  const auto results = fixture.plan.take_results();
  REQUIRE(results.size() == 1);
  CHECK(results[0].attempts == 3);
  CHECK(results[0].next_attempt_at == kWall + seconds(9));
}

TEST_CASE("forward plan: a stopped breaker sends nothing and gives back what waits; the probe is one posting", "[erp]") {
  Fixture fixture(2, 2);
  fixture.plan.claimed({posting(1, "a"), posting(2, "b"), posting(3, "c", true), posting(4, "d")});
  CHECK(fixture.start() == Numbers{1, 2});
  fixture.finish(1, OutcomeKind::kTransient);
  fixture.finish(2, OutcomeKind::kTransient);
  CHECK(fixture.results() == Results{{1, ForwardStatus::kRetrying},
                                     {2, ForwardStatus::kRetrying},
                                     {4, ForwardStatus::kReleased}});  // 3 is unknown still
  CHECK(fixture.plan.room(fixture.now) == 0);
  fixture.now = fixture.plan.breaker().probe_at();
  CHECK(fixture.plan.room(fixture.now) == 1);
  fixture.plan.claimed({posting(4, "d")});
  CHECK(fixture.start() == Numbers{4});
  CHECK(fixture.plan.room(fixture.now) == 0);
  fixture.finish(4, OutcomeKind::kRefused);  // a business answer: the ERP lives
  CHECK(fixture.plan.room(fixture.now) == 16);
}

TEST_CASE("forward plan: what is in flight stays when the rest is given back", "[erp]") {
  Fixture fixture(1);
  fixture.plan.claimed({posting(1, "a"), posting(2, "a"), posting(3, "b")});
  CHECK(fixture.start() == Numbers{1});
  fixture.plan.release_waiting();
  CHECK(fixture.results().size() == 2);
  CHECK(fixture.plan.waiting() == 0);
  fixture.finish(1, OutcomeKind::kPosted);
  CHECK(fixture.results() == Results{{1, ForwardStatus::kPosted}});
  CHECK(fixture.start().empty());
}
