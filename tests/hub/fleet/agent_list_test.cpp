#include "hub/fleet/agent_list.h"

#include <catch2/catch.hpp>

#include <deque>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kListNow{1'700'000'000'000'000};

AgentEntry entry_of(const std::string& id, std::int64_t backlog, std::optional<Instant> seen = kListNow, const std::string& version = "1.0") {
  AgentEntry entry;
  entry.agent.agent_id = AgentId(id);
  entry.agent.location = LocationId("GB");
  entry.agent.name = "Till PC " + id;
  entry.agent.version = version;
  entry.status.last_seen = seen;
  entry.status.backlog = backlog;
  return entry;
}

std::vector<std::string> ids(const std::vector<SortedAgent>& rows) {
  std::vector<std::string> all;
  for (const auto& row : rows) all.push_back(row.entry->agent.agent_id.value);
  return all;
}

std::vector<SortedAgent> rows_of(const std::deque<AgentEntry>& entries, AgentSort by) {
  std::vector<SortedAgent> rows;
  for (const AgentEntry& entry : entries) rows.push_back(sort_key(entry, by));
  return rows;
}

}  // namespace

TEST_CASE("agent list: orders and states are read, others are none", "[fleet]") {
  CHECK(parse_agent_order("")->by == AgentSort::kId);
  CHECK(parse_agent_order("-backlog")->is_descending);
  CHECK(parse_agent_order("skew")->by == AgentSort::kSkew);
  CHECK_FALSE(parse_agent_order("location"));
  CHECK_FALSE(parse_agent_order("-"));
  CHECK(parse_agent_states("")->empty());
  CHECK(*parse_agent_states("dark,missing") == std::vector{AgentState::kDark, AgentState::kMissing});
  CHECK_FALSE(parse_agent_states("dark,"
                                 "asleep"));
}

TEST_CASE("agent list: each filter alone", "[fleet]") {
  AgentEntry entry = entry_of("a_1", 5);
  entry.status.host = "LEEDS-01";
  const LocationFacts location{"London, High Street", "uk"};
  const auto fits = [&](const AgentFilter& filter) { return matches(filter, entry, location, AgentState::kOnline, kListNow); };
  CHECK(fits({}));
  CHECK(fits({.states = {AgentState::kOnline}, .location = {}, .group = {}, .version = {}, .dark_for = {}, .q = {}}));
  CHECK_FALSE(fits({.states = {AgentState::kDark}, .location = {}, .group = {}, .version = {}, .dark_for = {}, .q = {}}));
  for (const auto& [q, fit] : {std::pair{"leeds", true}, {"HIGH st", true}, {"a_1", true}, {"gb", true}, {"till pc", true}, {"york", false}}) {
    AgentFilter filter;
    filter.q = q;
    CHECK(fits(filter) == fit);
  }
  for (const auto& [group, version, place, fit] : {std::tuple{"uk", "", "", true}, {"fr", "", "", false}, {"", "1.0", "", true}, {"", "1.1", "", false},
                                                   {"", "", "GB", true}, {"", "", "FR", false}}) {
    AgentFilter filter;
    filter.group = group;
    filter.version = version;
    filter.location = place;
    CHECK(fits(filter) == fit);
  }
  AgentFilter dark;
  dark.dark_for = seconds(60);
  CHECK_FALSE(fits(dark));
  entry.status.last_seen = kListNow - seconds(60);
  CHECK(fits(dark));
  entry.status.last_seen = kListNow - Duration{59'999'999};
  CHECK_FALSE(fits(dark));
  entry.status.last_seen.reset();
  CHECK_FALSE(fits(dark));  // never heard is waiting, not dark
}

