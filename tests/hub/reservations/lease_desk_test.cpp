#include "hub/reservations/lease_desk.h"

#include <catch2/catch.hpp>

#include "tests/hub/reservations/reservation_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

namespace {

StockRequest grant(std::string key, std::string sku, std::int64_t units, std::string agent = "a_one", std::string location = "GB") {
  return demand(GrantLease{std::move(key), AgentId(std::move(agent)), LocationId(std::move(location)), Sku(std::move(sku)), Quantity{units * 1'000}, 3'600, "by hand"});
}
StockRequest lease_step(std::string id, LeaseVerb verb, std::int64_t units = 0, std::string reason = "by the test") {
  return demand(StepLease{std::move(id), verb, Quantity{units * 1'000}, 3'600, std::move(reason)});
}

std::string leased_to(ReservationHub& hub, StockRequest asked) {
  const StockAnswer answer = hub.ask(std::move(asked));
  INFO(answer.body);
  REQUIRE(answer.status == 201);
  return json::parse(answer.body).at("lease_id").get<std::string>();
}

Document promise(std::string no, std::string lease_id, std::string sku, std::int64_t units, std::string promise_id = {}) {
  Promise body;
  body.promise_id = promise_id.empty() ? "p-" + no : std::move(promise_id);
  body.purpose = "collect";
  PromiseLine line;
  line.line_no = 1;
  line.lease_id = std::move(lease_id);
  line.sku = Sku(std::move(sku));
  line.qty = Quantity{units * 1'000};
  body.lines = {line};
  return Document{header("promise/1", std::move(no)), body};
}
Document lease_close(std::string lease_id, std::string sku, std::int64_t used, std::int64_t unused) {
  LeaseClose body;
  body.lease_id = lease_id;
  body.sku = Sku(std::move(sku));
  body.used = Quantity{used * 1'000};
  body.unused = Quantity{unused * 1'000};
  return Document{header("lease-close/1", std::move(lease_id)), body};
}

std::string lease_state_of(ReservationHub& hub, const std::string& id) {
  return hub.database.texts("SELECT state FROM lease WHERE lease_id = '" + id + "'").at(0);
}
std::vector<std::string> lease_verbs(ReservationHub& hub, const std::string& id) {
  return hub.database.texts("SELECT t.verb FROM lease_step t JOIN lease l ON l.lease_no = t.lease_no WHERE l.lease_id = '" + id + "' ORDER BY t.step_no");
}

}  // namespace

TEST_CASE("leases: leased units are set apart; no request can take them, a sale can", "[reservations][leases]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const std::string id = leased_to(hub, grant("l-1", "A", 3));
  CHECK(hub.leased("A") == 3);
  CHECK(hub.ask(reserve("k-1", "A", 3)).status == 409);
  CHECK(hub.ask(reserve("k-2", "A", 2)).status == 201);
  CHECK(hub.ask(grant("l-2", "A", 1)).status == 409);
  hub.sell("A", 1);
  CHECK(hub.on_hand("A") == 4);
  CHECK(hub.state(reservation_id_of("shop", "k-2")) == "broken");  // reservations outside leases go first
  CHECK(hub.leased("A") == 3);
  CHECK(lease_state_of(hub, id) == "open");
  hub.check_sums();
}

TEST_CASE("leases: the same key gives the same lease; with other content it is refused", "[reservations][leases][idempotency]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const StockAnswer first = hub.ask(grant("l-1", "A", 3));
  CHECK(hub.ask(grant("l-1", "A", 3)).body == first.body);
  CHECK(hub.ask(grant("l-1", "A", 2)).status == 422);
  CHECK(hub.leased("A") == 3);
}

TEST_CASE("leases: a dark promise moves units from leased to reserved, and only a sale that names it takes them", "[reservations][leases]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const std::string id = leased_to(hub, grant("l-1", "A", 3));
  hub.take(promise("1", id, "A", 2));
  CHECK(hub.leased("A") == 1);
  CHECK(hub.reserved("A") == 2);
  CHECK(hub.state("p-1") == "confirmed");
  hub.sell("A", 1);
  CHECK(hub.reserved("A") == 2);
  hub.sell("A", 2, "p-1");
  CHECK(hub.reserved("A") == 0);
  CHECK(hub.state("p-1") == "fulfilled");
  CHECK(hub.on_hand("A") == 2);
  CHECK(lease_verbs(hub, id) == Texts{"grant", "promise"});
  hub.check_sums();
}

TEST_CASE("leases: the same promise again changes nothing", "[reservations][leases][idempotency]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const std::string id = leased_to(hub, grant("l-1", "A", 3));
  const CommitDocuments batch = hub.feed.batch({incoming(promise("1", id, "A", 2))});
  hub.hub->commit(batch);
  hub.hub->commit(batch);
  CHECK(hub.leased("A") == 1);
  CHECK(hub.reserved("A") == 2);
}

TEST_CASE("leases: units come back only by the agent's close", "[reservations][leases]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const std::string id = leased_to(hub, grant("l-1", "A", 3));
  CHECK(hub.ask(lease_step(id, LeaseVerb::kEnd)).status == 200);
  CHECK(lease_state_of(hub, id) == "ending");
  CHECK(hub.leased("A") == 3);
  CHECK(hub.ask(reserve("k-1", "A", 3)).status == 409);
  // In one batch, as the agent's outbox has it: the last promise, then the close.
  hub.take({incoming(promise("1", id, "A", 1)), incoming(lease_close(id, "A", 1, 2))});
  CHECK(lease_state_of(hub, id) == "closed");
  CHECK(hub.leased("A") == 0);
  CHECK(hub.reserved("A") == 1);
  CHECK(hub.ask(reserve("k-2", "A", 4)).status == 201);
  CHECK(hub.open("lease_mismatch") == 0);
  hub.check_sums();
}

TEST_CASE("leases: a lease that ends while the store is dark frees nothing until the store is back", "[reservations][leases][expiry][known-bugs]") {
  ReservationHub hub;
  hub.stock("A", 3);
  const std::string id = leased_to(hub, grant("l-1", "A", 3));
  hub.pass(seconds(3'600));
  CHECK(hub.hub->core().due_in() == Duration{0});
  hub.tick();
  CHECK(lease_state_of(hub, id) == "ending");
  CHECK_FALSE(hub.hub->core().due_in());
  CHECK(hub.ask(reserve("k-1", "A", 1)).status == 409);
  hub.pass(seconds(86'400 * 3));
  hub.restart();
  hub.tick();
  CHECK(hub.ask(reserve("k-2", "A", 1)).status == 409);
  // It had promised everything before its own time was over.
  hub.take({incoming(promise("1", id, "A", 3)), incoming(lease_close(id, "A", 3, 0))});
  CHECK(hub.reserved("A") == 3);
  CHECK(hub.leased("A") == 0);
  CHECK(lease_state_of(hub, id) == "closed");
  hub.check_sums();
}

TEST_CASE("leases: renewing moves the end; shrinking closes and grants less", "[reservations][leases]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const std::string id = leased_to(hub, grant("l-1", "A", 4));
  hub.pass(seconds(3'000));
  CHECK(hub.ask(lease_step(id, LeaseVerb::kRenew)).status == 200);
  hub.pass(seconds(3'000));
  hub.tick();
  CHECK(lease_state_of(hub, id) == "open");

  CHECK(hub.ask(lease_step(id, LeaseVerb::kShrink, 4)).status == 422);
  CHECK(hub.ask(lease_step(id, LeaseVerb::kShrink, 1)).status == 200);
  CHECK(lease_state_of(hub, id) == "ending");
  CHECK(hub.leased("A") == 4);
  CHECK(hub.ask(lease_step(id, LeaseVerb::kRenew)).status == 409);
  hub.take(lease_close(id, "A", 0, 4));
  CHECK(hub.leased("A") == 1);
  CHECK(lease_state_of(hub, lease_id_of(id, "successor")) == "open");
  hub.check_sums();
}

TEST_CASE("leases: a new epoch freezes them; the agent's word frees nothing any more, a person can", "[reservations][leases]") {
  ReservationHub hub;
  hub.stock("A", 5);
  hub.take(sale("first", {goods_line("B", 1, 100)}));  // the agent's history
  const std::string id = leased_to(hub, grant("l-1", "A", 3));
  hub.take(promise("1", id, "A", 1));
  CHECK(hub.ask(lease_step(id, LeaseVerb::kForce)).status == 409);

  AgentFeed restored("a_one", 'f');
  hub.take(restored, {incoming(sale("other", {goods_line("B", 1, 100)}))});
  CHECK(lease_state_of(hub, id) == "frozen");
  CHECK(hub.open("lease_frozen") == 1);
  CHECK(hub.leased("A") == 2);
  hub.take(restored, {incoming(lease_close(id, "A", 1, 2))});
  CHECK(hub.leased("A") == 2);
  hub.take(restored, {incoming(promise("2", id, "A", 1))});  // a fact all the same
  CHECK(hub.leased("A") == 1);
  CHECK(hub.reserved("A") == 2);
  CHECK(hub.ask(lease_step(id, LeaseVerb::kEnd)).status == 409);
  CHECK(hub.ask(lease_step(id, LeaseVerb::kForce, 0, "")).status == 422);
  CHECK(hub.ask(lease_step(id, LeaseVerb::kForce, 0, "the store was asked")).status == 200);
  CHECK(lease_state_of(hub, id) == "forced");
  CHECK(hub.leased("A") == 0);
  CHECK(hub.open("lease_frozen") == 0);
  CHECK(hub.database.texts("SELECT why FROM lease_step WHERE verb = 'force'") == Texts{"the store was asked"});
  hub.check_sums();
}

TEST_CASE("leases: the first documents of an agent that had none do not freeze what it was given", "[reservations][leases]") {
  ReservationHub hub;
  AgentFeed other("a_other", 'o');
  hub.take(other, {incoming(movement("o", "receipt", {movement_line("A", 5)}))});
  const std::string id = leased_to(hub, grant("l-1", "A", 3));
  hub.take(sale("first", {goods_line("B", 1, 100)}));
  CHECK(lease_state_of(hub, id) == "open");
  hub.restart();
  AgentFeed restored("a_one", 'f');
  hub.take(restored, {incoming(sale("other", {goods_line("B", 1, 100)}))});
  CHECK(lease_state_of(hub, id) == "frozen");
}

TEST_CASE("leases: several agents of one location have leases of their own, and one's epoch is not the other's", "[reservations][leases]") {
  ReservationHub hub;
  hub.stock("A", 6);
  AgentFeed second("a_two", 't');
  hub.take(second, {incoming(sale("t-1", {goods_line("B", 1, 100)}))});
  const std::string of_one = leased_to(hub, grant("l-1", "A", 2, "a_one"));
  const std::string of_two = leased_to(hub, grant("l-2", "A", 3, "a_two"));
  hub.take(second, {incoming(promise("1", of_two, "A", 3))});
  hub.take(promise("2", of_one, "A", 1));
  CHECK(hub.reserved("A") == 4);
  CHECK(hub.leased("A") == 1);
  AgentFeed restored("a_two", 'x');
  hub.take(restored, {incoming(sale("t-2", {goods_line("B", 1, 100)}))});
  CHECK(lease_state_of(hub, of_two) == "frozen");
  CHECK(lease_state_of(hub, of_one) == "open");
  hub.check_sums();
}

TEST_CASE("leases: of another location's stock", "[reservations][leases]") {
  ReservationHub hub;
  hub.stock("A", 5, "WH1");
  const std::string id = leased_to(hub, grant("l-1", "A", 3, "a_one", "WH1"));
  hub.take(promise("1", id, "A", 2));
  CHECK(hub.reserved("A", "WH1") == 2);
  CHECK(hub.leased("A", "WH1") == 1);
  CHECK(hub.reserved("A") == 0);
}

TEST_CASE("leases: a promise beyond its lease stands, and is an exception", "[reservations][leases]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const std::string id = leased_to(hub, grant("l-1", "A", 2));
  hub.take(promise("1", id, "A", 3));
  CHECK(hub.reserved("A") == 3);
  CHECK(hub.leased("A") == 0);
  CHECK(hub.open("promise_beyond_lease") == 1);
  hub.take(promise("2", "l_nobody", "A", 1));
  CHECK(hub.reserved("A") == 4);
  CHECK(hub.open("promise_beyond_lease") == 2);
  // More than is on hand: the ruling speaks. What was promised goes last, but it goes.
  const std::string web = hub.hold(reserve("k-1", "A", 1));
  hub.take(promise("3", "", "A", 2));
  CHECK(hub.state(web) == "broken");
  CHECK(hub.on_hand("A") == 5);
  CHECK(hub.reserved("A") <= 5);
  hub.check_sums();
}

TEST_CASE("leases: a promise that comes to a place that is short already is judged with the rest", "[reservations][leases][ruling]") {
  ReservationHub hub;
  hub.stock("A", 3);
  const std::string id = leased_to(hub, grant("l-1", "A", 3));
  hub.sell("A", 2);
  CHECK(hub.open("oversold") == 1);
  hub.take({incoming(promise("1", id, "A", 1)), incoming(promise("2", id, "A", 2))});
  CHECK(hub.state("p-2") == "broken");
  CHECK(hub.state("p-1") == "confirmed");
  CHECK(hub.reserved("A") == 1);
  CHECK(hub.open("reservation_broken") == 1);
  CHECK(hub.open("oversold") == 0);
  CHECK(hub.database.number("SELECT count(*) FROM exception_case WHERE code = 'reservation_broken' AND instr(detail, 'the customer comes to this place') > 0") == 1);
  hub.check_sums();
}

TEST_CASE("leases: a close that does not agree keeps what is in doubt", "[reservations][leases]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const std::string id = leased_to(hub, grant("l-1", "A", 5));
  hub.take(promise("1", id, "A", 1));
  hub.take(lease_close(id, "A", 3, 2));  // two promises are missing
  CHECK(lease_state_of(hub, id) == "frozen");
  CHECK(hub.leased("A") == 2);
  CHECK(hub.reserved("A") == 1);
  CHECK(hub.open("lease_mismatch") == 1);
  CHECK(hub.ask(lease_step(id, LeaseVerb::kForce, 0, "the store has promised one only")).status == 200);
  CHECK(hub.open("lease_mismatch") == 0);
  CHECK(hub.leased("A") == 0);

  hub.take(lease_close("l_nobody", "A", 0, 1));
  CHECK(hub.open("lease_unknown") == 1);
  hub.check_sums();
}

TEST_CASE("leases: two promises with one id are kept apart", "[reservations][leases]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const std::string id = leased_to(hub, grant("l-1", "A", 5));
  hub.take(promise("1", id, "A", 1, "same"));
  hub.take(promise("2", id, "A", 2, "same"));
  CHECK(hub.reserved("A") == 3);
  CHECK(hub.open("promise_id_taken") == 1);
  CHECK(hub.database.number("SELECT count(*) FROM reservation") == 2);
  hub.check_sums();
}

TEST_CASE("leases: a sale that comes before the promise it names takes from it when it comes", "[reservations][leases]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const std::string id = leased_to(hub, grant("l-1", "A", 3));
  AgentFeed second("a_two", 't');
  Document sold = sale("1", {goods_line("A", 2, 100)});
  std::get<Sale>(sold.body).reservation_id = "p-1";
  hub.take(second, {incoming(sold)});
  CHECK(hub.open("reservation_unknown") == 1);
  hub.restart();
  hub.take(promise("1", id, "A", 2));
  CHECK(hub.state("p-1") == "fulfilled");
  CHECK(hub.reserved("A") == 0);
  CHECK(hub.leased("A") == 1);
  CHECK(hub.database.number("SELECT count(*) FROM reservation_awaited") == 0);
  hub.check_sums();
}

TEST_CASE("leases: a promise with an end runs out by the hub's clock", "[reservations][leases][expiry]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const std::string id = leased_to(hub, grant("l-1", "A", 3));
  Document made = promise("1", id, "A", 2);
  // The agent's clock is an hour slow, which was measured.
  std::get<Promise>(made.body).hold_until = hub.wall - seconds(3'600) + seconds(600);
  IncomingDocument document = incoming(made);
  document.clock_skew = seconds(3'600);
  hub.take(std::vector{document});
  hub.pass(seconds(599));
  hub.tick();
  CHECK(hub.state("p-1") == "confirmed");
  hub.pass(seconds(1));
  hub.tick();
  CHECK(hub.state("p-1") == "expired");
  CHECK(hub.reserved("A") == 0);
}

TEST_CASE("leases: where too little is left, open leases are asked back, and nothing is freed by asking", "[reservations][leases][ruling]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const std::string id = leased_to(hub, grant("l-1", "A", 4));
  hub.sell("A", 3);
  CHECK(hub.open("oversold") == 1);
  CHECK(lease_state_of(hub, id) == "ending");
  CHECK(hub.leased("A") == 4);
  hub.take({incoming(promise("1", id, "A", 1)), incoming(lease_close(id, "A", 1, 3))});
  CHECK(hub.leased("A") == 0);
  CHECK(hub.state("p-1") == "confirmed");
  CHECK(hub.open("oversold") == 0);
  hub.check_sums();
}

TEST_CASE("leases: what is granted after a restart is of the agent's newest history", "[reservations][leases]") {
  ReservationHub hub;
  hub.stock("A", 9);
  hub.take(sale("first", {goods_line("B", 1, 100)}));
  const std::string old = leased_to(hub, grant("l-1", "A", 2));
  AgentFeed restored("a_one", 'f');
  hub.take(restored, {incoming(sale("other", {goods_line("B", 1, 100)}))});
  CHECK(lease_state_of(hub, old) == "frozen");
  hub.restart();
  const std::string fresh = leased_to(hub, grant("l-2", "A", 2));
  hub.take(restored, {incoming(sale("more", {goods_line("B", 1, 100)}))});
  CHECK(lease_state_of(hub, fresh) == "open");
  AgentFeed again("a_one", 'g');
  hub.take(again, {incoming(sale("again", {goods_line("B", 1, 100)}))});
  CHECK(lease_state_of(hub, fresh) == "frozen");
}

TEST_CASE("leases: documents of an older epoch that come after a newer one's neither freeze a lease nor take one back in time", "[reservations][leases]") {
  ReservationHub hub;
  AgentFeed first("a_one", 'g'), second("a_one", 'h');  // two machines with one key
  hub.stock("A", 9);
  hub.take(first, {incoming(sale("1", {goods_line("B", 1, 100)}))});
  const std::string old = leased_to(hub, grant("l-1", "A", 1));
  hub.take(second, {incoming(sale("2", {goods_line("B", 1, 100)}))});
  CHECK(lease_state_of(hub, old) == "frozen");
  const std::string fresh = leased_to(hub, grant("l-2", "A", 1));

  hub.take(first, {incoming(sale("3", {goods_line("B", 1, 100)}))});
  CHECK(lease_state_of(hub, fresh) == "open");
  const std::string late = leased_to(hub, grant("l-3", "A", 1));
  hub.take(second, {incoming(sale("4", {goods_line("B", 1, 100)}))});
  CHECK(lease_state_of(hub, late) == "open");
  CHECK(hub.database.number("SELECT count(DISTINCT epoch) FROM lease WHERE state = 'open'") == 1);
  CHECK(hub.database.number("SELECT count(*) FROM lease l WHERE l.state = 'open' AND l.epoch = (SELECT epoch FROM agent_epoch ORDER BY epoch_no DESC LIMIT 1)") == 2);
  CHECK(hub.open("lease_frozen") == 1);

  SECTION("nor in the batch behind one that failed") {
    std::vector<Command> group;
    group.emplace_back(first.batch({incoming(sale("5", {goods_line("B", 1, 100)}))}));
    Task failing;
    failing.name = "fails";
    failing.apply = [](sql::Connection& connection, Instant) -> Result<void> {
      TS_RETURN_IF_ERROR(connection.run("INSERT INTO nowhere VALUES (1)"));
      return {};
    };
    group.emplace_back(std::move(failing));
    hub.hub->core().run_group(std::move(group), hub.wall);
    CHECK(lease_state_of(hub, fresh) == "open");
    CHECK(lease_state_of(hub, late) == "open");
  }
  hub.check_sums();
}

TEST_CASE("leases: a new epoch freezes them also in the batch behind one that failed", "[reservations][leases]") {
  ReservationHub hub;
  hub.stock("A", 5);
  hub.take(sale("first", {goods_line("B", 1, 100)}));
  const std::string id = leased_to(hub, grant("l-1", "A", 3));
  AgentFeed restored("a_one", 'f');
  std::vector<Command> group;
  group.emplace_back(restored.batch({incoming(sale("other", {goods_line("B", 1, 100)}))}));
  Task failing;
  failing.name = "fails";
  failing.apply = [](sql::Connection& connection, Instant) -> Result<void> {
    TS_RETURN_IF_ERROR(connection.run("INSERT INTO nowhere VALUES (1)"));
    return {};
  };
  group.emplace_back(std::move(failing));
  hub.hub->core().run_group(std::move(group), hub.wall);  // the rest is run again without what failed
  CHECK(lease_state_of(hub, id) == "frozen");
  CHECK(hub.leased("A") == 3);
}
