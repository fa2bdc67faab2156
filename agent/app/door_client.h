// Asks the running agent through its ZeroMQ door, as a POS would. Blocks; for the command line, one thread.
#pragma once

#include <memory>
#include <string>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/transport/socket.h"

namespace tillsync::agent {

class DoorClient {
 public:
  /// kUnavailable where the agent has no ZeroMQ door. Whether anybody answers shows at the first question.
  static Result<DoorClient> connect(const std::string& endpoint);
  enum class IfAbsent { kWait, kFail };
  /// One frame there, one frame back. kUnavailable: nobody answers within `timeout`; the frame may have been taken all the same. An agent that is not there yet is waited
  /// for, or with kFail is not.
  Result<std::string> ask(const std::string& frame, Duration timeout, IfAbsent if_absent = IfAbsent::kWait);

 private:
  DoorClient(std::string endpoint, std::unique_ptr<transport::DealerSocket> socket)
      : endpoint_(std::move(endpoint)), socket_(std::move(socket)) {}
  std::string endpoint_;
  std::unique_ptr<transport::DealerSocket> socket_;
};

/// One question to an agent that runs: where nobody listens it fails at once.
Result<std::string> ask_door(const std::string& endpoint, const std::string& frame, Duration timeout);

}  // namespace tillsync::agent