TEST_CASE("agent list: pages walk through every order without a gap or a repeat", "[fleet]") {
  std::deque<AgentEntry> entries;
  for (int i = 0; i < 23; ++i) entries.push_back(entry_of("a_" + std::to_string(100 + i), i % 4, i % 5 == 0 ? std::nullopt : std::optional(kListNow), i % 2 ? "1.0" : "1.1~x"));
  for (const char* text : {"id", "-id", "backlog", "-backlog", "version", "-version", "last_seen", "oldest", "skew", "disk"}) {
    const AgentOrder order = *parse_agent_order(text);
    INFO(text);
    const auto whole = sort_page(rows_of(entries, order.by), order, "", 100);
    REQUIRE(whole);
    CHECK_FALSE(whole->next);
    std::vector<std::string> walked;
    std::string after;
    for (int pages = 0; pages < 10; ++pages) {
      const auto page = sort_page(rows_of(entries, order.by), order, after, 5);
      REQUIRE(page);
      const auto part = ids(page->rows);
      walked.insert(walked.end(), part.begin(), part.end());
      if (!page->next) break;
      after = *page->next;
    }
    CHECK(walked == ids(whole->rows));
  }
}

TEST_CASE("agent list: the largest backlog first; never heard comes last then", "[fleet]") {
  const std::deque<AgentEntry> entries = {entry_of("a_1", 5), entry_of("a_2", 9), entry_of("a_3", 0, std::nullopt)};
  const auto page = sort_page(rows_of(entries, AgentSort::kBacklog), {AgentSort::kBacklog, true}, "", 10);
  REQUIRE(page);
  CHECK(ids(page->rows) == std::vector<std::string>{"a_2", "a_1", "a_3"});
}

TEST_CASE("agent list: a cursor that no page gave is refused", "[fleet]") {
  const std::deque<AgentEntry> entries = {entry_of("a_1", 5)};
  for (const char* after : {"a_1", "x~a_1", "~a_1", "5x~a_1"}) CHECK_FALSE(sort_page(rows_of(entries, AgentSort::kBacklog), {AgentSort::kBacklog, false}, after, 10));
  CHECK(sort_page(rows_of(entries, AgentSort::kBacklog), {AgentSort::kBacklog, false}, "5~a_1", 10)->rows.empty());
}

TEST_CASE("agent list: the summary counts all, and waits for nothing of a revoked one", "[fleet]") {
  AgentSummary summary;
  AgentEntry draining = entry_of("a_1", 300);
  draining.status.oldest_unsent_s = 60;
  draining.trend.add(kListNow - seconds(15), 330);
  draining.trend.add(kListNow, 300);
  AgentEntry revoked = entry_of("a_2", 50, kListNow, "0.9");
  revoked.agent.standing = Standing::kRevoked;
  AgentEntry dark = entry_of("a_3", 7, kListNow - seconds(3'600));
  dark.status.oldest_unsent_s = 3'000;
  const LocationFacts uk{"London", "uk"};
  for (const AgentEntry* entry : {&draining, &revoked, &dark}) add_to_summary(summary, *entry, uk, agent_state(entry->agent.standing, entry->status, kListNow));
  CHECK(summary.all == 3);
  CHECK(summary.by_state == std::map<std::string, std::int64_t>{{"draining", 1}, {"revoked", 1}, {"dark", 1}});
  CHECK(summary.backlog == 307);
  CHECK(summary.oldest_unsent_s == 3'000);
  CHECK(summary.drain_s == 150);
  CHECK(summary.versions == std::map<std::string, std::int64_t>{{"0.9", 1}, {"1.0", 2}});
  CHECK(summary.groups == std::map<std::string, std::int64_t>{{"uk", 3}});
}

TEST_CASE("agent list: a dark agent has no forecast, whatever its last frames said", "[fleet]") {
  AgentEntry entry = entry_of("a_1", 10);
  entry.trend.add(kListNow - seconds(15), 20);
  entry.trend.add(kListNow, 10);
  CHECK(view_of(entry, {}, kListNow).drain_s == 15);
  CHECK_FALSE(view_of(entry, {}, kListNow + seconds(3'600)).drain_s);
}
