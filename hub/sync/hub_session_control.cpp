// What comes in on the control lane, one handler per kind of frame, and enrolment.
#include <algorithm>

#include "hub/sync/hub_session.h"

namespace tillsync::hub {
namespace {

using wire::FaultCode;

constexpr std::size_t kHeldRequestsMax = 256;
constexpr Duration kHeldPatience = seconds(60);  // for the documents that a request depends on
constexpr std::size_t kEnrollsWaitingMax = 16;
constexpr std::int64_t kStatusUnavailable = 503;

}  // namespace

void HubSession::on_attach(const Bytes& connection, const wire::Attach& attach) {
  if (takeover_.current() == attach.boot) return adopt_control(connection);
  if (!takeover_.is_superseded(attach.boot)) early_attach_ = EarlyAttach{attach.boot, connection};
}

void HubSession::adopt_control(const Bytes& connection) {
  control_connection_ = connection;
  early_attach_.reset();
  heard_at_ = now_;
  for (; !commands_.empty(); commands_.pop_front()) send(control_connection_, std::move(commands_.front()));
}

/// How far the agent's clock is off for certain. A status that lay in a dead link for minutes makes the clock look slow, so its own
/// way is counted out: the skew lies between what the agent knows of the hub's clock and what the hub sees now.
Duration HubSession::proven_skew(const wire::Status& status) const {
  const Duration most = wall_ - status.now;
  if (status.hub_now == Instant{}) return most;  // an agent of an older version
  const Duration least = std::min(status.hub_now - status.now, most);
  return std::clamp(Duration{0}, least, most);
}

bool HubSession::is_control_frame_welcome(const Bytes& connection) {
  const bool is_early = early_attach_ && early_attach_->connection == connection;
  if (connection != control_connection_ && !is_early) fault(connection, FaultCode::kOutOfStep, "attach first");
  if (connection != control_connection_) return false;
  heard_at_ = now_;
  return true;
}

void HubSession::on_status(const Bytes& connection, wire::Status status) {
  if (!is_control_frame_welcome(connection) || takeover_.current() != status.boot) return;
  clock_skew_ = proven_skew(status);
  for (SpeakingMachine& machine : machines_) {
    if (machine.boot != status.boot) continue;
    machine.host = status.host;
    machine.last_seen = wall_;
  }
  // The sign of life that the agent waits for, on both lanes.
  send(control_connection_, wire::Credit{credit_bytes_});
  if (phase_ == Phase::kOpen) {
    send(data_connection_, wire::Credit{credit_bytes_});
    go_online();
  }
  events_.push_back(StatusArrived{knowledge_.agent_id, std::move(status), *clock_skew_, knowledge_.key});
}

void HubSession::on_request(const Bytes& connection, wire::Request request) {
  if (!is_control_frame_welcome(connection)) return;
  const bool is_due = phase_ == Phase::kOpen && request.after_seq <= receiver_.committed_position().seq;
  if (is_due) {
    events_.push_back(RequestArrived{knowledge_.agent_id, knowledge_.location, std::move(request)});
    return;
  }
  std::erase_if(held_, [&](const HeldRequest& held) { return held.request.request_id == request.request_id; });
  if (held_.size() >= kHeldRequestsMax) return reply({std::move(request.request_id), kStatusUnavailable, {}});
  held_.push_back({std::move(request), now_ + kHeldPatience});
}

void HubSession::release_requests() {
  const std::uint64_t committed_seq = receiver_.committed_position().seq;
  const auto behind = std::ranges::stable_partition(held_, [&](const HeldRequest& held) { return held.request.after_seq > committed_seq; });
  for (HeldRequest& due : behind)
    events_.push_back(RequestArrived{knowledge_.agent_id, knowledge_.location, std::move(due.request)});
  held_.erase(behind.begin(), behind.end());
}

void HubSession::on_command_result(const Bytes& connection, wire::CommandResult result) {
  if (is_control_frame_welcome(connection)) events_.push_back(CommandResultArrived{knowledge_.agent_id, std::move(result)});
}

void HubSession::on_enroll(const Bytes& connection, wire::Enroll enroll) {
  if (enroll_connections_.size() >= kEnrollsWaitingMax) return fault(connection, FaultCode::kBusy, "too many enrolments at once");
  enroll_connections_.push_back(connection);
  events_.push_back(EnrollRequested{std::move(enroll.token), std::move(enroll.name), std::move(enroll.version), std::move(enroll.location), std::move(enroll.till), knowledge_.key});
}

void HubSession::enrolled(const AgentId& agent_id, const LocationId& location) {
  if (enroll_connections_.empty()) return;
  send(enroll_connections_.front(), wire::Enrolled{agent_id, location});
  enroll_connections_.pop_front();
}

void HubSession::enroll_refused(std::string text) {
  if (enroll_connections_.empty()) return;
  fault(enroll_connections_.front(), FaultCode::kBadToken, std::move(text));
  enroll_connections_.pop_front();
}

}  // namespace tillsync::hub
