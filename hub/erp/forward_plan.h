// Which postings go to the ERP next, and what its answers lead to. First in, first out per ordering key; parallel across keys; several in one
// job where the connector takes batches; after an unknown outcome a look-up comes before anything else (ARCHITECTURE rule 7). Pure:
// hub/erp's driver hands it claimed postings, does what it asks for, and makes its results durable.
//
//   queued, retrying ──► sending (recorded before the first byte leaves) ──► create ──┬─► posted
//      ▲                                                                              ├─► refused
//      │ the ERP does not have it                                                     ├─► retrying, later
//   unknown ──► look-up ──┬─► posted                                                  └─► unknown, later
//                         └─► unknown, later
//
// A job that failed as a whole is split: its halves are sent one after the other, down to single postings, so that one bad entry
// in fifty does not hold the rest.
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
  std::string erp_reference, code, text, cause;
};

/// What to send together. The pointers are valid until finished().
struct ForwardJob {
  std::uint64_t job_no = 0;
  bool look_up = false;
  std::vector<const ClaimedPosting*> postings;  // in the order in which they are to be booked
};

struct ForwardOptions {
  std::size_t concurrency = 8;    // jobs
  std::size_t postings_max = 1;   // of one job
  std::size_t claimed_max = 512;  // postings in memory, at first
  std::size_t claimed_ceiling = 2'048;  // and where they last no longer than the next take to claim
  Duration settle{};              // a look-up comes so long after an unknown outcome at the earliest
  RetryPolicy retry;
  BreakerPolicy breaker;
};

class ForwardPlan {
 public:
  explicit ForwardPlan(ForwardOptions options) : options_(options), breaker_(options.breaker), claimed_max_(options.claimed_max) {}

  /// Whether it is time to claim more.
  bool is_low() const { return held_ <= claimed_max_ / 2; }
  /// How many more postings may be claimed now; 0 while the breaker is stopped, one job's for its probe.
  std::size_t room(Duration now);
  /// In the order of the queue, which gives no posting of a key of which the plan still holds one.
  void claimed(std::vector<ClaimedPosting> postings);
  /// What to start now; each is answered by finished() or split().
  std::vector<ForwardJob> next_jobs(Duration now);
  /// One outcome for each posting of the job, in order. random: for the jitter, one for all, so that what failed together comes back as one
  /// batch and costs the ERP one request again. now: monotonic, for the breaker; wall: for next_attempt_at.
  void finished(std::uint64_t job_no, const std::vector<Outcome>& outcomes, Duration now, Instant wall, std::uint64_t random);
  /// Nothing of it was booked: its halves come next.
  void split(std::uint64_t job_no);
  /// Gives back everything that is not in flight: at the end of the program, and when the breaker stops.
  void release_waiting();
  /// What is to be made durable, oldest first.
  std::vector<ForwardResult> take_results();
  bool has_results() const { return !results_.empty(); }

  /// Keys that the plan holds postings of.
  std::set<std::string> held_keys() const;

  const Breaker& breaker() const { return breaker_; }
  Breaker& breaker() { return breaker_; }
  /// Jobs that have been started and not finished.
  std::size_t in_flight() const { return in_flight_.size(); }
  /// Postings that have been claimed and have no result yet.
  std::size_t held() const { return held_; }
  /// Those of them that no job has taken.
  std::size_t waiting() const { return waiting_; }

 private:
  struct Key {
    std::deque<ClaimedPosting> postings;
    std::size_t taken = 0;    // of the front: in jobs in flight or in halves that wait
    bool is_stopped = false;  // one of them was not posted: what is behind it is given back
  };
  using Part = std::vector<const ClaimedPosting*>;
  struct Job {
    bool look_up = false;
    Part postings;
    std::vector<Part> rest;  // halves that come after it, the next one last
  };
  Job next_job();
  bool start_rest(Job job, std::vector<ForwardJob>& started);
  void give_back_rest(Job& job);
  void settle(const ClaimedPosting& posting, ForwardResult result);
  void give_back(const ClaimedPosting& posting);
  void let_go(const std::string& name);
  ForwardResult result_of_outcome(const ClaimedPosting& posting, const Outcome& outcome, Instant wall, std::uint64_t random) const;

  ForwardOptions options_;
  Breaker breaker_;
  std::map<std::string, Key> keys_;
  std::map<std::uint64_t, Job> in_flight_;
  std::deque<Job> continued_;     // rests of split jobs: they come before anything else
  std::deque<std::string> turn_;  // keys with something to send, fair among them
  std::size_t waiting_ = 0, held_ = 0;
  std::size_t claimed_max_;
  bool were_many_ = false;  // in the last claim
  std::uint64_t last_job_no_ = 0;
  std::vector<ForwardResult> results_;
};

}  // namespace tillsync::hub
