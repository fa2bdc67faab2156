#include "hub/writer/micro_batch.h"

#include <catch2/catch.hpp>

#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

TEST_CASE("prepare: decodes and identifies under the agent's location", "[writer]") {
  const Document document = sale("536365", {goods_line("85123A", 6, 255)});
  const IncomingDocument here = incoming(document, "GB");
  const IncomingDocument there = incoming(document, "FR");
  REQUIRE(here.document);
  CHECK(here.event_id == event_id_of(identity_of(document, LocationId("GB"))));
  CHECK(here.event_id != there.event_id);
  CHECK(here.effective);
  CHECK(here.decode_error.empty());
}

TEST_CASE("prepare: keeps the agent's content hash and computes one where there is none", "[writer]") {
  const Document document = sale("1", {goods_line("A", 1, 100)});
  IncomingDocument given = incoming(document);
  given.content_hash.data.fill('h');
  prepare(given);
  CHECK(given.content_hash.data[0] == 'h');
  given.content_hash = {};
  prepare(given);
  CHECK(given.content_hash == content_hash(document));
}

TEST_CASE("prepare: training and unknown modes take no effect", "[writer]") {
  Document document = sale("1", {goods_line("A", 1, 100)});
  document.header.mode = "training";
  CHECK_FALSE(incoming(document).effective);
  document.header.mode = "rehearsal";
  CHECK_FALSE(incoming(document).effective);
}

TEST_CASE("prepare: an unknown critical field takes the effect away and is a warning", "[writer]") {
  Document document = sale("1", {goods_line("A", 1, 100)});
  document.header.critical = {"negative_gravity"};
  const IncomingDocument made = incoming(document);
  CHECK_FALSE(made.effective);
  CHECK(std::any_of(made.warnings.begin(), made.warnings.end(), [](const Warning& w) { return w.code == "unknown_critical"; }));
}

TEST_CASE("prepare: bytes that do not decode are opaque with an id of their own", "[writer]") {
  IncomingDocument broken;
  broken.location = LocationId("GB");
  broken.payload = "\xc1 no document";
  prepare(broken);
  CHECK_FALSE(broken.document);
  CHECK_FALSE(broken.decode_error.empty());
  CHECK_FALSE(broken.effective);
  CHECK_FALSE(broken.event_id.is_zero());
  CHECK_FALSE(broken.content_hash.is_zero());

  IncomingDocument again = broken;
  prepare(again);
  CHECK(again.event_id == broken.event_id);
  again.payload += "!";
  prepare(again);
  CHECK(again.event_id != broken.event_id);
  again = broken;
  again.location = LocationId("FR");
  prepare(again);
  CHECK(again.event_id != broken.event_id);
}

TEST_CASE("prepare: what the agent calls opaque stays opaque though it would decode", "[writer]") {
  IncomingDocument marked = opaque(encode_document(sale("1", {goods_line("A", 1, 100)})));
  CHECK_FALSE(marked.document);
  CHECK_FALSE(marked.decode_error.empty());
}

TEST_CASE("prepare: a kind of a later protocol is opaque", "[writer]") {
  IncomingDocument later = incoming(sale("1", {goods_line("A", 1, 100)}));
  later.kind = static_cast<wire::EventKind>(9);
  prepare(later);
  CHECK_FALSE(later.document);
  CHECK(later.decode_error.find("kind 9") != std::string::npos);
}
