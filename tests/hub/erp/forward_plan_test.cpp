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

struct PlanFixture {
  ForwardPlan plan;
  Duration now{};
  explicit PlanFixture(std::size_t concurrency = 8, std::int64_t failures_max = 100)
      : plan({.concurrency = concurrency, .claimed_max = 16, .claimed_ceiling = 16, .retry = {}, .breaker = {.failures_max = failures_max}}) {}

  std::vector<std::int64_t> start() {
    std::vector<std::int64_t> numbers;
    for (const ForwardJob& job : plan.next_jobs(now)) {
      jobs[job.postings.front()->posting_no] = job.job_no;
      for (const ClaimedPosting* posting : job.postings) numbers.push_back(job.look_up ? -posting->posting_no : posting->posting_no);
    }
    return numbers;
  }
  std::map<std::int64_t, std::uint64_t> jobs;  // by their first posting
  void finish(std::int64_t no, OutcomeKind kind) { plan.finished(jobs.at(no), {outcome(kind)}, now, kWall, 0); }
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
  PlanFixture fixture;
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
  PlanFixture fixture(2);
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
    PlanFixture fixture;
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
  PlanFixture fixture;
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
  PlanFixture fixture;
  ClaimedPosting third = posting(1, "a");
  third.attempts = 2;
  fixture.plan.claimed({third});
  fixture.start();
  Outcome busy = outcome(OutcomeKind::kTransient);
  busy.retry_after = seconds(9);
  fixture.plan.finished(fixture.jobs.at(1), {busy}, {}, kWall, 0);
  const auto results = fixture.plan.take_results();
  REQUIRE(results.size() == 1);
  CHECK(results[0].attempts == 3);
  CHECK(results[0].next_attempt_at == kWall + seconds(9));
}

TEST_CASE("forward plan: a stopped breaker sends nothing and gives back what waits; the probe is one posting", "[erp]") {
  PlanFixture fixture(2, 2);
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
  PlanFixture fixture(1);
  fixture.plan.claimed({posting(1, "a"), posting(2, "a"), posting(3, "b")});
  CHECK(fixture.start() == Numbers{1});
  fixture.plan.release_waiting();
  CHECK(fixture.results().size() == 2);
  CHECK(fixture.plan.waiting() == 0);
  fixture.finish(1, OutcomeKind::kPosted);
  CHECK(fixture.results() == Results{{1, ForwardStatus::kPosted}});
  CHECK(fixture.start().empty());
}

namespace {

struct BatchFixture {
  ForwardPlan plan{{.concurrency = 2, .postings_max = 4, .claimed_max = 64, .settle = seconds(10), .retry = {}, .breaker = {.failures_max = 2}}};
  std::vector<ForwardJob> jobs;

  std::vector<Numbers> start() {
    std::vector<Numbers> started;
    for (ForwardJob& job : plan.next_jobs({})) {
      Numbers numbers;
      for (const ClaimedPosting* one : job.postings) numbers.push_back(one->posting_no);
      started.push_back(numbers);
      jobs.push_back(std::move(job));
    }
    return started;
  }
  void finish(std::size_t job, std::initializer_list<OutcomeKind> kinds) {
    std::vector<Outcome> outcomes;
    for (const OutcomeKind kind : kinds) outcomes.push_back(outcome(kind));
    plan.finished(jobs.at(job).job_no, outcomes, {}, kWall, 0);
  }
  Results results() {
    Results found;
    for (const ForwardResult& result : plan.take_results()) found.emplace_back(result.posting_no, result.status);
    return found;
  }
};

constexpr auto kYes = OutcomeKind::kPosted;
constexpr auto kNo = OutcomeKind::kRefused;

}  // namespace

TEST_CASE("forward plan: a job takes from several keys, each in order, and never looks up and creates together", "[erp]") {
  BatchFixture fixture;
  fixture.plan.claimed({posting(1, "a"), posting(2, "a"), posting(3, "b", true), posting(4, "c"), posting(5, "d"), posting(6, "e")});
  CHECK(fixture.start() == std::vector<Numbers>{{1, 2, 4, 5}, {3}});
  CHECK(fixture.start().empty());
  fixture.finish(0, {kYes, kYes, kNo, kYes});
  CHECK(fixture.start() == std::vector<Numbers>{{6}});
  CHECK(fixture.results() == Results{{1, ForwardStatus::kPosted}, {2, ForwardStatus::kPosted}, {4, ForwardStatus::kRefused}, {5, ForwardStatus::kPosted}});
  fixture.finish(1, {kYes});
  fixture.finish(2, {kYes});
  CHECK(fixture.plan.held() == 0);
}

TEST_CASE("forward plan: one bad entry of a batch does not hold the rest", "[erp]") {
  BatchFixture fixture;
  fixture.plan.claimed({posting(1, "a"), posting(2, "b"), posting(3, "c"), posting(4, "d")});
  CHECK(fixture.start() == std::vector<Numbers>{{1, 2, 3, 4}});
  fixture.plan.split(fixture.jobs[0].job_no);
  CHECK(fixture.start() == std::vector<Numbers>{{1, 2}});
  fixture.finish(1, {kYes, kYes});
  CHECK(fixture.start() == std::vector<Numbers>{{3, 4}});
  fixture.plan.split(fixture.jobs[2].job_no);
  CHECK(fixture.start() == std::vector<Numbers>{{3}});
  fixture.finish(3, {kNo});
  CHECK(fixture.start() == std::vector<Numbers>{{4}});
  fixture.finish(4, {kYes});
  CHECK(fixture.results() ==
        Results{{1, ForwardStatus::kPosted}, {2, ForwardStatus::kPosted}, {3, ForwardStatus::kRefused}, {4, ForwardStatus::kPosted}});
  CHECK(fixture.plan.held() == 0);
  CHECK(fixture.plan.held_keys().empty());
}

