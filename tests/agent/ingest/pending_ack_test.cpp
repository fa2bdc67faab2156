#include "agent/ingest/pending_ack.h"

#include <catch2/catch.hpp>

#include "common/crypto/crypto.h"

namespace tillsync::agent {
namespace {

const auto kHub = random_fixed<IncarnationId>();
const auto kSomeChain = random_fixed<ChainHash>();
const Error kFullDisk{ErrorCode::kDiskFull, "", "", ""};
constexpr Duration kStart = seconds(100);

}  // namespace

TEST_CASE("pending acknowledgement: the newest is written at the oldest one's time", "[agent][ingest]") {
  PendingAck ack;
  CHECK_FALSE(ack.due());
  ack.put(kHub, 1, kSomeChain, kStart);
  ack.put(kHub, 2, kSomeChain, kStart + milliseconds(200));
  CHECK(ack.due() == kStart + kAckDelay);
  CHECK_FALSE(ack.take(kStart + kAckDelay - Duration{1}, false));
  const auto taken = ack.take(kStart + kAckDelay, false);
  REQUIRE(taken);
  CHECK(taken->seq == 2);
  CHECK_FALSE(ack.due());
  ack.put(kHub, 3, kSomeChain, kStart);
  CHECK(ack.take(kStart, true)->seq == 3);
}

TEST_CASE("pending acknowledgement: what the disk did not take is tried again, and nothing else is", "[agent][ingest]") {
  for (const auto& [code, again] : {std::pair{ErrorCode::kDiskFull, true}, {ErrorCode::kIo, true}, {ErrorCode::kUnavailable, true},
                                    {ErrorCode::kInvalid, false}, {ErrorCode::kCorrupt, false}}) {
    PendingAck ack;
    ack.put(kHub, 7, kSomeChain, kStart);
    const auto taken = ack.take(kStart, true);
    ack.failed(*taken, Error{code, "", "", ""}, kStart);
    CHECK(ack.due().has_value() == again);
    if (again) {
      CHECK(ack.due() == kStart + kAckAgain);
      CHECK(ack.take(kStart + kAckAgain, false)->seq == 7);
    }
  }
}

TEST_CASE("pending acknowledgement: a failed one gives way to a newer one and to a new epoch", "[agent][ingest]") {
  PendingAck ack;
  ack.put(kHub, 7, kSomeChain, kStart);
  const auto older = ack.take(kStart, true);
  ack.put(kHub, 8, kSomeChain, kStart);
  ack.failed(*older, kFullDisk, kStart);
  CHECK(ack.take(kStart, true)->seq == 8);

  ack.put(kHub, 9, kSomeChain, kStart);
  const auto of_old_epoch = ack.take(kStart, true);
  ack.put(kHub, 10, kSomeChain, kStart);
  ack.begin_epoch();
  CHECK_FALSE(ack.due());
  ack.failed(*of_old_epoch, kFullDisk, kStart);
  CHECK_FALSE(ack.due());
}

}  // namespace tillsync::agent
