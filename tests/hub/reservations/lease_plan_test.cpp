#include "hub/reservations/lease_plan.h"

#include <catch2/catch.hpp>

#include "tests/hub/reservations/reservation_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

namespace {

LeaseRule fifth() {
  LeaseRule rule;
  rule.stock_class = "fast";
  rule.share_ppm = 200'000;
  rule.min = Quantity{2'000};
  rule.max = Quantity{10'000};
  rule.ttl_s = 3'600;
  return rule;
}

}  // namespace

TEST_CASE("lease plan: a share in whole units, within its bounds, parted among the agents", "[reservations][leases]") {
  const LeaseRule rule = fifth();
  CHECK(lease_target_milli(rule, 20'000, 1) == 4'000);
  CHECK(lease_target_milli(rule, 24'000, 1) == 4'000);
  CHECK(lease_target_milli(rule, 20'000, 2) == 2'000);
  CHECK(lease_target_milli(rule, 20'000, 3) == 0);
  CHECK(lease_target_milli(rule, 9'000, 1) == 0);
  CHECK(lease_target_milli(rule, 10'000, 1) == 2'000);
  CHECK(lease_target_milli(rule, 900'000, 1) == 10'000);
  CHECK(lease_target_milli(rule, -5'000, 1) == 0);
  CHECK(lease_target_milli(rule, INT64_MAX, 1) == 10'000);
}

TEST_CASE("lease plan: granted, renewed from half of its time, shrunk when far too large, ended", "[reservations][leases]") {
  const LeaseRule rule = fifth();
  const Instant now{1'000'000'000};
  const LeaseHolder holder{AgentId("a"), LocationId("GB"), true, 1};
  Position position;
  position.on_hand_milli = 20'000;
  CHECK(plan_lease(holder, &rule, position, nullptr, now)->qty_milli == 4'000);
  CHECK_FALSE(plan_lease({holder.agent_id, holder.location, false, 1}, &rule, position, nullptr, now));
  Lease lease;
  lease.position = &position;
  lease.open_milli = 4'000;
  lease.ttl_s = 3'600;
  lease.expires_at = now + seconds(1'801);
  CHECK_FALSE(plan_lease(holder, &rule, position, &lease, now));
  lease.expires_at = now + seconds(1'800);
  CHECK(plan_lease(holder, &rule, position, &lease, now)->qty_milli == 4'000);
  lease.open_milli = 8'000;
  CHECK(plan_lease(holder, &rule, position, &lease, now)->qty_milli == 8'000);
  lease.open_milli = 9'000;
  CHECK(plan_lease(holder, &rule, position, &lease, now)->qty_milli == 4'000);
  position.on_hand_milli = 0;
  CHECK(plan_lease(holder, &rule, position, &lease, now)->qty_milli == 0);
  position.on_hand_milli = 20'000;
  CHECK(plan_lease(holder, nullptr, position, &lease, now)->qty_milli == 0);
  lease.state = LeaseState::kEnding;
  CHECK_FALSE(plan_lease(holder, nullptr, position, &lease, now));
}

TEST_CASE("lease plan: the stage follows the policy, agent by agent, and tells them of their leases and shelves", "[reservations][leases]") {
  ReservationPolicy policy;
  policy.leases = {fifth()};
  ReservationHub hub(policy);
  hub.holders = {{AgentId("a_one"), LocationId("GB"), true, 2}, {AgentId("a_two"), LocationId("GB"), true, 2}};
  hub.restart();
  Product fast;
  fast.sku = Sku("A");
  fast.stock_class = "fast";
  hub.put_product(fast);
  hub.stock("A", 30);
  hub.stock("B", 30);
  const auto run_for = [&hub](std::int64_t run_seconds) {
    for (std::int64_t i = 0; i < run_seconds; ++i) {
      hub.pass(seconds(1));
      if (const auto due = hub.hub->core().due_in(); due && *due <= Duration{0}) hub.tick();
    }
  };
  run_for(90);
  CHECK(hub.leased("A") == 6);
  CHECK(hub.leased("B") == 0);
  CHECK(hub.database.texts("SELECT agent_id || ' ' || qty_milli FROM lease ORDER BY agent_id") == Texts{"a_one 3000", "a_two 3000"});
  CHECK(hub.outbound("lease/1").size() == 2);
  const json shelf = json::parse(hub.outbound("shelf/1").at(0));
  CHECK(shelf["leased"] == "6");

  // Renewed before they end, by the rule's time.
  run_for(3'600);
  CHECK(hub.database.number("SELECT count(*) FROM lease WHERE state = 'open'") == 2);
  CHECK(hub.database.number("SELECT count(*) FROM lease_step WHERE verb = 'renew'") >= 2);
  // The SKU leaves the class: the agents are asked for them.
  fast.stock_class = "slow";
  hub.put_product(fast);
  run_for(130);
  CHECK(hub.database.number("SELECT count(*) FROM lease WHERE state = 'ending'") == 2);
  CHECK(hub.leased("A") == 6);
  hub.check_sums();
}

TEST_CASE("lease plan: what is reserved on a shelf is told once a second, and once more when it is free again", "[reservations][leases]") {
  ReservationHub hub;
  hub.holders = {{AgentId("a_one"), LocationId("GB"), true, 1}};
  hub.restart();
  hub.stock("A", 30);
  hub.stock("A", 30, "WH1");
  hub.pass(seconds(2));
  hub.tick();
  hub.hold(reserve("k-0", "A", 1, {"WH1"}));
  const std::string id = hub.hold(reserve("k-1", "A", 2));
  hub.hold(reserve("k-2", "A", 3));
  CHECK(hub.outbound("shelf/1").empty());
  hub.pass(seconds(1));
  hub.tick();
  REQUIRE(hub.outbound("shelf/1").size() == 1);  // nobody stands at WH1
  CHECK(json::parse(hub.outbound("shelf/1")[0])["reserved"] == "5");
  hub.ask(step(id, ReservationVerb::kRelease));
  hub.sell("A", 3, reservation_id_of("shop", "k-2"));
  hub.pass(seconds(1));
  hub.tick();
  CHECK(json::parse(hub.outbound("shelf/1").at(0))["reserved"] == "0");
  CHECK(json::parse(hub.outbound("shelf/1").at(0))["on_hand"] == "27");
  // Nothing is spoken for, nobody is told of what moves.
  hub.sell("A", 1);
  hub.pass(seconds(1));
  hub.tick();
  CHECK(json::parse(hub.outbound("shelf/1").at(0))["on_hand"] == "27");
}
