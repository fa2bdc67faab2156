#include <catch2/catch.hpp>

#include "tests/common/contract/samples.h"

using namespace tillsync;

namespace {

Identity sample_identity() {
  return identity_of(samples::document(samples::sale()), LocationId("GB"));
}

}  // namespace

TEST_CASE("identity: it has the agent's location and the contract's name without version", "[contract][identity]") {
  auto json = samples::sale();
  json["series"] = "2010";
  json["location"] = "FR";
  const Identity identity = identity_of(samples::document(json), LocationId("GB"));
  CHECK(identity == Identity{LocationId("GB"), TillId("GB-1"), Series("2010"), "sale", DocumentNo("536365")});
}

TEST_CASE("identity: the event id is the same for ever", "[contract][identity]") {
  // First 16 bytes of SHA-256 over the length-prefixed parts, computed with another program.
  CHECK(event_id_of(sample_identity()).hex() == "08528196120e5f70228e11aef033adab");
}

TEST_CASE("identity: every part makes another event", "[contract][identity]") {
  const Identity base = sample_identity();
  std::vector<Identity> others(6, base);
  others[0].location = LocationId("FR");
  others[1].till = TillId("GB-2");
  others[2].series = Series("x");
  others[3].contract = "return";
  others[4].document_no = DocumentNo("536366");
  others[5].till = TillId("GB-15");  // the same letters when put together with …
  others[5].document_no = DocumentNo("36365");
  for (const Identity& other : others) CHECK(event_id_of(other) != event_id_of(base));
}

TEST_CASE("identity: a conflict has one exception per content", "[contract][identity]") {
  auto json = samples::sale();
  const ContentHash first = content_hash(samples::document(json));
  json["customer"] = "17850";
  const ContentHash second = content_hash(samples::document(json));
  const ExceptionId id = conflict_exception_id(sample_identity(), first);
  CHECK(id.value.size() == 28);
  CHECK(id.value.starts_with("x_"));
  CHECK(id == conflict_exception_id(sample_identity(), first));
  CHECK(id != conflict_exception_id(sample_identity(), second));
}

TEST_CASE("identity: an event id is read back from its text", "[contract][identity]") {
  const EventId id = event_id_of(sample_identity());
  const std::string text = event_id_text(id);
  CHECK(text.size() == 28);
  CHECK(parse_event_id(text) == id);
  CHECK_FALSE(parse_event_id("").has_value());
  CHECK_FALSE(parse_event_id("x_" + text.substr(2)).has_value());
  CHECK_FALSE(parse_event_id(text.substr(0, 27)).has_value());
  CHECK_FALSE(parse_event_id(text + "0").has_value());
  CHECK_FALSE(parse_event_id("e_" + std::string(26, 'u')).has_value());
}
