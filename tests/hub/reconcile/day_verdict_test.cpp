#include "hub/reconcile/day_verdict.h"

#include <catch2/catch.hpp>

#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

const Instant kJudgedEarly = at_day(kFirstDay);
const Instant kJudgedLate = at_day(days_after(kFirstDay, 1));

TillFacts facts_of_till(const std::string& till, std::int64_t hub_minor, std::optional<std::int64_t> close_minor) {
  TillFacts facts;
  facts.till = TillId(till);
  IncomingDocument one = incoming(at_till(sale_of("1", hub_minor, 1), till));
  add_document(facts.day, one);
  facts.ranges = SequenceRanges({{1, 2}});
  if (close_minor) facts.closes.push_back({2, DocumentNo("Z"), 2, {}, close_body("1", 1, *close_minor)});
  return facts;
}
DayFacts good_facts() {
  DayFacts facts;
  facts.day = {LocationId("GB"), kFirstDay};
  facts.location.emplace();
  facts.location->id = LocationId("GB");
  facts.location->status = "open";
  facts.location->tills.push_back({TillId("GB-1"), {}, {}, {}});
  facts.tills[TillId("GB-1")] = facts_of_till("GB-1", 100, 100);
  add_listed_tills(facts);
  return facts;
}
AgentBacklog day_agent(std::int64_t documents, std::int64_t oldest_s, Instant heard) {
  return {AgentId("a_one"), "PC", "dark", documents, oldest_s, heard};
}

struct DayCase {
  std::string name;
  std::function<void(DayFacts&)> change;
  Instant now;
  DayState state;
  bool is_complete;
  std::vector<std::string> blockers;
};

