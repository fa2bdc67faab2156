#include "hub/insight/overview_reader.h"

#include <catch2/catch.hpp>

#include "hub/insight/need_store.h"
#include "tests/hub/insight/insight_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::InsightDatabase;
using tillsync::hub::test::kInsightNow;

namespace {

AgentWithStatus agent_of(const std::string& id, std::optional<Instant> seen, std::int64_t backlog = 0, std::int64_t oldest = 0) {
  AgentWithStatus row;
  row.agent.agent_id = AgentId(id);
  row.agent.location = LocationId("GB");
  row.status.last_seen = seen;
  row.status.backlog = backlog;
  row.status.oldest_unsent_s = oldest;
  return row;
}
OverviewInput input_at(Instant now) {
  OverviewInput input;
  input.now = now;
  return input;
}

}  // namespace

TEST_CASE("overview: figures of an empty hub are nought", "[overview]") {
  InsightDatabase database;
  OverviewReader reader;
  const auto overview = reader.read(*database, input_at(kInsightNow));
  REQUIRE(overview);
  CHECK(overview->needs_total == 0);
  CHECK(overview->figures.agents_all == 0);
  CHECK(overview->figures.exceptions_open == 0);
}

TEST_CASE("overview: agents, where what a dark store holds grows older", "[overview]") {
  InsightDatabase database;
  OverviewReader reader;
  OverviewInput input = input_at(kInsightNow);
  for (const auto& row : {agent_of("a_1", kInsightNow), agent_of("a_2", kInsightNow, 5, 100), agent_of("a_3", kInsightNow - seconds(600), 7, 30), agent_of("a_4", {})})
    input.agents.look(row.agent, row.status, kInsightNow);
  AgentWithStatus revoked = agent_of("a_5", kInsightNow, 99, 9'999);
  revoked.agent.standing = Standing::kRevoked;
  input.agents.look(revoked.agent, revoked.status, kInsightNow);
  CHECK(input.agents.noteworthy.size() == 1);
  const auto overview = reader.read(*database, input);
  REQUIRE(overview);
  CHECK(overview->figures.agents_all == 4);
  CHECK(overview->figures.agents_online == 2);
  CHECK(overview->figures.backlog == 12);
  CHECK(overview->figures.oldest_unsent_s == 630);
}

TEST_CASE("overview: causes with their worth, counts of exceptions and postings", "[overview]") {
  InsightDatabase database;
  for (std::int64_t no = 1; no <= 3; ++no) {
    database.add_event(no, std::to_string(no));
    database.add_posting(no, "p_" + std::to_string(no), no == 3 ? "queued" : "refused");
  }
  database.add_exception(1, "posting.unknown_item", "sku:A", kInsightNow - seconds(1), "1");
  database.add_exception(2, "posting.unknown_item", "sku:A", kInsightNow + seconds(1), "2");
  OverviewReader reader;
  const auto overview = reader.read(*database, input_at(kInsightNow));
  REQUIRE(overview);
  CHECK(overview->figures.refused_postings == 2);
  CHECK(overview->figures.exceptions_open == 2);
  CHECK(overview->figures.exceptions_overdue == 1);
  REQUIRE(overview->needs.size() == 1);
  CHECK(overview->needs[0].worth.at("GBP") == "30.60");
  CHECK(overview->needs[0].count == 2);
}

TEST_CASE("overview: unclosed days of the newest dates that have documents", "[overview]") {
  InsightDatabase database;
  const auto add_day = [&](int days, const std::string& location) {
    database.run("INSERT INTO till_day VALUES (" + std::to_string(days) + ", '" + location + "', 'T', 1, 1, 1, 0, 0, 0, NULL, NULL, 0)");
  };
  const int today = date_of(kInsightNow).days;
  for (int back = 0; back < 20; ++back) add_day(today - back, "GB");
  add_day(today - 1, "FR");
  database.run("INSERT INTO business_day VALUES ('GB', " + std::to_string(today - 1) + ", 'closed', 1, 1, 0)");
  database.run("INSERT INTO business_day VALUES ('GB', " + std::to_string(today - 2) + ", 'reopened', 0, 1, 0)");
  const auto unclosed = read_unclosed(*database, DayPolicy{}, {{"FR", "Paris"}}, kInsightNow);
  REQUIRE(unclosed);
  REQUIRE(unclosed->size() == kUnclosedDatesMax);
  CHECK(unclosed->at(0).date.days == today - 1);  // today's closes are not due yet
  CHECK(unclosed->at(0).named == std::vector<std::string>{"Paris"});
  CHECK(unclosed->at(0).all == 2);
  CHECK(unclosed->at(1).named == std::vector<std::string>{"GB"});  // reopened
}

TEST_CASE("overview: what changes slowly is read again when its time is over", "[overview]") {
  InsightDatabase database;
  OverviewReader reader;
  REQUIRE(reader.read(*database, input_at(kInsightNow)));
  database.add_exception(1, "unknown_sku", "sku:A", kInsightNow);
  CHECK(reader.read(*database, input_at(kInsightNow + seconds(1)))->needs.empty());
  CHECK(reader.read(*database, input_at(kInsightNow + kCausesReadEvery))->needs.size() == 1);
}

TEST_CASE("overview: at most fifty needs, and how many there are", "[overview]") {
  InsightDatabase database;
  OverviewReader reader;
  OverviewInput input = input_at(kInsightNow);
  for (std::size_t i = 0; i <= kNeedsMax; ++i) {
    AgentWithStatus twice = agent_of("a_" + std::to_string(i), kInsightNow);
    twice.agent.standing = Standing::kConflict;
    input.agents.look(twice.agent, twice.status, kInsightNow);
  }
  const auto overview = reader.read(*database, input);
  REQUIRE(overview);
  CHECK(overview->needs.size() == kNeedsMax);
  CHECK(overview->needs_total == static_cast<std::int64_t>(kNeedsMax) + 1);
}

TEST_CASE("overview: acknowledged needs say by whom", "[overview]") {
  InsightDatabase database;
  OverviewReader reader;
  OverviewInput input = input_at(kInsightNow);
  input.breakers = {{"generic", "stopped", ""}};
  const auto before = reader.read(*database, input);
  REQUIRE(acknowledge_need(*database, before->needs.at(0).need_id, "ana", "", kInsightNow));
  CHECK(reader.read(*database, input)->needs.at(0).acknowledged_by == "ana");
}

TEST_CASE("live counts: by status, newest numbers, and an end to counting", "[overview]") {
  InsightDatabase database;
  database.add_event(1, "1");
  database.add_posting(1, "p_1", "held");
  database.add_event(2, "2");
  database.add_posting(2, "p_2", "queued");
  database.add_exception(4, "unknown_sku", "sku:A", kInsightNow);
  const auto counts = read_live_counts(*database, kInsightNow + seconds(1));
  REQUIRE(counts);
  CHECK(counts->postings == std::map<std::string, std::int64_t>{{"held", 1}, {"queued", 1}, {"refused", 0}, {"retrying", 0}, {"unknown", 0}});
  CHECK(counts->exceptions == std::map<std::string, std::int64_t>{{"assigned", 0}, {"open", 1}, {"overdue", 1}});
  CHECK(counts->newest_exception == 4);
  CHECK(counts->newest_posting == 4);
  CHECK(counts->newest_event == 2);
  database.run("WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 10200) INSERT INTO posting (posting_no, event_no, posting_id, kind, location, currency, ordering_key, status,"
               " is_open, attempts, gross_minor, units_milli, erp_reference, last_error, created_at, updated_at, body) SELECT 2 * i, i, 'p' || i, 'sale', 'GB', 'GBP', 'k', 'refused', 1, 0, 0, 0, '', '', 0, 0, x'' FROM n");
  CHECK(read_live_counts(*database, kInsightNow)->postings.at("refused") == kCountsEndAt + 1);
}
