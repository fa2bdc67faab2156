#include "hub/app/stock_watch.h"

#include <catch2/catch.hpp>

#include "hub/app/hub_database.h"
#include "tests/hub/app/temp_folder.h"
#include "tests/hub/reservations/reservation_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

/// Runs each command at once.
struct WatchedWriter final : WriterPort {
  explicit WatchedWriter(ReservationHub& hub) : hub_(hub) {}
  Result<void> submit(Priority, Command command) override {
    std::vector<Command> group;
    group.push_back(std::move(command));
    hub_.hub->core().run_group(std::move(group), hub_.wall);
    return {};
  }
  std::size_t bulk_waiting() const override { return 0; }
  ReservationHub& hub_;
};

}  // namespace

TEST_CASE("stock watch: what differs is one exception, which settles when a later check finds nothing", "[app][reservations]") {
  ReservationHub hub;
  WatchedWriter writer(hub);
  hub.stock("A", 5);
  hub.hold(reserve("k-1", "A", 2));
  CHECK(*check_stock(hub.database.connection(), writer) == 0);
  CHECK(hub.open("stock_differs") == 0);
  REQUIRE(hub.database.connection().run("UPDATE stock_position SET reserved_milli = 3000"));
  REQUIRE(hub.database.connection().run("UPDATE stock_balance SET on_hand_milli = 7000"));
  CHECK(*check_stock(hub.database.connection(), writer) == 2);
  CHECK(*check_stock(hub.database.connection(), writer) == 2);
  CHECK(hub.open("stock_differs") == 1);
  CHECK(hub.database.texts("SELECT detail FROM exception_case WHERE code = 'stock_differs'")[0].starts_with("2 differences, the first: on hand of A at GB"));
  REQUIRE(hub.database.connection().run("UPDATE stock_position SET reserved_milli = 2000"));
  REQUIRE(hub.database.connection().run("UPDATE stock_balance SET on_hand_milli = 5000"));
  CHECK(*check_stock(hub.database.connection(), writer) == 0);
  CHECK(hub.open("stock_differs") == 0);
}
