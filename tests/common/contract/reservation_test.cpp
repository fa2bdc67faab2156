#include "common/contract/reservation.h"

#include <catch2/catch.hpp>

#include "tests/common/contract/samples.h"

using namespace tillsync;

namespace {

nlohmann::json small_request() {
  return {{"idempotency_key", "k-1"}, {"purpose", "web"}, {"lines", {{{"line_no", 1}, {"sku", "A"}, {"qty", "2"}}}}};
}

std::expected<ReservationRequest, Problem> parse(const nlohmann::json& json) {
  return parse_reservation(*parse_tree(json.dump(), Syntax::kJson));
}

Problem refusal(const nlohmann::json& json) {
  const auto request = parse(json);
  REQUIRE_FALSE(request.has_value());
  return request.error();
}

nlohmann::json with(std::string_view field, const nlohmann::json& value) {
  auto json = small_request();
  json[std::string(field)] = value;
  return json;
}

nlohmann::json with_line(std::string_view field, const nlohmann::json& value) {
  auto json = small_request();
  json["lines"][0][std::string(field)] = value;
  return json;
}

nlohmann::json with_lines(std::size_t count) {
  auto json = small_request();
  json["lines"] = nlohmann::json::array();
  for (std::size_t i = 0; i < count; ++i) json["lines"].push_back({{"sku", "S" + std::to_string(i)}, {"qty", 1}});
  return json;
}

}  // namespace

TEST_CASE("reservation request: every example is read and survives the compact form", "[contract][reservation]") {
  for (const auto& entry : std::filesystem::directory_iterator(samples::source_dir() / "common/contract/examples/reservation-1")) {
    INFO(entry.path().string());
    const auto json = nlohmann::json::parse(samples::read_text(entry.path()));
    const auto request = parse(json);
    REQUIRE(request.has_value());
    CHECK(nlohmann::json::parse(reservation_to_json(*request)) == json);
    const auto decoded = decode_reservation(encode_reservation(*request));
    REQUIRE(decoded.has_value());
    CHECK(reservation_to_json(*decoded) == reservation_to_json(*request));
  }
}

TEST_CASE("reservation request: the hash is of what is asked, not of how it is written, nor of the key", "[contract][reservation]") {
  const auto request = parse(small_request());
  CHECK(reservation_hash(*request) == reservation_hash(*parse(with_line("qty", 2))));
  CHECK(reservation_hash(*request) == reservation_hash(*parse(with_line("qty", "2.000"))));
  CHECK(reservation_hash(*request) == reservation_hash(*parse(with("idempotency_key", "k-2"))));
  CHECK(reservation_hash(*request) != reservation_hash(*parse(with_line("qty", 3))));
  CHECK(reservation_hash(*request) != reservation_hash(*parse(with("order_no", "W-1"))));
  CHECK(reservation_hash(*request) != reservation_hash(*parse(with("gift_note", "for you"))));
}

TEST_CASE("reservation request: what it says wrong refuses it, with the place", "[contract][reservation]") {
  CHECK(refusal(with("idempotency_key", nullptr)).code == "no_identity");
  CHECK(refusal(with("contract", "reservation/2")).code == "unknown_contract");
  CHECK(refusal(with("purpose", "lottery")).code == "unknown_value");
  CHECK(refusal(with("policy", "most")).pointer == "/policy");
  CHECK(refusal(with("sourcing", "random")).pointer == "/sourcing");
  CHECK(refusal(with("lines", nlohmann::json::array())).code == "no_lines");
  CHECK(refusal(with_line("sku", "")).code == "missing_field");
  CHECK(refusal(with_line("qty", 0)).code == "bad_quantity");
  CHECK(refusal(with_line("qty", -1)).pointer == "/lines/0/qty");
  auto twice = small_request();
  twice["lines"].push_back(twice["lines"][0]);
  CHECK(refusal(twice).code == "duplicate_line_no");
  CHECK(refusal(twice).pointer == "/lines/1/line_no");
}

TEST_CASE("reservation request: limits hold at the limit and not beyond", "[contract][reservation][limits]") {
  CHECK(parse(with_lines(kReservationLinesMax)).has_value());
  CHECK(refusal(with_lines(kReservationLinesMax + 1)).code == "too_many_lines");

  CHECK(parse(with("ttl_s", 1)).has_value());
  CHECK(refusal(with("ttl_s", 0)).code == "hold_out_of_range");
  CHECK(parse(with("ttl_s", kHoldSecondsMax)).has_value());
  CHECK(refusal(with("ttl_s", kHoldSecondsMax + 1)).code == "hold_out_of_range");
  auto both = with("ttl_s", 60);
  both["hold_until"] = "2010-12-02T18:00:00Z";
  CHECK(refusal(both).pointer == "/hold_until");

  auto candidates = nlohmann::json::array();
  for (std::size_t i = 0; i < kReservationLocationsMax; ++i) candidates.push_back("L" + std::to_string(i));
  CHECK(parse(with_line("locations", candidates)).has_value());
  candidates.push_back("one-more");
  CHECK(refusal(with_line("locations", candidates)).code == "too_many_locations");
}

TEST_CASE("reservation request: lines without a number are numbered by their place, and what is not known is kept", "[contract][reservation]") {
  const auto request = parse(with_lines(3));
  CHECK(request->lines[2].line_no == 3);
  const auto extra = parse(with("gift_note", "for you"));
  REQUIRE(extra->extras.size() == 1);
  CHECK(nlohmann::json::parse(reservation_to_json(*decode_reservation(encode_reservation(*extra))))["gift_note"] == "for you");
}
