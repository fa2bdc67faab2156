// The hub's acknowledgement on its way into the outbox: the newest one waits for company, and one that the disk did not take is tried
// again, unless a new epoch has begun meanwhile. Pure. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>

#include "common/base/error.h"
#include "common/base/bytes.h"
#include "common/base/time.h"

namespace tillsync::agent {

inline constexpr Duration kAckDelay = milliseconds(250);  // how long an acknowledgement may wait for company
inline constexpr Duration kAckAgain = seconds(5);         // after a write that failed

struct Acknowledgement {
  IncarnationId incarnation;
  std::uint64_t seq = 0;
  ChainHash chain;
  std::uint64_t epoch_count = 0;  // of PendingAck: which epoch it speaks of
};

class PendingAck {
 public:
  /// A newer one takes the older one's place, and its time.
  void put(const IncarnationId& incarnation, std::uint64_t seq, const ChainHash& chain, Duration now);
  /// What is to be written now; at_once: whether or not it is due.
  std::optional<Acknowledgement> take(Duration now, bool at_once);
  /// It was not written. Tried again where that may help and nothing newer waits.
  void failed(const Acknowledgement& acknowledgement, const Error& error, Duration now);
  /// A new epoch begins: what was acknowledged under the old one says nothing about it.
  void begin_epoch();
  std::optional<Duration> due() const;

 private:
  struct Waiting {
    Acknowledgement acknowledgement;
    Duration due;
  };
  std::optional<Waiting> waiting_;
  std::uint64_t epoch_count_ = 0;
};

}  // namespace tillsync::agent
