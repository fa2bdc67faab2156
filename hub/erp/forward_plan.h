// Which posting goes to the ERP next, and what its answer leads to. First in, first out per ordering key; parallel across keys; after
// an unknown outcome a look-up comes before anything else (ARCHITECTURE rule 7). Pure: hub/erp's loop hands it claimed postings,
// does what it asks for, and makes its results durable.
//
//   queued, retrying ──► sending (recorded before the first byte leaves) ──► create ──┬─► posted
//      ▲                                                                              ├─► refused
//      │ the ERP does not have it                                                     ├─► retrying, later
//   unknown ──► look-up ──┬─► posted                                                  └─► unknown, later
//                         └─► unknown, later
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "hub/erp/breaker.h"
#include "hub/erp/outcome.h"
#include "hub/erp/retry.h"

namespace tillsync::hub {

/// A posting that has been recorded as being sent or, with look_up, whose last outcome was unknown.
struct ClaimedPosting {
  std::int64_t posting_no = 0;
  std::string posting_id, ordering_key, idempotency_key;
  LocationId location;
  Bytes payload;              // encode_posting
  std::int64_t attempts = 0;  // creates and look-ups that failed so far
  bool look_up = false;
};

enum class ForwardStatus : std::uint8_t {
  kPosted,
  kRefused,
  kRetrying,  // at next_attempt_at, by a create
  kUnknown,   // at next_attempt_at, by a look-up
  kReleased,  // not sent, or looked up in vain: the ERP does not have it; due at once
};

struct ForwardResult {
  std::int64_t posting_no = 0;
  std::string posting_id, ordering_key;
  LocationId location;
  ForwardStatus status = ForwardStatus::kReleased;
  std::int64_t attempts = 0;
  Instant next_attempt_at;
  std::string erp_reference, code, text;
};

struct ForwardAction {
  const ClaimedPosting* posting = nullptr;  // valid until finished()
  bool look_up = false;
};

struct ForwardOptions {
  std::size_t concurrency = 8;
  std::size_t claimed_max = 512;  // postings in memory
  RetryPolicy retry;
  BreakerPolicy breaker;
};

class ForwardPlan {
 public:
  explicit ForwardPlan(ForwardOptions options) : options_(options), breaker_(options.breaker) {}

  /// How many more postings may be claimed now; 0 while the breaker is stopped, 1 for its probe.
  std::size_t room(Duration now);
  /// In the order of the queue, which gives no posting of a key of which the plan still holds one.
  void claimed(std::vector<ClaimedPosting> postings);
  /// What to start now; each is answered by finished().
  std::vector<ForwardAction> next_actions(Duration now);
  /// random: for the jitter. now: monotonic, for the breaker; wall: for next_attempt_at.
  void finished(std::int64_t posting_no, const Outcome& outcome, Duration now, Instant wall, std::uint64_t random);
  /// Gives back everything that is not in flight: at the end of the program, and when the breaker stops.
  void release_waiting();
  /// What is to be made durable, oldest first.
  std::vector<ForwardResult> take_results();
  bool has_results() const { return !results_.empty(); }

  /// Keys that the plan holds postings of.
  std::set<std::string> held_keys() const;

  const Breaker& breaker() const { return breaker_; }
  std::size_t in_flight() const { return in_flight_.size(); }
  std::size_t waiting() const { return waiting_; }

 private:
  struct Key {
    std::deque<ClaimedPosting> postings;  // the first may be in flight
    bool busy = false;
  };
  void settle(Key& key, ForwardResult result);
  void give_back(const ClaimedPosting& posting);
  void release(Key& key, bool keep_front);

  ForwardOptions options_;
  Breaker breaker_;
  std::map<std::string, Key> keys_;
  std::unordered_map<std::int64_t, std::string> in_flight_;  // posting_no → ordering key
  std::deque<std::string> turn_;                             // keys with something to send, fair among them
  std::size_t waiting_ = 0;
  std::vector<ForwardResult> results_;
};

}  // namespace tillsync::hub
