#include "hub/reservations/reservations.h"

#include <catch2/catch.hpp>

#include "tests/hub/reservations/reservation_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

TEST_CASE("reservations: what is there is held, and no more", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const StockAnswer first = hub.ask(reserve("k-1", "A", 3));
  CHECK(first.status == 201);
  const json body = json::parse(first.body);
  CHECK(body["state"] == "held");
  CHECK(body["lines"][0]["granted"] == "3");
  CHECK(body["lines"][0]["allocations"][0]["location"] == "GB");
  CHECK(body["expires_at"] == format_instant(kNow + seconds(900)));

  const StockAnswer second = hub.ask(reserve("k-2", "A", 3));
  CHECK(second.status == 409);
  const json problem = json::parse(second.body);
  CHECK(problem["type"] == "urn:tillsync:problem:insufficient_stock");
  CHECK(problem["lines"][0]["asked"] == "3");
  CHECK(problem["lines"][0]["available"] == "2");
  CHECK(hub.reserved("A") == 3);
  CHECK(hub.ask(reserve("k-3", "A", 2)).status == 201);
  CHECK(hub.ask(reserve("k-4", "A", 1)).status == 409);
  hub.check_sums();
}

TEST_CASE("reservations: the same key gives the same answer, granted or refused; with other content it is refused", "[reservations][idempotency]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const StockAnswer first = hub.ask(reserve("k-1", "A", 3));
  const StockAnswer again = hub.ask(reserve("k-1", "A", 3));
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(hub.reserved("A") == 3);
  CHECK(hub.ask(reserve("k-1", "A", 4)).status == 422);

  const StockAnswer refused = hub.ask(reserve("k-2", "A", 9));
  CHECK(refused.status == 409);
  hub.stock("A", 50);
  CHECK(hub.ask(reserve("k-2", "A", 9)).body == refused.body);
  CHECK(hub.reserved("A") == 3);

  // In one group, and after a restart.
  const auto twice = hub.ask({reserve("k-3", "A", 1), reserve("k-3", "A", 1)});
  CHECK(twice[0].body == twice[1].body);
  hub.restart();
  CHECK(hub.ask(reserve("k-3", "A", 1)).body == twice[0].body);
  CHECK(hub.reserved("A") == 4);
}

TEST_CASE("reservations: two channels may use one key, and hold twice", "[reservations][known-bugs]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const std::string web = hub.hold(reserve(request("1001", {asked("A", 2)}), "web"));
  const std::string market = hub.hold(reserve(request("1001", {asked("A", 3)}), "market"));
  CHECK(web != market);
  CHECK(hub.reserved("A") == 5);
}

TEST_CASE("reservations: requests of one group are decided by priority, then in the order of arrival", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 1);
  ReservationRequest late = request("late", {asked("A", 1)});
  late.priority = 5;
  const auto answers = hub.ask({reserve("first", "A", 1), reserve(late), reserve("third", "A", 1)});
  CHECK(answers[0].status == 409);
  CHECK(answers[1].status == 201);
  CHECK(answers[2].status == 409);

  hub.stock("B", 1);
  const auto equals = hub.ask({reserve("b-1", "B", 1), reserve("b-2", "B", 1)});
  CHECK(equals[0].status == 201);
  CHECK(equals[1].status == 409);
}

TEST_CASE("reservations: what one group frees, the same group may take", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 1);
  const std::string held = hub.hold(reserve("k-1", "A", 1));
  const auto answers = hub.ask({reserve("k-2", "A", 1), step(held, ReservationVerb::kRelease)});
  CHECK(answers[0].status == 201);
  CHECK(answers[1].status == 200);
  CHECK(hub.reserved("A") == 1);
  hub.check_sums();
}

