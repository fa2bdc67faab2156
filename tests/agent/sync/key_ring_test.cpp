#include "agent/sync/key_ring.h"

#include <catch2/catch.hpp>

namespace tillsync::agent {
namespace {

KeyPair pair_of(const std::string& name) { return {"public-" + name, "secret-" + name}; }

KeyRing ring_in_change(bool is_taken) {
  KeyRing ring(KeyRecord{pair_of("old")});
  ring.put(ring.with_command("k-1", pair_of("new")));
  if (is_taken) ring.put(ring.with_taken());
  return ring;
}

}  // namespace

TEST_CASE("key ring: a change goes step by step, and speaks with the next pair only when the hub has taken it", "[agent][sync]") {
  KeyRing ring(KeyRecord{pair_of("old")});
  CHECK(ring.look_up("k-1") == KeyRing::Asked::kNew);
  CHECK_FALSE(ring.is_to_be_offered());
  CHECK_FALSE(ring.put(ring.with_command("k-1", pair_of("new"))));
  CHECK(ring.in_use() == pair_of("old"));
  CHECK(ring.is_to_be_offered());
  CHECK(ring.put(ring.with_taken()));
  CHECK(ring.in_use() == pair_of("new"));
  CHECK_FALSE(ring.is_to_be_offered());
  CHECK_FALSE(ring.with_welcome());  // taken is not yet welcomed
  ring.welcomed();
  const auto done = ring.with_welcome();
  REQUIRE(done);
  CHECK_FALSE(ring.put(*done));
  CHECK(ring.record().keys == std::vector{pair_of("new"), pair_of("old")});
  CHECK_FALSE(ring.record().next);
  CHECK(ring.look_up("k-1") == KeyRing::Asked::kAnswered);
  CHECK(ring.look_up("k-2") == KeyRing::Asked::kNew);
  CHECK_FALSE(ring.with_welcome());  // nothing new
}

TEST_CASE("key ring: a command during a change is answered by it, and draws no second pair", "[agent][sync]") {
  KeyRing ring = ring_in_change(false);
  CHECK(ring.look_up("k-2") == KeyRing::Asked::kUnderWay);
  ring.put(ring.with_command("k-2", pair_of("other")));
  ring.put(ring.with_command("k-1", pair_of("other")));  // comes again: the newest is named in the offer
  CHECK(ring.record().next->pair == pair_of("new"));
  CHECK(ring.record().next->commands == std::vector<std::string>{"k-2", "k-1"});
  for (std::size_t i = 0; i < kKeyCommandsKeptMax; ++i) ring.put(ring.with_command("more-" + std::to_string(i), {}));
  CHECK(ring.record().next->commands.size() == kKeyCommandsKeptMax);
  CHECK(ring.record().next->commands.front() == "more-0");
}

TEST_CASE("key ring: a start in the middle speaks with the pair that is surely good, and tries the other one when it is refused", "[agent][sync]") {
  const bool is_taken = GENERATE(false, true);
  KeyRing ring(ring_in_change(is_taken).record());
  const KeyPair first = pair_of(is_taken ? "new" : "old"), second = pair_of(is_taken ? "old" : "new");
  CHECK(ring.in_use() == first);
  CHECK(ring.refused());
  CHECK(ring.in_use() == second);
  CHECK_FALSE(ring.refused());        // none is left
  CHECK(ring.in_use() == second);
  CHECK(ring.refused());              // asked again: the round begins anew
  CHECK(ring.in_use() == first);
  ring.welcomed();
  CHECK(ring.refused());              // a welcome ends the round
}

TEST_CASE("key ring: the hub replaced the old pair and the agent was put back to the middle of the change: the next one is in use", "[agent][sync]") {
  KeyRing ring(ring_in_change(false).record());
  REQUIRE(ring.refused());
  ring.welcomed();
  const auto done = ring.with_welcome();
  REQUIRE(done);
  CHECK(done->keys.front() == pair_of("new"));
  CHECK(done->answered == std::vector<std::string>{"k-1"});
}

TEST_CASE("key ring: a hub that was put back to before the change is met with an older pair, and the change goes on from there", "[agent][sync]") {
  SECTION("it forgot the offer") {
    KeyRing ring(ring_in_change(true).record());
    REQUIRE(ring.refused());
    ring.welcomed();
    const auto forgotten = ring.with_welcome();
    REQUIRE(forgotten);
    CHECK_FALSE(forgotten->next->is_taken);
    CHECK_FALSE(ring.put(*forgotten));
    CHECK(ring.in_use() == pair_of("old"));
    CHECK(ring.is_to_be_offered());
    CHECK(KeyRing(ring.record()).in_use() == pair_of("old"));  // after a start as well
  }
  SECTION("it forgot two changes") {
    KeyRecord record{pair_of("third")};
    record.keys.push_back(pair_of("second"));
    record.keys.push_back(pair_of("first"));
    KeyRing ring(record);
    REQUIRE(ring.refused());
    REQUIRE(ring.refused());
    CHECK(ring.in_use() == pair_of("first"));
    ring.welcomed();
    const auto back = ring.with_welcome();
    REQUIRE(back);
    CHECK(back->keys == std::vector{pair_of("first"), pair_of("third"), pair_of("second")});
  }
}

TEST_CASE("key ring: an offer that is refused keeps its pair for the next command", "[agent][sync]") {
  KeyRing ring = ring_in_change(false);
  ring.put(ring.with_refused_offer());
  CHECK_FALSE(ring.is_to_be_offered());
  CHECK(ring.look_up("k-2") == KeyRing::Asked::kUnderWay);
  ring.put(ring.with_command("k-2", pair_of("other")));
  CHECK(ring.is_to_be_offered());
  CHECK(ring.record().next->pair == pair_of("new"));
}

TEST_CASE("key ring: as many pairs are kept as a hub may have been put back by", "[agent][sync]") {
  KeyRing ring(KeyRecord{pair_of("0")});
  for (std::size_t change = 1; change <= kKeyPairsKeptMax + 1; ++change) {
    const std::string name = std::to_string(change);
    ring.put(ring.with_command("k-" + name, pair_of(name)));
    ring.put(ring.with_taken());
    ring.welcomed();
    ring.put(ring.with_welcome().value());
    CHECK(ring.record().keys.size() == std::min(change + 1, kKeyPairsKeptMax));
    CHECK(ring.record().keys.front() == pair_of(name));
  }
}

TEST_CASE("key ring: the record survives its file; what is none is refused", "[agent][sync]") {
  KeyRecord record = ring_in_change(true).record();
  record.answered = {"k-0"};
  CHECK(parse_key_record(key_record_json(record)).value() == record);
  record.next.reset();
  CHECK(parse_key_record(key_record_json(record)).value() == record);
  for (const std::string text : {"", "[]", "{}", R"({"keys":[],"next":null,"answered":[]})", R"({"keys":[{"public":"p"}],"next":null,"answered":[]})",
                                 R"({"keys":[{"public":"p","secret":"s"}],"answered":[]})", R"({"keys":[{"public":"p","secret":"s"}],"next":null})",
                                 R"({"keys":[{"public":"p","secret":"s"}],"next":null,"answered":[1]})",
                                 R"({"keys":[{"public":"p","secret":"s"}],"next":{"public":"p","secret":"s","commands":[]},"answered":[]})"}) {
    INFO(text);
    CHECK(parse_key_record(text).error().code == ErrorCode::kCorrupt);
  }
}

}  // namespace tillsync::agent
