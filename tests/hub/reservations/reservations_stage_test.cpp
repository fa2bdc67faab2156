#include "hub/reservations/reservations_stage.h"

#include <catch2/catch.hpp>

#include "tests/hub/reservations/reservation_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

TEST_CASE("reservations stage: time ends a hold, to the second, with nothing else happening", "[reservations][expiry]") {
  ReservationHub hub;
  hub.stock("A", 1);
  ReservationRequest wanted = request("k-1", {asked("A", 1)});
  wanted.ttl_s = 60;
  const std::string id = hub.hold(reserve(wanted));
  hub.pass(seconds(59));
  CHECK(hub.hub->core().due_in() == seconds(1));
  hub.tick();
  CHECK(hub.state(id) == "held");
  hub.pass(seconds(1));
  CHECK(hub.hub->core().due_in() == Duration{0});
  hub.tick();
  CHECK(hub.state(id) == "expired");
  CHECK(hub.reserved("A") == 0);
  CHECK_FALSE(hub.hub->core().due_in());
  CHECK(hub.ask(step(id, ReservationVerb::kConfirm)).status == 409);
  CHECK(hub.ask(step(id, ReservationVerb::kRelease)).status == 200);
  CHECK(hub.verbs(id) == Texts{"hold", "expire"});
}