std::vector<DayCase> day_cases() {
  using enum DayState;
  const auto lock = [](DayLockState state) {
    return [state](DayFacts& facts) { facts.lock = DayLock{state, true, 1, kNow}; };
  };
  return {
      {"everything is in", [](DayFacts&) {}, kJudgedLate, kReady, true, {}},
      {"no close yet, the day goes on", [](DayFacts& f) { f.tills[TillId("GB-1")].closes.clear(); }, kJudgedEarly, kRunning, false, {"close_missing"}},
      {"no close, and it is late", [](DayFacts& f) { f.tills[TillId("GB-1")].closes.clear(); }, kJudgedLate, kBlocked, false, {"close_missing"}},
      {"a listed till that sent nothing", [](DayFacts& f) { f.location->tills.push_back({TillId("GB-2"), {}, {}, {}}); add_listed_tills(f); }, kJudgedLate, kBlocked, false, {"close_missing"}},
      {"a listed till that was not active yet", [](DayFacts& f) { f.location->tills.push_back({TillId("GB-2"), days_after(kFirstDay, 1), {}, {}}); add_listed_tills(f); }, kJudgedLate, kReady, true, {}},
      {"a listed till that was active no more", [](DayFacts& f) { f.location->tills.push_back({TillId("GB-2"), {}, days_after(kFirstDay, -1), {}}); add_listed_tills(f); }, kJudgedLate, kReady, true, {}},
      {"a listed till on its last day", [](DayFacts& f) { f.location->tills.push_back({TillId("GB-2"), kFirstDay, kFirstDay, {}}); add_listed_tills(f); }, kJudgedLate, kBlocked, false, {"close_missing"}},
      {"a gap", [](DayFacts& f) { f.tills[TillId("GB-1")].closes[0].body.last_sequence = 4; }, kJudgedLate, kBlocked, false, {"sequence_gap"}},
      {"closes differ", [](DayFacts& f) { f.tills[TillId("GB-1")] = facts_of_till("GB-1", 100, 150); add_listed_tills(f); }, kJudgedLate, kDiffers, true, {"close_differs"}},
      {"an open exception", [](DayFacts& f) { f.exception_count = 1; }, kJudgedLate, kBlocked, true, {"exceptions"}},
      {"postings on their way, in time", [](DayFacts& f) { f.postings.open = 2; }, kJudgedEarly, kRunning, true, {"postings_open"}},
      {"postings on their way, late", [](DayFacts& f) { f.postings.open = 2; }, kJudgedLate, kBlocked, true, {"postings_open"}},
      {"postings refused, unknown, held", [](DayFacts& f) { f.postings = {9, 0, 1, 1, 1, 5}; }, kJudgedLate, kBlocked, true, {"postings_unknown", "postings_refused", "postings_held"}},
      {"postings collected, and nobody sums them", [](DayFacts& f) { f.postings.collected = 2; }, kJudgedLate, kBlocked, true, {"postings_open"}},
      {"postings in a sum on its way", [](DayFacts& f) { f.postings.summed = 2; }, kJudgedLate, kReady, true, {}},
      {"skipped postings were decided", [](DayFacts& f) { f.postings.skipped = 3; }, kJudgedLate, kReady, true, {}},
      {"a backlog where tills are listed", [](DayFacts& f) { f.agents.push_back(day_agent(7, 90'000, kJudgedEarly)); }, kJudgedLate, kReady, true, {}},
      {"a backlog of that day where none are",
       [](DayFacts& f) { f.tills.clear(); f.location->tills.clear(); f.agents.push_back(day_agent(7, 20 * 3'600, kJudgedLate)); }, kJudgedLate, kBlocked, false, {"backlog"}},
      {"a backlog of later days only",
       [](DayFacts& f) { f.tills.clear(); f.location->tills.clear(); f.agents.push_back(day_agent(7, 60, kJudgedLate)); }, kJudgedLate, kReady, true, {}},
      {"an agent that was not heard since",
       [](DayFacts& f) { f.tills.clear(); f.location->tills.clear(); f.agents.push_back(day_agent(0, 0, kJudgedEarly)); }, kJudgedLate, kBlocked, false, {"silent"}},
      {"a revoked agent does not count",
       [](DayFacts& f) { f.tills.clear(); f.location->tills.clear(); f.agents.push_back(day_agent(7, 90'000, kJudgedEarly)); f.agents[0].state = "revoked"; }, kJudgedLate, kReady, true, {}},
      {"closed", lock(DayLockState::kClosed), kJudgedLate, kClosed, true, {}},
      {"reopened", lock(DayLockState::kReopened), kJudgedLate, kReopened, true, {}},
  };
}

}  // namespace

TEST_CASE("day verdict: a table of days", "[reconcile]") {
  for (const DayCase& one : day_cases()) {
    INFO(one.name);
    DayFacts facts = good_facts();
    one.change(facts);
    const DayVerdict verdict = judge_day(facts, {}, one.now);
    std::vector<std::string> codes;
    for (const Blocker& blocker : verdict.blockers) codes.push_back(blocker.code);
    CHECK(to_string(verdict.state) == to_string(one.state));
    CHECK(verdict.is_complete == one.is_complete);
    CHECK(codes == one.blockers);
    CHECK(verdict.may_close == (one.is_complete && one.blockers.empty()));
  }
}

TEST_CASE("day verdict: what is collected does not stand in the way where closing sums it", "[reconcile]") {
  DayFacts facts = good_facts();
  facts.postings.collected = 2;
  DayPolicy policy;
  policy.sums_for = "tryton";
  CHECK(judge_day(facts, policy, kJudgedLate).may_close);
  facts.postings.open = 1;
  const DayVerdict verdict = judge_day(facts, policy, kJudgedLate);
  REQUIRE(verdict.blockers.size() == 1);
  CHECK(verdict.blockers[0].detail == "1 posting not yet at the ERP");
}

TEST_CASE("day verdict: planned, closed and refitted locations list no tills, but what trades there needs a close", "[reconcile]") {
  for (const std::string status : {"planned", "closed", "refit"}) {
    DayFacts facts;
    facts.day = {LocationId("GB"), kFirstDay};
    facts.location.emplace();
    facts.location->status = status;
    facts.location->tills.push_back({TillId("GB-1"), {}, {}, {}});
    add_listed_tills(facts);
    CHECK(judge_day(facts, {}, kJudgedLate).may_close);
    facts.tills[TillId("GB-1")] = facts_of_till("GB-1", 100, {});
    add_listed_tills(facts);
    CHECK_FALSE(facts.tills[TillId("GB-1")].is_listed);
    CHECK_FALSE(judge_day(facts, {}, kJudgedLate).may_close);
  }
  CHECK_FALSE(is_listed(std::nullopt, TillId("GB-1"), kFirstDay));
}

TEST_CASE("day verdict: running ends with the expected time", "[reconcile]") {
  DayFacts facts = good_facts();
  facts.tills[TillId("GB-1")].closes.clear();
  const Instant due = closes_expected_at(kFirstDay, {});
  CHECK(judge_day(facts, {}, due - Duration{1}).state == DayState::kRunning);
  CHECK(judge_day(facts, {}, due).state == DayState::kBlocked);
}

TEST_CASE("day verdict: names of states", "[reconcile]") {
  for (const DayState state : {DayState::kRunning, DayState::kBlocked, DayState::kDiffers, DayState::kReady, DayState::kClosed, DayState::kReopened})
    CHECK(parse_day_state(to_string(state)) == state);
  CHECK_FALSE(parse_day_state("open").has_value());
}
