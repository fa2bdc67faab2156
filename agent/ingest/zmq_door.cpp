#include "agent/ingest/zmq_door.h"

#include <nlohmann/json.hpp>
#include <set>

#include "agent/ingest/documents_member.h"
#include "common/base/limits.h"
#include "common/base/os.h"

namespace tillsync::agent {
namespace {

constexpr std::size_t kQuestionBytesMax = 64;  // {"get":"status"} is no longer; documents are

/// The answer in the syntax of the request.
Bytes in_syntax(std::string json, Syntax syntax) {
  if (syntax == Syntax::kJson) return json;
  const auto packed = nlohmann::json::to_msgpack(nlohmann::json::parse(json));
  return {reinterpret_cast<const char*>(packed.data()), packed.size()};
}

/// What {"get":…} asks for; nullopt for anything else.
std::optional<std::string> question_in(BytesView frame, Syntax syntax) {
  if (frame.size() > kQuestionBytesMax) return std::nullopt;
  const auto tree = parse_tree(frame, syntax);
  if (!tree) return std::nullopt;
  const Value* get = tree->find("get");
  const auto* name = get == nullptr ? nullptr : std::get_if<std::string>(&get->data);
  return name == nullptr ? std::nullopt : std::optional(*name);
}

}  // namespace

class ZmqDoor::Request final : public DocumentsMember {
 public:
  Request(ZmqDoor& door, Bytes peer, Syntax syntax, IngestedRequest request)
      : DocumentsMember(std::move(request), door.location_, door.counters_, door.quota_), door_(door), peer_(std::move(peer)), syntax_(syntax) {}

 private:
  void reply(const Answer& answer) override { door_.answer(peer_, answer, syntax_); }

  ZmqDoor& door_;
  Bytes peer_;
  Syntax syntax_;
};

Result<std::unique_ptr<ZmqDoor>> ZmqDoor::open(std::shared_ptr<transport::Context> context, const std::string& endpoint,
                                               const LocationId& location, IngestCounters& counters, RefusedStore& refused, Quota* quota,
                                               std::function<std::string()> status_json) {
  TS_ASSIGN_OR_RETURN(auto socket, transport::RouterSocket::bind_plain(std::move(context), endpoint, kRequestBytesMax));
  return std::unique_ptr<ZmqDoor>(new ZmqDoor(std::move(socket), location, counters, refused, quota, std::move(status_json)));
}

bool ZmqDoor::take(Group& group) {
  auto received = socket_->receive();
  if (!received) return false;
  const Syntax syntax = detect_syntax(received->frame);
  if (const auto question = question_in(received->frame, syntax)) {
    answer(received->routing_id,
           *question == "status" ? Answer{200, status_json_()}
                                 : answer_of(door_problem(404, "not_found", "There is no such thing to get", "this door knows {\"get\":\"status\"}")),
           syntax);
    return true;
  }
  auto request = ingest(received->frame, syntax, {location_, os::now(), ""});
  if (!request) {
    refused_.keep(received->frame, request.error());
    answer(received->routing_id, answer_of(request.error()), syntax);
    return true;
  }
  for (const auto& refusal : request->refusals)
    if (refusal) refused_.keep(received->frame, *refusal);
  if (request->rows.empty()) {
    answer(received->routing_id, answer_of(*request, {}, location_), syntax);
    return true;
  }
  group.push_back(std::make_unique<Request>(*this, std::move(received->routing_id), syntax, std::move(*request)));
  return true;
}

void ZmqDoor::turn_away() {
  const Answer refusal = answer_of(problem_of(Error{ErrorCode::kShuttingDown, "", "", ""}));
  while (auto received = socket_->receive()) answer(received->routing_id, refusal, detect_syntax(received->frame));
}

void ZmqDoor::answer(const Bytes& peer, const Answer& answer, Syntax syntax) {
  Bytes frame = in_syntax(with_code(answer), syntax);
  // Behind an answer that is held, so that each till gets its answers in order. A till that has gone needs none.
  if (held_.empty() && socket_->send(peer, frame) != transport::SendStatus::kWouldBlock) return;
  if (held_.size() < kAnswersHeldMax) held_.push_back({peer, std::move(frame)});
}

void ZmqDoor::send_held() {
  std::set<BytesView> full;
  std::deque<HeldAnswer> still_held;
  for (HeldAnswer& held : held_) {
    const bool is_full = full.contains(held.peer) || socket_->send(held.peer, held.frame) == transport::SendStatus::kWouldBlock;
    if (!is_full) continue;
    still_held.push_back(std::move(held));
    full.insert(still_held.back().peer);
  }
  held_ = std::move(still_held);
}

}  // namespace tillsync::agent
