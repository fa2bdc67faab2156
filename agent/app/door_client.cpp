#include "agent/app/door_client.h"

#include <algorithm>

#include "common/base/limits.h"
#include "common/base/os.h"

namespace tillsync::agent {
namespace {

constexpr Duration kLook = milliseconds(200);  // at the link, which has no descriptor in common with the frames

}  // namespace

Result<DoorClient> DoorClient::connect(const std::string& endpoint) {
  if (endpoint.empty())
    return fail(ErrorCode::kUnavailable, "ask the agent", "it has no ZeroMQ door: pos.zmq is empty, or the data folder's path is too long for one");
  TS_ASSIGN_OR_RETURN(auto socket, transport::DealerSocket::connect_plain(transport::make_context(), endpoint, kRequestBytesMax));
  return DoorClient(endpoint, std::move(socket));
}

Result<std::string> DoorClient::ask(const std::string& frame, Duration timeout, IfAbsent if_absent) {
  const Duration deadline = os::monotonic() + timeout;
  bool sent = false;
  while (true) {
    const auto events = socket_->link_events();
    if (!sent && if_absent == IfAbsent::kFail && std::ranges::find(events, transport::DealerSocket::LinkEvent::kNobodyThere) != events.end()) break;
    if (!sent) sent = socket_->send(frame) == transport::SendStatus::kSent;
    if (auto answer = socket_->receive()) return std::move(*answer);
    const Duration left = deadline - os::monotonic();
    if (left.micros <= 0) break;
    if (!socket_->has_work()) transport::wait_readable({socket_->descriptor(), socket_->link_descriptor()}, std::min(left, kLook));
  }
  return fail(ErrorCode::kUnavailable, "ask the agent at " + endpoint_, sent ? "it does not answer" : "it is not running",
              "start it: tillsync-agent run --config agent.toml");
}

Result<std::string> ask_door(const std::string& endpoint, const std::string& frame, Duration timeout) {
  TS_ASSIGN_OR_RETURN(DoorClient client, DoorClient::connect(endpoint));
  return client.ask(frame, timeout, DoorClient::IfAbsent::kFail);
}

}  // namespace tillsync::agent
