#include "hub/app/insight_watch.h"

#include <catch2/catch.hpp>

#include "common/base/os.h"
#include "hub/insight/alert_store.h"
#include "hub/insight/sample_store.h"
#include "tests/hub/insight/insight_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::InsightDatabase;

namespace {

/// Commits each task at once.
struct AtOnce : WriterPort {
  InsightDatabase& database;
  explicit AtOnce(InsightDatabase& given) : database(given) {}
  Result<void> submit(Priority, Command command) override {
    Task& task = std::get<Task>(command);
    auto transaction = sql::Transaction::begin(*database);
    const auto applied = task.apply(*database, os::now());
    if (applied) REQUIRE(transaction->commit());
    if (task.done) task.done(applied);
    return {};
  }
  std::size_t bulk_waiting() const override { return 0; }
};

struct WatchStand {
  InsightDatabase database;
  AtOnce writer{database};
  AgentRegistry agents;
  ArrivalMeter meter;
  std::vector<BreakerFact> breakers{{"generic", "flowing", ""}};
  InsightSources sources{writer, agents, meter, [this] { return breakers; }, database.path(), {}};
};

}  // namespace

TEST_CASE("insight watch: a minute's sample takes what arrived and how the fleet stands", "[insight]") {
  WatchStand stand;
  const Instant now = os::now();
  AgentRecord agent;
  agent.agent_id = AgentId("a_1");
  agent.public_key = "key";
  stand.agents.put(agent);
  AgentStatus status;
  status.backlog = 7;
  stand.agents.set_status("key", status, "1", now);
  Arrivals arrivals;
  arrivals.documents = 3;
  arrivals.delays[4] = 3;
  stand.meter.add(arrivals);
  REQUIRE(take_sample(*stand.database, stand.sources, now, true));
  const std::int64_t at = now.micros / 60'000'000 * 60;
  CHECK(read_series(*stand.database, 60, "documents", at, at + 60)->at(at) == 3);
  CHECK(read_series(*stand.database, 60, delay_figure(4), at, at + 60)->at(at) == 3);
  CHECK(read_series(*stand.database, 60, "backlog", at, at + 60)->at(at) == 7);
  CHECK(read_series(*stand.database, 60, "agents_online", at, at + 60)->at(at) == 1);
  CHECK(read_marks(*stand.database)->size() == 2);
}

TEST_CASE("insight watch: a breaker that stays open becomes an alert, and ends", "[insight]") {
  WatchStand stand;
  AlertEngine engine;
  const Instant now = os::now();
  stand.breakers[0].breaker = "stopped";
  REQUIRE(look_for_alerts(*stand.database, stand.sources, engine, now));
  CHECK(read_firing(*stand.database)->empty());
  REQUIRE(look_for_alerts(*stand.database, stand.sources, engine, now + seconds(120)));
  CHECK(read_firing(*stand.database)->contains({"breaker_open", "generic"}));
  stand.breakers[0].breaker = "flowing";
  REQUIRE(look_for_alerts(*stand.database, stand.sources, engine, now + seconds(130)));
  CHECK(read_firing(*stand.database)->size() == 1);
  REQUIRE(look_for_alerts(*stand.database, stand.sources, engine, now + seconds(190)));
  CHECK(read_firing(*stand.database)->empty());
}

TEST_CASE("insight watch: a store that is switched off at night is an alert only when it stays so by day", "[insight]") {
  WatchStand stand;
  AlertEngine engine;
  Location location;
  location.id = LocationId("LS");
  location.time_zone = "Europe/London";
  location.opening_hours = FreeText("09:00-18:00");
  AgentRecord agent;
  agent.agent_id = AgentId("a_1");
  agent.public_key = "key";
  agent.location = location.id;
  stand.agents.put(agent);
  stand.agents.put_location(location.id, location_facts(location));
  stand.agents.set_status("key", {}, "1", *parse_instant("2026-01-05T18:05:00Z"));
  const auto is_alert_at = [&](const char* at) {
    REQUIRE(look_for_alerts(*stand.database, stand.sources, engine, *parse_instant(at)));
    return read_firing(*stand.database)->contains({"store_dark", "a_1"});
  };
  CHECK_FALSE(is_alert_at("2026-01-05T23:00:00Z"));
  CHECK_FALSE(is_alert_at("2026-01-06T08:59:59Z"));
  CHECK_FALSE(is_alert_at("2026-01-06T09:15:00Z"));  // 900 s of its opening hours: the limit
  CHECK(is_alert_at("2026-01-06T09:15:01Z"));
  CHECK(is_alert_at("2026-01-06T17:59:59Z"));
  CHECK(is_alert_at("2026-01-06T18:00:00Z"));        // well within its limit for a minute, then it ends
  CHECK_FALSE(is_alert_at("2026-01-06T18:01:00Z"));
  CHECK(is_alert_at("2026-01-07T09:00:00Z"));        // still dark in the morning
}

TEST_CASE("insight watch: its thread samples at once and ends at once", "[insight]") {
  WatchStand stand;
  struct Counting : WriterPort {
    std::atomic<int> tasks = 0;
    Result<void> submit(Priority, Command) override {
      ++tasks;
      return {};
    }
    std::size_t bulk_waiting() const override { return 0; }
  } counting;
  const InsightSources sources{counting, stand.agents, stand.meter, [] { return std::vector<BreakerFact>{}; }, stand.database.path(), {}};
  auto watch = InsightWatch::start(sources);
  REQUIRE(watch);
  const Duration until = os::monotonic() + seconds(10);
  while (counting.tasks == 0 && os::monotonic() < until) std::this_thread::yield();
  CHECK(counting.tasks >= 1);
}