TEST_CASE("forward plan: what stands behind a refused one of its key in a split batch is given back, not sent", "[erp]") {
  BatchFixture fixture;
  fixture.plan.claimed({posting(0, "b"), posting(1, "a"), posting(2, "a"), posting(3, "a"), posting(4, "a")});
  CHECK(fixture.start() == std::vector<Numbers>{{0, 1, 2, 3}});
  fixture.plan.split(fixture.jobs[0].job_no);
  CHECK(fixture.start() == std::vector<Numbers>{{0, 1}});
  fixture.finish(1, {kYes, kNo});
  CHECK(fixture.start().empty());
  CHECK(fixture.results() == Results{{0, ForwardStatus::kPosted},
                                     {1, ForwardStatus::kRefused},
                                     {2, ForwardStatus::kReleased},
                                     {3, ForwardStatus::kReleased},
                                     {4, ForwardStatus::kReleased}});
  CHECK(fixture.plan.held() == 0);
}

TEST_CASE("forward plan: a breaker that stops in the middle of a split gives the halves back", "[erp]") {
  BatchFixture fixture;
  fixture.plan.claimed({posting(1, "a"), posting(2, "a"), posting(3, "b"), posting(4, "c"), posting(5, "d")});
  CHECK(fixture.start() == std::vector<Numbers>{{1, 2, 3, 4}, {5}});
  fixture.plan.split(fixture.jobs[0].job_no);
  CHECK(fixture.start() == std::vector<Numbers>{{1, 2}});
  fixture.finish(1, {OutcomeKind::kTransient});
  fixture.finish(2, {OutcomeKind::kTransient, OutcomeKind::kTransient});
  const Results results = fixture.results();
  CHECK(results == Results{{5, ForwardStatus::kRetrying}, {1, ForwardStatus::kRetrying}, {2, ForwardStatus::kRetrying}, {3, ForwardStatus::kReleased}, {4, ForwardStatus::kReleased}});
  CHECK(fixture.plan.held() == 0);
  CHECK(fixture.plan.waiting() == 0);
}

TEST_CASE("forward plan: an unknown outcome is looked up when the ERP has settled, and not before", "[erp]") {
  BatchFixture fixture;
  fixture.plan.claimed({posting(1, "a"), posting(2, "b", true)});
  fixture.start();
  fixture.finish(0, {OutcomeKind::kUnknown});
  fixture.finish(1, {OutcomeKind::kUnknown});
  const auto results = fixture.plan.take_results();
  REQUIRE(results.size() == 2);
  CHECK(results[0].next_attempt_at == kWall + seconds(10));
  CHECK(results[1].next_attempt_at == kWall);  // a look-up that failed comes again by the back-off alone
}

TEST_CASE("forward plan: those that failed together come back together, as one batch", "[erp]") {
  BatchFixture fixture;
  std::vector<ClaimedPosting> claimed;
  for (std::int64_t no = 1; no <= 4; ++no) {
    claimed.push_back(posting(no, "key" + std::to_string(no)));
    claimed.back().attempts = 8;
  }
  fixture.plan.claimed(std::move(claimed));
  fixture.start();
  fixture.plan.finished(fixture.jobs[0].job_no, std::vector<Outcome>(4, outcome(OutcomeKind::kTransient)), {}, kWall, 12'345);
  std::set<std::int64_t> times;
  for (const ForwardResult& result : fixture.plan.take_results()) times.insert(result.next_attempt_at.micros);
  CHECK(times.size() == 1);
}

TEST_CASE("forward plan: more is claimed ahead of an ERP that works off a large claim before the next is there, and of no other", "[erp]") {
  ForwardPlan plan{{.concurrency = 8, .claimed_max = 4, .claimed_ceiling = 10, .retry = {}, .breaker = {}}};
  std::int64_t last_no = 0;
  const auto claim = [&](std::size_t count) {
    std::vector<ClaimedPosting> made;
    for (std::size_t i = 0; i < count; ++i) {
      ++last_no;
      made.push_back(posting(last_no, "key" + std::to_string(last_no)));
    }
    plan.claimed(std::move(made));
  };
  const auto work_off = [&] {
    while (plan.held() > 0)
      for (const ForwardJob& job : plan.next_jobs({})) plan.finished(job.job_no, {outcome(OutcomeKind::kPosted)}, {}, kWall, 1);
  };
  CHECK(plan.room({}) == 4);
  claim(4);
  CHECK_FALSE(plan.is_low());
  CHECK(plan.room({}) == 0);
  work_off();
  CHECK(plan.is_low());
  claim(1);  // the large one before it was worked off: there may be more in the plan now
  CHECK(plan.room({}) == 7);
  work_off();
  claim(1);  // a lone posting is always worked off
  CHECK(plan.room({}) == 7);
  claim(7);
  work_off();
  claim(7);
  CHECK(plan.room({}) == 3);  // the ceiling
}
