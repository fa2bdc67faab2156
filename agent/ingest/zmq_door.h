// The ZeroMQ door: one frame in, one frame out, on ipc or loopback (README.md "ZeroMQ"). Runs on the writer thread: a request is
// read, written and answered without a change of threads, which is what one sale at a time costs.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "agent/ingest/answer.h"
#include "agent/ingest/counters.h"
#include "agent/ingest/group_store.h"
#include "agent/ingest/refused_store.h"
#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/transport/socket.h"

namespace tillsync::agent {

/// Answers kept for tills that send much and read late. One more is dropped: the till asks again and gets it then.
inline constexpr std::size_t kAnswersHeldMax = 2'000;

class ZmqDoor {
 public:
  /// quota: none = what is sold is held against nothing. status_json: the body of GET /v1/status. The references outlive the door.
  static Result<std::unique_ptr<ZmqDoor>> open(std::shared_ptr<transport::Context> context, const std::string& endpoint,
                                               const LocationId& location, IngestCounters& counters, RefusedStore& refused, Quota* quota,
                                               std::function<std::string()> status_json);

  /// Takes the next request that waits. Documents go to the end of `group`; anything else is answered at once. False when none
  /// waits.
  bool take(Group& group);
  /// Answers the requests that wait with 503.
  void turn_away();
  /// Sends answers that found their till's queue full. A socket does not tell when there is room again, so while has_held() the
  /// loop looks every few milliseconds.
  void send_held();
  bool has_held() const { return !held_.empty(); }
  std::size_t held() const { return held_.size(); }

  int descriptor() const { return socket_->descriptor(); }
  bool has_work() const { return socket_->has_work(); }
  std::string endpoint() const { return socket_->endpoint(); }

 private:
  class Request;
  struct HeldAnswer {
    Bytes peer, frame;
  };

  ZmqDoor(std::unique_ptr<transport::RouterSocket> socket, const LocationId& location, IngestCounters& counters, RefusedStore& refused, Quota* quota,
          std::function<std::string()> status_json)
      : socket_(std::move(socket)), location_(location), counters_(counters), refused_(refused), quota_(quota), status_json_(std::move(status_json)) {}

  void answer(const Bytes& peer, const Answer& answer, Syntax syntax);

  std::unique_ptr<transport::RouterSocket> socket_;
  std::deque<HeldAnswer> held_;
  const LocationId& location_;
  IngestCounters& counters_;
  RefusedStore& refused_;
  Quota* quota_;
  std::function<std::string()> status_json_;
};

}  // namespace tillsync::agent
