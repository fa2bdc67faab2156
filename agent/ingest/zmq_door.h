// The ZeroMQ door: one frame in, one frame out, on ipc or loopback (README.md "ZeroMQ"). Runs on the writer thread: a request is
// read, written and answered without a change of threads, which is what one sale at a time costs.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/ingest/counters.h"
#include "agent/ingest/group_store.h"
#include "agent/ingest/refused_store.h"
#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/transport/socket.h"

namespace tillsync::agent {

class ZmqDoor {
 public:
  /// status_json: the body of GET /v1/status. The references outlive the door.
  static Result<std::unique_ptr<ZmqDoor>> open(std::shared_ptr<transport::Context> context, const std::string& endpoint,
                                               const LocationId& location, IngestCounters& counters, RefusedStore& refused,
                                               std::function<std::string()> status_json);

  /// Takes the next request that waits. Documents go to the end of `group`; anything else is answered at once. False when none
  /// waits.
  bool take(Group& group);
  /// Answers the requests that wait with 503.
  void turn_away();

  int descriptor() const { return socket_->descriptor(); }
  bool has_work() const { return socket_->has_work(); }
  std::string endpoint() const { return socket_->endpoint(); }

 private:
  class Request;

  ZmqDoor(std::unique_ptr<transport::RouterSocket> socket, const LocationId& location, IngestCounters& counters, RefusedStore& refused,
          std::function<std::string()> status_json)
      : socket_(std::move(socket)), location_(location), counters_(counters), refused_(refused), status_json_(std::move(status_json)) {}

  std::unique_ptr<transport::RouterSocket> socket_;
  const LocationId& location_;
  IngestCounters& counters_;
  RefusedStore& refused_;
  std::function<std::string()> status_json_;
};

}  // namespace tillsync::agent
