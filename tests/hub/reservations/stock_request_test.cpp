#include "hub/reservations/stock_request.h"

#include <catch2/catch.hpp>

#include "common/contract/reservation.h"
#include "hub/reservations/policy.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

constexpr std::string_view kRequest = R"({"idempotency_key":"k","purpose":"web","lines":[{"sku":"A","qty":"1"}]})";

template <class T>
std::string code(const std::expected<T, Problem>& read) {
  return read ? "" : read.error().code + " " + read.error().pointer;
}

}  // namespace

TEST_CASE("stock request: what agents may ask", "[reservations]") {
  CHECK(std::holds_alternative<ReserveStock>(*read_agent_request("reservations.create", kRequest)));
  const auto step = read_agent_request("reservations.confirm", R"({"reservation_id":"r_1","ttl_s":60})");
  REQUIRE(step);
  CHECK(std::get<StepReservation>(*step).verb == ReservationVerb::kConfirm);
  CHECK(std::get<StepReservation>(*step).reservation_id == "r_1");
  CHECK(std::get<StepReservation>(*step).ttl_s == 60);
  CHECK(code(read_agent_request("reservations.confirm", "{}")) == "missing_field /reservation_id");
  CHECK(read_agent_request("reservations.dance", "{}").error().status == 501);
  CHECK(read_agent_request("", "{}").error().status == 501);
  CHECK(read_agent_request(std::string(4'000, '\xff'), "{}").error().detail.size() < 500);
  CHECK(code(read_agent_request("reservations.create", "not json")) == "not_json ");
}

TEST_CASE("stock request: steps say until when, or why", "[reservations]") {
  CHECK(read_step(ReservationVerb::kRelease, "r_1", "")->reason.empty());
  CHECK(read_step(ReservationVerb::kRelease, "r_1", R"({"reason":"x"})")->reason == "x");
  CHECK(code(read_step(ReservationVerb::kExtend, "r_1", "{}")) == "missing_field /ttl_s");
  CHECK(code(read_step(ReservationVerb::kExtend, "r_1", R"({"ttl_s":1,"hold_until":"2030-01-01T00:00:00Z"})")) == "hold_out_of_range /hold_until");
  CHECK(code(read_step(ReservationVerb::kExtend, "r_1", R"({"hold_until":"soon"})")) == "wrong_type /hold_until");
  CHECK(code(read_step(ReservationVerb::kRelease, "r_1", "[]")) == "wrong_type ");
  CHECK(code(read_step(ReservationVerb::kRelease, "r_1", R"({"reason":1})")) == "wrong_type /reason");
}

TEST_CASE("stock request: limits hold at the limit and not beyond", "[reservations][limits]") {
  const auto extend = [](std::int64_t ttl_s) { return read_step(ReservationVerb::kExtend, "r_1", "{\"ttl_s\":" + std::to_string(ttl_s) + "}"); };
  CHECK(extend(1));
  CHECK(code(extend(0)) == "hold_out_of_range /ttl_s");
  CHECK(extend(kHoldSecondsMax));
  CHECK(code(extend(kHoldSecondsMax + 1)) == "hold_out_of_range /ttl_s");

  const auto reason = [](std::size_t size) { return read_correction(R"({"reason":")" + std::string(size, 'x') + "\"}"); };
  CHECK(reason(kRequestReasonBytesMax));
  CHECK(code(reason(kRequestReasonBytesMax + 1)) == "wrong_type /reason");
  CHECK(code(reason(0)) == "missing_field /reason");

  const auto lease = [](std::int64_t ttl_s) { return read_grant(R"({"agent_id":"a","sku":"A","qty":1,"ttl_s":)" + std::to_string(ttl_s) + "}", "k"); };
  CHECK(lease(kLeaseSecondsMin));
  CHECK(code(lease(kLeaseSecondsMin - 1)) == "hold_out_of_range /ttl_s");
  CHECK(lease(kLeaseSecondsMax));
  CHECK(code(lease(kLeaseSecondsMax + 1)) == "hold_out_of_range /ttl_s");

  const auto safety = [](std::size_t count) {
    std::string body = R"({"items":[)";
    for (std::size_t i = 0; i < count; ++i) body += std::string(i == 0 ? "" : ",") + R"({"qty":1})";
    return read_safety_stock(body + "]}");
  };
  CHECK(safety(kSafetyEntriesMax)->entries.size() == kSafetyEntriesMax);
  CHECK(code(safety(kSafetyEntriesMax + 1)) == "too_many_lines /items");
}

TEST_CASE("stock request: a lease names agent, SKU and how much", "[reservations]") {
  const auto grant = read_grant(R"({"agent_id":"a_1","sku":"A","qty":"2.5","location":"WH1"})", "k");
  REQUIRE(grant);
  CHECK(grant->idempotency_key == "k");
  CHECK(grant->location.value == "WH1");
  CHECK(grant->qty.milli == 2'500);
  CHECK(grant->ttl_s == kLeaseSecondsDefault);
  CHECK(code(read_grant(R"({"sku":"A","qty":1})", "k")) == "missing_field /agent_id");
  CHECK(code(read_grant(R"({"agent_id":"a","qty":1})", "k")) == "missing_field /sku");
  CHECK(code(read_grant(R"({"agent_id":"a","sku":"A"})", "k")) == "missing_field /qty");
  CHECK(code(read_grant(R"({"agent_id":"a","sku":"A","qty":0})", "k")) == "bad_quantity /qty");
  CHECK(code(read_grant(R"({"agent_id":7,"sku":"A","qty":1})", "k")) == "wrong_type /agent_id");
  CHECK(code(read_grant("{\"agent_id\":\"a\",\"sku\":\"" + std::string(65, 'x') + "\",\"qty\":1}", "k")) == "bad_text /sku");
  CHECK(code(read_lease_step(LeaseVerb::kShrink, "l_1", "{}")) == "missing_field /qty");
  CHECK(read_lease_step(LeaseVerb::kEnd, "l_1", "")->verb == LeaseVerb::kEnd);
  CHECK(lease_verb("force") == LeaseVerb::kForce);
  CHECK_FALSE(lease_verb("grant"));
}

TEST_CASE("stock request: safety stock is of a place, of a SKU, of both or of all", "[reservations]") {
  const auto put = read_safety_stock(R"({"items":[{"location":"GB","sku":"A","qty":"2"},{"sku":"A","qty":null}]})");
  REQUIRE(put);
  CHECK(put->entries[0].qty == Quantity{2'000});
  CHECK_FALSE(put->entries[1].qty);
  CHECK(put->entries[1].location.empty());
  CHECK(code(read_safety_stock(R"({"items":[{"qty":-1}]})")) == "bad_quantity /items/0/qty");
  CHECK(code(read_safety_stock(R"({"items":[{"qty":"x"}]})")) == "number_out_of_range /items/0/qty");
  CHECK(code(read_safety_stock(R"({"items":[7]})")) == "wrong_type /items/0");
  CHECK(code(read_safety_stock("{}")) == "wrong_type /items");
}

TEST_CASE("stock request: availability names SKUs and places", "[reservations][availability]") {
  const auto asked = read_availability(R"({"skus":["A","B"],"locations":["GB"],"max_age_s":60})");
  REQUIRE(asked);
  CHECK(asked->skus.size() == 2);
  CHECK(asked->locations.size() == 1);
  CHECK(asked->max_age_s == 60);
  CHECK(code(read_availability(R"({"skus":"A"})")) == "wrong_type /skus");
  CHECK(code(read_availability(R"({"skus":[1]})")) == "wrong_type /skus");
  CHECK(code(read_availability(R"({"max_age_s":-1})")) == "number_out_of_range /max_age_s");
}
