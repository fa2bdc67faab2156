#include "hub/app/day_watch.h"

#include <catch2/catch.hpp>

#include "hub/masterdata/masterdata_store.h"
#include "hub/reconcile/stock_comparison_store.h"
#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

struct DaysWriter final : WriterPort {
  explicit DaysWriter(DayHub& hub) : hub_(hub) {}
  Result<void> submit(Priority, Command command) override {
    std::vector<Command> group;
    group.push_back(std::move(command));
    hub_.hub.core().run_group(std::move(group), kNow);
    return {};
  }
  std::size_t bulk_waiting() const override { return 0; }
  DayHub& hub_;
};

struct KnownErp final : ErpStockSource {
  Result<ErpStock> on_hand(const LocationId& location) override {
    if (location == LocationId("FR")) return fail(ErrorCode::kUnavailable, "ask the ERP", "no answer");
    return ErpStock{kNow, {{Sku("A"), Quantity{units * 1'000}}}};
  }
  std::int64_t units = 0;
};

struct WatchedDays {
  WatchedDays() {
    Location location;
    location.id = LocationId("GB");
    location.status = "open";
    location.tills.push_back({TillId("GB-1"), {}, {}, {}});
    REQUIRE(put_locations(hub.connection(), {location}, "test", kNow));
    AgentRecord agent;
    agent.agent_id = AgentId("a_one");
    agent.public_key = "key";
    agent.location = LocationId("GB");
    agent.enrolled_at = at_day(kFirstDay);
    agents.put(agent);
  }
  /// As of so many hours after the beginning of 2010-12-01.
  Date look(std::int64_t hours, Date judged_until = {}) {
    const Instant now = Instant{std::int64_t{kFirstDay.days} * 86'400 * 1'000'000} + seconds(hours * 3'600);
    const auto until = check_days(hub.connection(), writer, agents, policy, judged_until, now);
    REQUIRE(until);
    return *until;
  }
  DayHub hub;
  DaysWriter writer{hub};
  AgentRegistry agents;
  DayPolicy policy;
};

}  // namespace

TEST_CASE("day watch: a close is missing from the expected time on, and said once", "[app]") {
  WatchedDays days;
  CHECK(days.look(29) == days_after(kFirstDay, -1));
  CHECK(days.hub.open_exceptions("close.missing").empty());
  CHECK(days.look(30) == kFirstDay);
  CHECK(days.look(31) == kFirstDay);
  CHECK(days.hub.open_exceptions("close.missing") == std::vector<std::string>{"close.missing GB/GB-1/2010-12-01"});
  CHECK(days.hub.database.number("SELECT occurrences FROM exception_case") == 1);
  days.hub.take({close_of(close_body("1", 0, 0))});
  CHECK(days.hub.open_exceptions("close.missing").empty());
}

TEST_CASE("day watch: what lies before the agent, or further back than it looks, is not asked for", "[app]") {
  WatchedDays days;
  days.look(24 * 8 + 30);  // the ninth day's close is due
  CHECK(days.hub.open_exceptions("close.missing").size() == 7);
}

TEST_CASE("day watch: trade behind the last close shows when the day's time is over", "[app]") {
  WatchedDays days;
  days.hub.take({sale_of("1", 100), close_of(close_body("1", 1, 100))});
  days.hub.take({sale_of("2", 50)});
  CHECK(days.hub.open_exceptions("close.differs").empty());
  const Date until = days.look(30);
  CHECK(days.hub.open_exceptions("close.differs") == std::vector<std::string>{"close.differs GB/GB-1/2010-12-01"});
  days.look(31, until);
  CHECK(days.hub.database.number("SELECT occurrences FROM exception_case WHERE code = 'close.differs'") == 1);
  days.hub.take({close_of(close_body("2", 1, 50))});
  CHECK(days.hub.open_exceptions("close.differs").empty());
}

TEST_CASE("day watch: stock is compared per location, and one that the ERP does not answer for holds up no other", "[app]") {
  WatchedDays days;
  days.hub.take({movement("1", "receipt", {movement_line("A", 5)})}, "FR");
  days.hub.take({movement("2", "receipt", {movement_line("A", 5)})}, "GB");
  KnownErp erp;
  erp.units = 4;
  const auto compared = compare_stock_with_erp(days.hub.connection(), days.writer, erp);
  CHECK(compared.error().code == ErrorCode::kUnavailable);
  CHECK(days.hub.open_exceptions("stock.erp_differs") == std::vector<std::string>{"stock.erp_differs GB"});
  erp.units = 5;
  CHECK_FALSE(compare_stock_with_erp(days.hub.connection(), days.writer, erp));
  CHECK(days.hub.open_exceptions("stock.erp_differs").empty());
}
