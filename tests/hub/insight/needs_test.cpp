#include "hub/insight/needs.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kNeedsNow = parse_instant("2010-12-02T09:00:00Z").value_or(Instant{});

AgentFact dark_agent(const std::string& id, std::int64_t backlog) {
  AgentFact agent;
  agent.agent_id = id;
  agent.location = "LS";
  agent.location_name = "Leeds";
  agent.state = AgentState::kDark;
  agent.last_seen = kNeedsNow - seconds(41 * 60);
  agent.backlog = backlog;
  return agent;
}
std::vector<std::string> titles_of(const std::vector<OverviewNeed>& needs) {
  std::vector<std::string> titles;
  for (const OverviewNeed& need : needs) titles.push_back(need.title);
  return titles;
}

}  // namespace

TEST_CASE("needs: nothing needs anybody", "[needs]") { CHECK(build_needs({kNeedsNow, {}, {}, {}, {}, {}, {}}).empty()); }

TEST_CASE("needs: each kind says what a person would say", "[needs]") {
  NeedFacts facts;
  facts.now = kNeedsNow;
  facts.agents.push_back(dark_agent("a_1", 1'212));
  facts.agents.back().drain_s = 60;
  facts.causes.push_back({"posting.unknown_item", "The ERP does not know an item", "sku:85123A", "master_data", 412, kNeedsNow + seconds(7'200), {{"GBP", "9310.00"}}});
  facts.unclosed.push_back({Date{14'944}, 1, 3, {"York"}, kNeedsNow + seconds(60)});
  facts.breakers.push_back({"generic", "stopped", "connection refused"});
  facts.breakers.push_back({"other", "flowing", ""});
  AgentFact twice = dark_agent("a_2", 0);
  twice.state = AgentState::kConflict;
  facts.agents.push_back(twice);
  const auto needs = build_needs(facts);
  CHECK(titles_of(needs) == std::vector<std::string>{"ERP generic stopped: connection refused", "Leeds: two machines speak as a_2", "Leeds dark 41 min, 1,212 unsent, drain 60 s",
                                                     "2010-12-01 not closed: York", "412 × The ERP does not know an item, SKU 85123A"});
  CHECK(needs.back().worth.at("GBP") == "9310.00");
  CHECK(needs.back().role == "f");
  CHECK(needs.back().href == "/exceptions?status=open&code=posting.unknown_item&cause=sku%3A85123A");
  CHECK_FALSE(needs.front().due_at);
}

TEST_CASE("needs: a dark store that is closed needs nobody, one that is missing by day does", "[needs]") {
  NeedFacts facts;
  facts.now = kNeedsNow;
  facts.agents.push_back(dark_agent("a_1", 7));
  facts.agents.push_back(dark_agent("a_2", 0));
  facts.agents.back().state = AgentState::kMissing;
  CHECK(build_needs(facts).size() == 2);
  for (AgentFact& agent : facts.agents) agent.is_idle = true;
  CHECK(build_needs(facts).empty());
  facts.agents.front().state = AgentState::kConflict;  // at any hour
  CHECK(build_needs(facts).size() == 1);
}

TEST_CASE("needs: many dark stores are one need", "[needs]") {
  NeedFacts facts;
  facts.now = kNeedsNow;
  for (std::size_t i = 0; i < kDarkOneByOneMax; ++i) facts.agents.push_back(dark_agent("a_" + std::to_string(i), 10));
  CHECK(build_needs(facts).size() == kDarkOneByOneMax);
  facts.agents.push_back(dark_agent("a_last", 10));
  const auto needs = build_needs(facts);
  REQUIRE(needs.size() == 1);
  CHECK(needs[0].title == "6 stores dark, 60 unsent");
}

TEST_CASE("needs: a date with many open locations counts them", "[needs]") {
  NeedFacts facts;
  facts.now = kNeedsNow;
  facts.unclosed.push_back({Date{14'944}, 4, 212, {"A", "B", "C"}, kNeedsNow});
  CHECK(titles_of(build_needs(facts)) == std::vector<std::string>{"2010-12-01 not closed: 4 of 212 locations"});
}

TEST_CASE("needs: what somebody has seen sinks, until it is something else", "[needs]") {
  NeedFacts facts;
  facts.now = kNeedsNow;
  facts.causes.push_back({"unknown_sku", "Unknown SKU", "sku:A", "master_data", 1, kNeedsNow + seconds(60), {}});
  facts.causes.push_back({"unknown_sku", "Unknown SKU", "sku:B", "master_data", 1, kNeedsNow + seconds(120), {}});
  const std::string first = build_needs(facts)[0].need_id;
  facts.acknowledged[first] = "ana";
  auto needs = build_needs(facts);
  CHECK(needs[1].need_id == first);
  CHECK(needs[1].acknowledged_by == "ana");
  facts.now = kNeedsNow + seconds(90);  // the first is overdue now
  needs = build_needs(facts);
  CHECK(needs[0].acknowledged_by.empty());
  CHECK(needs[0].role == "f");
}

TEST_CASE("needs: a store that goes dark again is another need", "[needs]") {
  NeedFacts facts;
  facts.now = kNeedsNow;
  facts.agents.push_back(dark_agent("a_1", 1));
  const std::string before = build_needs(facts)[0].need_id;
  CHECK(build_needs(facts)[0].need_id == before);
  facts.agents[0].last_seen = kNeedsNow - seconds(100);
  CHECK(build_needs(facts)[0].need_id != before);
}

TEST_CASE("needs: words", "[needs]") {
  CHECK(spoken(seconds(119)) == "119 s");
  CHECK(spoken(seconds(120)) == "2 min");
  CHECK(spoken(seconds(7'199)) == "119 min");
  CHECK(spoken(seconds(7'200)) == "2 h");
  CHECK(spoken(seconds(3 * 86'400)) == "3 d");
  CHECK(spoken(seconds(-5)) == "0 s");
  CHECK(spoken_cause("sku:A:B") == "SKU A:B");
  CHECK(spoken_cause("till GB-1") == "till GB-1");
}
