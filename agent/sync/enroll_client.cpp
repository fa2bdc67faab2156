#include "agent/sync/enroll_client.h"

#include "common/base/limits.h"
#include "common/base/os.h"
#include "common/transport/socket.h"

namespace tillsync::agent {
namespace {

constexpr int kRefusalsMax = 3;  // one alone may be a line that broke

Error fault_error(const std::string& operation, const wire::Fault& fault) {
  switch (fault.code) {
    case wire::FaultCode::kBadToken:
      return {ErrorCode::kDenied, operation, fault.text.empty() ? "the token is not good" : fault.text, "nothing is spent; a new token: the console's page Fleet, or tillsyncctl enrolment-token create"};
    case wire::FaultCode::kRevoked:
      return {ErrorCode::kDenied, operation, "this machine's key was revoked", "take a new token and enrol it as a new agent: tillsync-agent enroll --new-key --token TOKEN"};
    case wire::FaultCode::kUnsupported: return {ErrorCode::kUnsupported, operation, "the hub speaks another version: " + fault.text, "update the agent"};
    case wire::FaultCode::kBusy:
    case wire::FaultCode::kInternal: return {ErrorCode::kUnavailable, operation, "the hub cannot answer now: " + fault.text, "try again"};
    default: return {ErrorCode::kDenied, operation, fault.text, ""};
  }
}

}  // namespace

Result<wire::Enrolled> enroll(const std::string& endpoint, const std::string& hub_key, const transport::CurveKeyPair& keys, const wire::Enroll& request) {
  const std::string operation = "enrol at " + endpoint;
  TS_RETURN_IF_ERROR(transport::check_key(hub_key));
  TS_ASSIGN_OR_RETURN(const auto socket,
                      transport::DealerSocket::connect_curve(transport::make_context(), endpoint, keys, hub_key, kFrameBytesMax));
  const Duration deadline = os::monotonic() + kEnrolTimeout;
  int refused = 0;
  bool was_up = false;
  bool asked = false;
  while (true) {
    for (const auto event : socket->link_events()) {
      if (event == transport::DealerSocket::LinkEvent::kUp) {
        was_up = true;
        asked = false;  // what was sent over the link before may be lost; asking again is harmless
      }
      if (event == transport::DealerSocket::LinkEvent::kHandshakeFailed) ++refused;
    }
    if (was_up && !asked) asked = socket->send(wire::encode(request)) == transport::SendStatus::kSent;
    while (const auto frame = socket->receive()) {
      const auto message = wire::decode(*frame);
      if (!message) continue;
      if (const auto* enrolled = std::get_if<wire::Enrolled>(&*message)) return *enrolled;
      if (const auto* fault = std::get_if<wire::Fault>(&*message)) return std::unexpected(fault_error(operation, *fault));
    }
    if (!was_up && refused >= kRefusalsMax) break;
    const Duration left = deadline - os::monotonic();
    if (left.micros <= 0) break;
    if (!socket->has_work()) transport::wait_readable({socket->descriptor(), socket->link_descriptor()}, std::min(left, milliseconds(500)));
  }
  if (was_up) return fail(ErrorCode::kTimeout, operation, "the hub is there but did not answer", "try again; look at the hub's log");
  if (refused > 0)
    return fail(ErrorCode::kDenied, operation, "the hub there does not have that key, or has revoked this machine's",
                "compare --hub-key with what tillsync-hub init printed (keys/hub.public)");
  return fail(ErrorCode::kUnavailable, operation, "nobody answers there", "is the address right, is the hub running, does a firewall stand between?");
}

}  // namespace tillsync::agent
