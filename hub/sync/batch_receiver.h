// Takes the documents of one agent in: holds each batch against the position behind it (density, chain), bounds what waits for its
// commit, and knows what may be acknowledged. Part of HubSession; pure.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "common/base/bytes.h"
#include "common/wire/messages.h"

namespace tillsync::hub {

enum class TakeVerdict {
  kTaken,
  kDuplicate,   // committed or on its way already: the position is worth saying again
  kStale,       // of an earlier session, or nothing is open
  kOutOfStep,   // not what follows, or the chain differs
  kOverCredit,  // more than was allowed
};

struct TakenEvents {
  TakeVerdict verdict = TakeVerdict::kStale;
  std::vector<ChainHash> chains;  // kTaken: after each event
  std::int64_t bytes = 0;         // kTaken: of all, as wire::size_of counts
};

class BatchReceiver {
 public:
  struct Position {
    EpochId epoch;
    std::uint64_t seq = 0;
    ChainHash chain;
  };

  /// A new session behind what is committed. Only when has_pending() is false.
  void open(std::uint64_t session, Position committed);
  void close() { session_ = 0; }
  bool is_open() const { return session_ != 0; }
  std::uint64_t session() const { return session_; }

  TakenEvents take(const wire::Events& events, std::int64_t credit_bytes);
  TakeVerdict take(const wire::Gap& gap);

  /// True: there is something new to acknowledge in the open session.
  bool committed(const EpochId& epoch, std::uint64_t seq, const ChainHash& chain);
  /// The batch is gone; those behind it cannot be committed either and end the same way.
  void failed(const EpochId& epoch, std::uint64_t first_seq);

  bool has_pending() const { return !pending_.empty(); }
  std::int64_t pending_bytes() const { return pending_bytes_; }
  const Position& committed_position() const { return committed_; }

 private:
  struct Pending {
    EpochId epoch;
    std::uint64_t first_seq = 0, last_seq = 0;
    std::int64_t bytes = 0;
  };
  void push(std::uint64_t first_seq, std::uint64_t last_seq, const ChainHash& chain, std::int64_t bytes);

  std::uint64_t session_ = 0;  // 0 = none
  Position committed_, received_;
  std::deque<Pending> pending_;
  std::int64_t pending_bytes_ = 0;
};

}  // namespace tillsync::hub