TEST_CASE("reservations stage: a hold that could not be ended, for the disk's sake, is ended at the next turn", "[reservations][expiry]") {
  ReservationHub hub;
  hub.stock("A", 1);
  const std::string id = hub.hold(reserve("k-1", "A", 1));
  hub.pass(seconds(86'400));
  // Every step leaves a broken reference behind: the commit fails, as on a bad disk, after all else has gone well.
  for (const char* statement : {"CREATE TABLE good (no INTEGER PRIMARY KEY) STRICT", "CREATE TABLE bad (no INTEGER REFERENCES good (no) DEFERRABLE INITIALLY DEFERRED) STRICT",
                                "CREATE TRIGGER fails AFTER INSERT ON reservation_step BEGIN INSERT INTO bad (no) VALUES (1); END"})
    REQUIRE(hub.database.connection().run(statement));
  CHECK_FALSE(hub.hub->core().run_due(hub.wall));
  CHECK(hub.state(id) == "held");
  CHECK(hub.hub->core().due_in() == Duration{0});
  REQUIRE(hub.database.connection().run("DROP TRIGGER fails"));
  hub.tick();
  CHECK(hub.state(id) == "expired");
  CHECK_FALSE(hub.hub->core().due_in());
}

TEST_CASE("reservations stage: a long pause of the process: what is over cannot be confirmed any more", "[reservations][expiry][known-bugs]") {
  ReservationHub hub;
  hub.stock("A", 1);
  const std::string id = hub.hold(reserve("k-1", "A", 1));
  hub.pass(seconds(86'400));
  // The first thing after the pause is the shop's own confirmation, in one group with another customer's request.
  const auto answers = hub.ask({step(id, ReservationVerb::kConfirm), reserve("k-2", "A", 1)});
  CHECK(answers[0].status == 409);
  CHECK(answers[1].status == 201);
  CHECK(hub.reserved("A") == 1);
  hub.check_sums();
}

TEST_CASE("reservations stage: a jump of the wall clock neither ends a hold nor keeps it", "[reservations][expiry][known-bugs]") {
  ReservationHub hub;
  hub.stock("A", 2);
  const std::string first = hub.hold(reserve("k-1", "A", 1));
  hub.wall = hub.wall + seconds(7'200);
  hub.tick();
  CHECK(hub.state(first) == "held");
  const StockAnswer shown = hub.ask(step(first, ReservationVerb::kConfirm));
  CHECK(shown.status == 200);

  const std::string second = hub.hold(reserve("k-2", "A", 1));
  hub.wall = hub.wall - seconds(36'000);
  hub.steady = hub.steady + seconds(900);
  hub.tick();
  CHECK(hub.state(second) == "expired");
}

TEST_CASE("reservations stage: holds go on while the hub is down", "[reservations][expiry]") {
  ReservationHub hub;
  hub.stock("A", 2);
  ReservationRequest longer = request("k-2", {asked("A", 1)});
  longer.ttl_s = 10'000;
  const std::string first = hub.hold(reserve("k-1", "A", 1));
  const std::string second = hub.hold(reserve(longer));
  hub.wall = hub.wall + seconds(1'000);
  hub.steady = seconds(5);  // the machine was started anew
  hub.restart();
  CHECK(hub.hub->core().due_in() == Duration{0});
  hub.tick();
  CHECK(hub.state(first) == "expired");
  CHECK(hub.state(second) == "held");
  CHECK(hub.hub->core().due_in() == seconds(9'000));
}

TEST_CASE("reservations stage: many holds that end at once are ended in turns", "[reservations][expiry][limits]") {
  ReservationHub hub;
  hub.stock("A", 1'000);
  std::vector<StockRequest> requests;
  for (std::size_t i = 0; i < kDueMax + 1; ++i) requests.push_back(reserve("k-" + std::to_string(i), "A", 1));
  hub.ask(std::move(requests));
  hub.pass(seconds(900));
  hub.tick();
  CHECK(hub.reserved("A") == 1);
  CHECK(hub.hub->core().due_in() == Duration{0});
  hub.tick();
  CHECK(hub.reserved("A") == 0);
  hub.check_sums();
}

TEST_CASE("reservations stage: a group that fails is decided anew from what is stored", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 2);
  const std::string held = hub.hold(reserve("k-0", "A", 1));
  std::vector<StockAnswer> answers(2);
  std::vector<Command> group;
  for (int i = 0; i < 2; ++i)
    group.emplace_back(DecideRequest{reserve("k-" + std::to_string(i + 1), "A", 1), [&answers, i](Result<StockAnswer> answer) { answers[static_cast<std::size_t>(i)] = *answer; }});
  Task failing;
  failing.name = "fails";
  failing.apply = [](sql::Connection&, Instant) -> Result<void> { return fail(ErrorCode::kConflict, "test", "fails"); };
  group.emplace_back(std::move(failing));
  hub.hub->core().run_group(std::move(group), hub.wall);
  CHECK(answers[0].status + answers[1].status == 201 + 409);
  CHECK(hub.reserved("A") == 2);
  CHECK(hub.state(held) == "held");
  hub.sell("A", 1, held);
  CHECK(hub.reserved("A") == 1);
  hub.check_sums();
}

TEST_CASE("reservations stage: what was committed is published for readers, with what the ledger moved", "[reservations][availability]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const PositionKey key{LocationId("GB"), Sku("A")};
  CHECK_FALSE(hub.book.find(key));  // nothing is spoken for, nobody asked
  const std::string id = hub.hold(reserve("k-1", "A", 2));
  CHECK(hub.book.find(key) == PositionFigures{5'000, 2'000, 0, 0});
  hub.sell("A", 1);
  CHECK(hub.book.find(key) == PositionFigures{4'000, 2'000, 0, 0});
  hub.sell("A", 2, id);
  CHECK(hub.book.find(key) == PositionFigures{2'000, 0, 0, 0});
  const std::uint64_t before = hub.book.last_change();
  hub.stock("B", 1);
  REQUIRE(hub.book.changes(before, 10));
  CHECK(hub.book.changes(before, 10)->at(0).sku == Sku("B"));
}

TEST_CASE("reservations stage: many positions are not kept for ever, and those that are spoken for are", "[reservations]") {
  ReservationHub hub;
  hub.stock("KEPT", 1);
  const std::string id = hub.hold(reserve("k", "KEPT", 1));
  hub.restart();
  hub.sell("KEPT", 1, id);
  CHECK(hub.reserved("KEPT") == 0);
  CHECK(hub.state(id) == "fulfilled");
}

TEST_CASE("reservations stage: what was to end and was released before does not keep the writer awake", "[reservations][expiry]") {
  ReservationHub hub;
  hub.stock("A", 2);
  const std::string first = hub.hold(reserve("k-1", "A", 1));
  hub.pass(seconds(60));
  const std::string second = hub.hold(reserve("k-2", "A", 1));
  hub.ask(step(first, ReservationVerb::kRelease));
  hub.pass(seconds(840));
  hub.tick();
  CHECK(hub.hub->core().due_in() == seconds(60));
  CHECK(hub.state(second) == "held");
  hub.ask(step(second, ReservationVerb::kConfirm));
  hub.pass(seconds(60));
  hub.tick();
  CHECK_FALSE(hub.hub->core().due_in());
}

TEST_CASE("reservations stage: a group of tasks alone, behind one that failed, finds nothing left over", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 5);
  hub.hold(reserve("k-1", "A", 1));
  std::vector<Command> group;
  group.emplace_back(hub.feed.batch({incoming(sale("s", {goods_line("A", 1, 100)}))}));
  Task failing;
  failing.name = "fails";
  failing.apply = [](sql::Connection& connection, Instant) -> Result<void> {
    TS_RETURN_IF_ERROR(connection.run("INSERT INTO nowhere VALUES (1)"));
    return {};
  };
  group.emplace_back(std::move(failing));
  hub.hub->core().run_group(std::move(group), hub.wall);
  hub.put_product(Product{});
  const PositionKey key{LocationId("GB"), Sku("A")};
  CHECK(hub.book.find(key) == PositionFigures{4'000, 1'000, 0, 0});
  hub.sell("A", 1);
  CHECK(hub.book.find(key) == PositionFigures{3'000, 1'000, 0, 0});
}