TEST_CASE("reservations: partial takes what is there; all or nothing takes nothing", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 2);
  hub.stock("B", 5);
  ReservationRequest wanted = request("k-1", {asked("A", 3), asked("B", 1)});
  CHECK(hub.ask(reserve(wanted)).status == 409);
  CHECK(hub.reserved("B") == 0);
  wanted.idempotency_key = "k-2";
  wanted.policy = "partial";
  const StockAnswer answer = hub.ask(reserve(wanted));
  CHECK(answer.status == 201);
  CHECK(json::parse(answer.body)["lines"][0]["granted"] == "2");
  CHECK(json::parse(answer.body)["lines"][1]["granted"] == "1");
  wanted.idempotency_key = "k-3";
  wanted.lines = {asked("C", 1)};
  wanted.lines[0].line_no = 1;
  CHECK(hub.ask(reserve(wanted)).status == 409);
}

TEST_CASE("reservations: safety stock is never promised; the most exact entry counts", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 5);
  hub.stock("B", 5);
  const auto put = [&hub](std::string location, std::string sku, std::optional<Quantity> qty) {
    CHECK(hub.ask(demand(PutSafetyStock{{SafetyStock{LocationId(std::move(location)), Sku(std::move(sku)), qty}}})).status == 200);
  };
  put("", "", Quantity{1'000});
  put("GB", "", Quantity{2'000});
  put("GB", "A", Quantity{4'000});
  CHECK(hub.ask(reserve("k-1", "A", 2)).status == 409);
  CHECK(hub.ask(reserve("k-2", "A", 1)).status == 201);
  CHECK(hub.ask(reserve("k-3", "B", 4)).status == 409);
  CHECK(hub.ask(reserve("k-4", "B", 3)).status == 201);
  hub.restart();
  CHECK(hub.ask(reserve("k-5", "A", 1)).status == 409);
  put("GB", "A", std::nullopt);
  CHECK(hub.ask(reserve("k-6", "A", 3)).status == 409);
  CHECK(hub.ask(reserve("k-7", "A", 2)).status == 201);
}

TEST_CASE("reservations: what is no goods needs no stock", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 1);
  Product postage;
  postage.sku = Sku("POST");
  postage.kind = "shipping";
  hub.put_product(postage);
  const StockAnswer answer = hub.ask(reserve(request("k-1", {asked("A", 1), asked("POST", 1)})));
  CHECK(answer.status == 201);
  CHECK(json::parse(answer.body)["lines"][1]["granted"] == "1");
  CHECK(hub.reserved("POST") == 0);
  CHECK(hub.ask(reserve("k-2", "POST", 100)).status == 201);
}

TEST_CASE("reservations: bundles take their parts, and a part that two share is there once", "[reservations][known-bugs]") {
  ReservationHub hub;
  hub.stock("CUP", 3);
  hub.stock("TEA", 10);
  Product set, gift;
  set.sku = Sku("SET");
  set.bundle = {{Sku("CUP"), Quantity{1'000}, {}}, {Sku("TEA"), Quantity{2'000}, {}}};
  gift.sku = Sku("GIFT");
  gift.bundle = {{Sku("CUP"), Quantity{2'000}, {}}};
  hub.put_product(set);
  hub.put_product(gift);
  // Each alone would fit; the cup that both need is there once.
  CHECK(hub.ask(reserve(request("k-1", {asked("SET", 2), asked("GIFT", 1)}))).status == 409);
  CHECK(hub.reserved("CUP") == 0);
  const StockAnswer answer = hub.ask(reserve(request("k-2", {asked("SET", 1), asked("GIFT", 1)})));
  CHECK(answer.status == 201);
  CHECK(json::parse(answer.body)["lines"][0]["granted"] == "1");
  CHECK(hub.reserved("CUP") == 3);
  CHECK(hub.reserved("TEA") == 2);
  CHECK(hub.ask(reserve("k-3", "SET", 1)).status == 409);
  CHECK(hub.ask(reserve("k-4", "CUP", 1)).status == 409);
  hub.check_sums();
}

TEST_CASE("reservations: the sale of a bundle takes the parts that were held for it", "[reservations][bundles]") {
  ReservationHub hub;
  hub.stock("CUP", 3);
  hub.stock("TEA", 10);
  Product set;
  set.sku = Sku("SET");
  set.bundle = {{Sku("CUP"), Quantity{1'000}, {}}, {Sku("TEA"), Quantity{2'000}, {}}};
  hub.sell("SET", 1);  // not known as a bundle yet: its own stock
  CHECK(hub.on_hand("SET") == -1);
  hub.put_product(set);
  const std::string held = hub.hold(reserve("k-1", "SET", 2));
  hub.sell("SET", 1, held);
  CHECK(hub.on_hand("CUP") == 2);
  CHECK(hub.on_hand("TEA") == 8);
  CHECK(hub.reserved("CUP") == 1);
  CHECK(hub.reserved("TEA") == 2);
  CHECK(hub.state(held) == "held");
  hub.sell("SET", 1, held);
  CHECK(hub.state(held) == "fulfilled");
  CHECK(hub.reserved("TEA") == 0);
  hub.restart();
  hub.sell("SET", 1);
  CHECK(hub.on_hand("CUP") == 0);
  CHECK(hub.on_hand("SET") == -1);
  hub.check_sums();
}

TEST_CASE("reservations: a bundle in a bundle is taken apart, and one that holds itself ends", "[reservations]") {
  ReservationHub hub;
  hub.stock("CUP", 4);
  Product pair, crate, loop;
  pair.sku = Sku("PAIR");
  pair.bundle = {{Sku("CUP"), Quantity{2'000}, {}}};
  crate.sku = Sku("CRATE");
  crate.bundle = {{Sku("PAIR"), Quantity{2'000}, {}}};
  loop.sku = Sku("LOOP");
  loop.bundle = {{Sku("LOOP"), Quantity{1'000}, {}}};
  for (const Product& product : {pair, crate, loop}) hub.put_product(product);
  CHECK(hub.ask(reserve("k-1", "CRATE", 1)).status == 201);
  CHECK(hub.reserved("CUP") == 4);
  CHECK(hub.ask(reserve("k-2", "LOOP", 1)).status == 409);
}

TEST_CASE("reservations: each step is a record, and repeating one is harmless", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 3);
  const std::string id = hub.hold(reserve("k-1", "A", 3));
  for (const ReservationVerb verb : {ReservationVerb::kConfirm, ReservationVerb::kConfirm, ReservationVerb::kPick, ReservationVerb::kReady, ReservationVerb::kReady})
    CHECK(hub.ask(step(id, verb)).status == 200);
  CHECK(hub.state(id) == "ready");
  CHECK(hub.verbs(id) == Texts{"hold", "confirm", "pick", "ready"});
  CHECK(hub.ask(step(id, ReservationVerb::kExtend)).status == 409);
  CHECK(hub.ask(step(id, ReservationVerb::kRelease)).status == 200);
  CHECK(hub.ask(step(id, ReservationVerb::kRelease)).status == 200);
  CHECK(hub.state(id) == "released");
  CHECK(hub.reserved("A") == 0);
  CHECK(hub.ask(step(id, ReservationVerb::kConfirm)).status == 409);
  CHECK(hub.ask(step("r_nobody", ReservationVerb::kConfirm)).status == 404);
  hub.check_sums();
}

TEST_CASE("reservations: a sale that names one takes from it; on hand and reserved fall together", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const std::string id = hub.hold(reserve("k-1", "A", 3));
  hub.ask(step(id, ReservationVerb::kConfirm));
  hub.sell("A", 2, id);
  CHECK(hub.on_hand("A") == 3);
  CHECK(hub.reserved("A") == 1);
  CHECK(hub.state(id) == "confirmed");
  // More than is held: the rest is a sale like any other.
  hub.sell("A", 2, id);
  CHECK(hub.on_hand("A") == 1);
  CHECK(hub.reserved("A") == 0);
  CHECK(hub.state(id) == "fulfilled");
  CHECK(hub.verbs(id) == Texts{"hold", "confirm", "fulfil", "fulfil"});
  CHECK(hub.open("oversold") == 0);
  hub.check_sums();
}

TEST_CASE("reservations: the same sale again takes nothing again", "[reservations][idempotency]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const std::string id = hub.hold(reserve("k-1", "A", 4));
  Document sold = sale("s", {goods_line("A", 1, 100)});
  std::get<Sale>(sold.body).reservation_id = id;
  const CommitDocuments batch = hub.feed.batch({incoming(sold)});
  hub.hub->commit(batch);
  hub.hub->commit(batch);
  CHECK(hub.reserved("A") == 3);
}

TEST_CASE("reservations: a warehouse's movement that refers to one takes from it", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 5, "WH1");
  const std::string id = hub.hold(reserve("k-1", "A", 3, {"WH1"}));
  Document shipped = movement("sh-1", "adjustment", {movement_line("A", -3)});
  std::get<StockMovement>(shipped.body).reference = id;
  hub.take(shipped, "WH1");
  CHECK(hub.state(id) == "fulfilled");
  CHECK(hub.reserved("A", "WH1") == 0);
  CHECK(hub.on_hand("A", "WH1") == 2);
}

TEST_CASE("reservations: cancelled and returned, reserved does not fall below zero", "[reservations][known-bugs]") {
  ReservationHub hub;
  hub.stock("A", 5);
  const std::string id = hub.hold(reserve("k-1", "A", 2));
  hub.sell("A", 2, id);
  CHECK(hub.ask(step(id, ReservationVerb::kRelease)).status == 409);
  hub.take(returned("r-1", {goods_line("A", 2, 100)}));
  hub.sell("A", 1, id);
  CHECK(hub.reserved("A") == 0);
  CHECK(hub.on_hand("A") == 4);
  CHECK(hub.state(id) == "fulfilled");
  hub.check_sums();
}

TEST_CASE("reservations: many requests for the last units: none is lost, none too many", "[reservations][known-bugs]") {
  ReservationHub hub;
  hub.stock("A", 7);
  std::vector<StockRequest> requests;
  for (int i = 0; i < 20; ++i) requests.push_back(reserve("k-" + std::to_string(i), "A", 1));
  int granted = 0;
  for (const StockAnswer& answer : hub.ask(std::move(requests))) granted += answer.status == 201 ? 1 : 0;
  CHECK(granted == 7);
  CHECK(hub.reserved("A") == 7);
  CHECK(hub.database.number("SELECT count(*) FROM reservation WHERE state = 'held'") == 7);
  hub.check_sums();
}

TEST_CASE("reservations: confirming stops the clock; extending starts it anew", "[reservations][expiry]") {
  ReservationHub hub;
  hub.stock("A", 3);
  const std::string paid = hub.hold(reserve("k-1", "A", 1));
  const std::string longer = hub.hold(reserve("k-2", "A", 1));
  CHECK(json::parse(hub.ask(step(paid, ReservationVerb::kConfirm)).body)["expires_at"].is_null());
  hub.pass(seconds(600));
  CHECK(hub.ask(extend(longer, 900)).status == 200);
  hub.pass(seconds(600));
  hub.tick();
  CHECK(hub.state(paid) == "confirmed");
  CHECK(hub.state(longer) == "held");
  hub.pass(seconds(300));
  hub.tick();
  CHECK(hub.state(longer) == "expired");
  // A collect order that is paid, with a day to be fetched.
  const std::string collect = hub.hold(reserve("k-3", "A", 1));
  CHECK(hub.ask(demand(StepReservation{collect, ReservationVerb::kConfirm, 86'400, {}, ""})).status == 200);
  hub.pass(seconds(86'400));
  hub.tick();
  CHECK(hub.state(collect) == "expired");
  CHECK(hub.reserved("A") == 1);
}

TEST_CASE("reservations: late sales leave too little: re-sourced first, else the newest and lowest is broken", "[reservations][ruling]") {
  ReservationHub hub;
  hub.stock("A", 4);
  hub.stock("A", 2, "DE");
  ReservationRequest movable = request("move", {asked("A", 2, {"GB", "DE"})});
  ReservationRequest fixed = request("fixed", {asked("A", 2)});
  fixed.order_no = "W-7";
  fixed.channel = "web";
  fixed.contact_ref = "ct_9";
  const std::string moved = hub.hold(reserve(movable));
  const std::string stays = hub.hold(reserve(fixed));
  hub.sell("A", 2);
  CHECK(hub.state(moved) == "held");
  CHECK(hub.verbs(moved) == Texts{"hold", "move"});
  CHECK(hub.reserved("A", "DE") == 2);
  CHECK(hub.reserved("A") == 2);
  CHECK(hub.state(stays) == "held");

  hub.sell("A", 1);
  CHECK(hub.state(stays) == "broken");
  CHECK(hub.reserved("A") == 0);
  CHECK(hub.open("reservation_broken") == 1);
  const auto details = hub.database.texts("SELECT detail FROM exception_case WHERE code = 'reservation_broken'");
  REQUIRE(details.size() == 1);
  for (const char* word : {"W-7", "web", "ct_9", "tell the customer"}) CHECK(details[0].find(word) != std::string::npos);
  hub.check_sums();
}

TEST_CASE("reservations: picked and ready units are not broken; what stays short is an exception that settles", "[reservations][ruling]") {
  ReservationHub hub;
  hub.stock("A", 3);
  const std::string picked = hub.hold(reserve("k-1", "A", 2));
  hub.ask(step(picked, ReservationVerb::kConfirm));
  hub.ask(step(picked, ReservationVerb::kPick));
  const std::string held = hub.hold(reserve("k-2", "A", 1));
  hub.sell("A", 2);
  CHECK(hub.state(held) == "broken");
  CHECK(hub.state(picked) == "picked");
  CHECK(hub.open("oversold") == 1);
  hub.stock("A", 5);
  CHECK(hub.open("oversold") == 0);
  // By hand it may.
  CHECK(hub.ask(step(picked, ReservationVerb::kBreak)).status == 200);
  CHECK(hub.state(picked) == "broken");
  CHECK(hub.reserved("A") == 0);
  hub.check_sums();
}

TEST_CASE("reservations: a request that takes less loses only what is short", "[reservations][ruling]") {
  ReservationHub hub;
  hub.stock("A", 5);
  ReservationRequest wanted = request("k-1", {asked("A", 5)});
  wanted.policy = "partial";
  const std::string id = hub.hold(reserve(wanted));
  hub.sell("A", 2);
  CHECK(hub.state(id) == "held");
  CHECK(hub.reserved("A") == 3);
  CHECK(hub.open("reservation_broken") == 1);
  hub.sell("A", 3);
  CHECK(hub.state(id) == "broken");
  CHECK(hub.verbs(id) == Texts{"hold", "shrink", "shrink", "break"});
  hub.check_sums();
}

TEST_CASE("reservations: without locations, the policy's list comes first, then what sells online", "[reservations]") {
  ReservationPolicy policy;
  policy.nearest = {LocationId("WH2"), LocationId("WH1")};
  ReservationHub hub(policy);
  const auto put = [&hub](std::string id, bool sells_online, std::string status) {
    Location location;
    location.id = LocationId(std::move(id));
    location.sells_online = sells_online;
    location.status = std::move(status);
    REQUIRE(put_locations(hub.database.connection(), {location}, "test", kNow));
  };
  put("WH1", true, "open");
  put("WH2", true, "closed");
  put("AA", true, "");
  put("GB", false, "open");
  for (const char* location : {"WH1", "WH2", "AA", "GB"}) hub.stock("A", 1, location);
  const auto from = [&hub](std::string key) {
    const StockAnswer answer = hub.ask(reserve(request(std::move(key), {asked("A", 1, {})})));
    return answer.status == 201 ? json::parse(answer.body)["lines"][0]["allocations"][0]["location"].get<std::string>() : std::string();
  };
  CHECK(from("k-1") == "WH1");
  CHECK(from("k-2") == "AA");
  CHECK(from("k-3") == "");
}

TEST_CASE("reservations: what is handed over at another place than it was held frees it there", "[reservations]") {
  ReservationHub hub;
  hub.stock("A", 5);
  hub.stock("A", 5, "DE");
  const std::string id = hub.hold(reserve("k-1", "A", 3));
  hub.sell("A", 1, id);
  hub.sell("A", 2, id, "DE");
  CHECK(hub.state(id) == "fulfilled");
  CHECK(hub.reserved("A") == 0);
  CHECK(hub.on_hand("A") == 4);
  CHECK(hub.on_hand("A", "DE") == 3);
  hub.check_sums();
}
