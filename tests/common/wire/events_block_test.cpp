#include "common/wire/events_block.h"

#include <catch2/catch.hpp>

#include "common/base/limits.h"
#include "tests/common/wire/samples.h"

using namespace tillsync;
using namespace tillsync::wire;

namespace {

/// Bytes that zstd cannot make smaller.
std::string noise(std::size_t size) {
  std::string bytes;
  std::uint64_t state = 1;
  while (bytes.size() < size) {
    state = state * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    bytes += static_cast<char>(state >> 56);
  }
  return bytes;
}

std::expected<std::vector<Event>, DecodeFault> unpack(const EventsBlock& block) {
  return unpack_events(block.packing, block.count, block.plain_size, block.bytes);
}

}  // namespace

TEST_CASE("events block: documents that repeat themselves are compressed and come back whole", "[wire]") {
  const std::vector<Event> events(kBatchEventsMax, samples::event(std::string(300, 'a')));
  const EventsBlock block = pack_events(events);
  CHECK(block.packing == Packing::kZstd);
  CHECK(block.bytes.size() < block.plain_size / 10);
  CHECK(unpack(block) == events);
}

TEST_CASE("events block: a small block is sent as it is", "[wire]") {
  const EventsBlock block = pack_events({samples::event("a")});
  CHECK(block.packing == Packing::kPlain);
  CHECK(unpack(block) == std::vector{samples::event("a")});
}

TEST_CASE("events block: what zstd does not make smaller is sent as it is", "[wire]") {
  const std::vector events = {samples::event(noise(100'000))};
  const EventsBlock block = pack_events(events);
  CHECK(block.packing == Packing::kPlain);
  CHECK(unpack(block) == events);
}

TEST_CASE("events block: no documents are a block too", "[wire]") {
  CHECK(unpack(pack_events({})) == std::vector<Event>{});
}

TEST_CASE("events block: size_of is never less than what is written", "[wire]") {
  for (const std::size_t payload : {0u, 1u, 255u, 256u, 65'535u, 65'536u}) {
    const Event event = samples::event(noise(payload));
    CHECK(size_of(event) >= pack_events({event}).plain_size);
    CHECK(size_of(event) <= pack_events({event}).plain_size + 10);
  }
}

TEST_CASE("events block: the limit of documents holds", "[wire]") {
  std::vector<Event> events(kBatchEventsMax + 1, samples::event("a"));
  CHECK(unpack(pack_events(events)).error().code == FaultCode::kLimit);
  events.pop_back();
  CHECK(unpack(pack_events(events)));
}

TEST_CASE("events block: the limit of bytes holds, packed or not", "[wire]") {
  const std::size_t around = pack_events({samples::event(std::string(100'000, 'z'))}).plain_size - 100'000;
  for (const bool compressible : {true, false}) {
    const auto payload = [&](std::size_t size) { return compressible ? std::string(size, 'z') : noise(size); };
    CHECK(unpack(pack_events({samples::event(payload(kBatchBytesMax - around))})));
    CHECK(unpack(pack_events({samples::event(payload(kBatchBytesMax - around + 1))})).error().code == FaultCode::kLimit);
  }
}

TEST_CASE("events block: an announcement that hides a bomb is refused before it unpacks", "[wire]") {
  // 4.5 MB of equal letters pack into a few hundred bytes; the frame says 10 bytes.
  const EventsBlock bomb = pack_events({samples::event(std::string(kBatchBytesMax, 'z'))});
  REQUIRE(bomb.bytes.size() < 10'000);
  CHECK(unpack_events(Packing::kZstd, 1, 10, bomb.bytes).error().code == FaultCode::kMalformed);
  CHECK(unpack_events(Packing::kZstd, 1, bomb.plain_size, bomb.bytes).error().code == FaultCode::kLimit);
}

TEST_CASE("events block: bytes that are no zstd are refused", "[wire]") {
  CHECK(unpack_events(Packing::kZstd, 1, 10, "0123456789").error().code == FaultCode::kMalformed);
  CHECK(unpack_events(Packing::kZstd, 1, 10, "").error().code == FaultCode::kMalformed);
}

TEST_CASE("events block: a kind of document of a newer version is kept as it is", "[wire]") {
  Event event = samples::event("x");
  event.kind = static_cast<EventKind>(77);
  CHECK(unpack(pack_events({event})) == std::vector{event});
}

TEST_CASE("events block: a correlation id that is no text does not cost the document", "[wire]") {
  Event event = samples::event("x");
  event.correlation_id = "\xc3\x28";
  const auto events = unpack(pack_events({event}));
  REQUIRE(events);
  CHECK(events->front().correlation_id.empty());
  CHECK(events->front().payload == "x");
}
