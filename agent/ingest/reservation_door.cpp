#include "agent/ingest/reservation_door.h"

#include "common/contract/reservation.h"
#include "common/contract/text.h"

namespace tillsync::agent {
namespace {

constexpr std::string_view kPromisePrefix = "p_";
constexpr int kUnknownStatus = 504, kNotDecidedFrom = 500;

Answer unknown_outcome() {
  return answer_of(door_problem(kUnknownStatus, "outcome_unknown", "Nobody here knows the outcome",
                                "the hub was asked and its answer has not come; ask again with the same key"));
}
Answer hub_needed(std::string detail) { return answer_of(door_problem(503, "hub_needed", "This needs the hub", std::move(detail))); }

/// What one write of a request has found; set anew by each try.
struct Outcome {
  RequestAction action = RequestAction::kUnknown;
  Answer answer;
  std::uint64_t after_seq = 0;
};

Answer answer_in(const wire::Reply& reply) {
  if (!reply.body.empty()) return {static_cast<std::uint16_t>(reply.status), std::string(reply.body)};
  const bool is_too_long = reply.status == 413;
  return answer_of(door_problem(static_cast<std::uint16_t>(reply.status), is_too_long ? "too_large" : "unavailable", is_too_long ? "Too large" : "Not available now",
                                is_too_long ? "the request is too long for the hub" : "the hub did not decide; ask again with the same key"));
}

}  // namespace

ReservationDoor::~ReservationDoor() {
  std::map<std::string, Waiter> left;
  {
    const std::lock_guard lock(core_->mutex);
    left = std::exchange(core_->waiters, {});
  }
  for (auto& [id, waiter] : left) {
    if (waiter.reply) waiter.reply(unknown_outcome());
  }
}

void ReservationDoor::reserve(BytesView body, std::string_view key, Reply reply) {
  bool has_own_key = false;
  auto parsed = read_reservation(body, key, has_own_key);
  if (!parsed) return reply(answer_of(parsed.error()));
  const auto request = std::make_shared<ReservationRequest>(std::move(*parsed));
  const ContentHash hash = reservation_hash(*request);
  const bool is_linked = core_->ports.is_linked();
  const std::string promise_id = std::string(kPromisePrefix) + core_->ports.draw_id();
  const auto outcome = std::make_shared<Outcome>();
  core_->ports.write(
      [core = core_, request, hash, is_linked, promise_id, outcome](Outbox& outbox, Inbox&) -> Result<void> {
        Quota& quota = core->quota;
        const std::string& own_key = request->idempotency_key;
        TS_ASSIGN_OR_RETURN(const auto stored, quota.find_request(own_key));
        *outcome = Outcome{decide_request(stored, hash, is_linked), {}, outbox.state().last_seq};
        switch (outcome->action) {
          case RequestAction::kAnswer: outcome->answer = {static_cast<std::uint16_t>(stored->status), stored->answer}; break;
          case RequestAction::kOtherKey:
            outcome->answer = answer_of(door_problem(422, "idempotency_key_reused", "Idempotency-Key was used for something else",
                                                     "this key was used for another reservation; take a new key for a new request"));
            break;
          case RequestAction::kUnknown: outcome->answer = unknown_outcome(); break;
          case RequestAction::kAskHub:
            if (!stored) return quota.note_sent(own_key, hash, core->ports.now());
            break;
          case RequestAction::kPromise: {
            TS_ASSIGN_OR_RETURN(auto promised, quota.promise(*request, hash, core->location, promise_id, outbox, core->ports.now()));
            outcome->answer = promised ? Answer{201, std::move(*promised)}
                                       : hub_needed("there is no line to the hub, and what this store may promise on its own does not cover the request; nothing was recorded");
            break;
          }
        }
        return {};
      },
      [core = core_, request, outcome, reply = std::move(reply)](const Result<void>& written) {
        if (!written) return reply(answer_of(problem_of(written.error())));
        if (outcome->action != RequestAction::kAskHub) return reply(std::move(outcome->answer));
        ask(core, "reservations.create", outcome->after_seq, reservation_to_json(*request), request->idempotency_key, reply);
      });
}

void ReservationDoor::step(std::string_view verb, std::string_view id, BytesView body, Reply reply) {
  // Read here only as far as the id goes in: the hub says what is wrong with the rest.
  const auto tree = parse_tree(body.empty() ? BytesView("{}") : body, Syntax::kJson);
  if (!tree) return reply(answer_of(tree.error()));
  const auto* members = std::get_if<ValueObject>(&tree->data);
  if (members == nullptr) return reply(answer_of(make_problem("wrong_type", "send a JSON object")));
  Value named{ValueObject{{"reservation_id", Value{std::string(id)}}}};
  for (const auto& member : *members) {
    if (member.first != "reservation_id") std::get<ValueObject>(named.data).push_back(member);
  }
  const bool is_linked = core_->ports.is_linked();
  const auto found = std::make_shared<std::optional<StoredRequest>>();
  const auto after_seq = std::make_shared<std::uint64_t>(0);
  core_->ports.write(
      [core = core_, own_id = std::string(id), found, after_seq](Outbox& outbox, Inbox&) -> Result<void> {
        *after_seq = outbox.state().last_seq;
        TS_ASSIGN_OR_RETURN(*found, core->quota.find_promise(own_id));
        return {};
      },
      [core = core_, found, after_seq, is_linked, asked_verb = std::string(verb), json = tree_to_json(named), reply = std::move(reply)](const Result<void>& read) {
        if (!read) return reply(answer_of(problem_of(read.error())));
        if (is_linked) return ask(core, "reservations." + asked_verb, *after_seq, json, "", reply);
        if (*found && asked_verb == "confirm") return reply({200, (*found)->answer});
        reply(hub_needed("there is no line to the hub; ask again when there is"));
      });
}

void ReservationDoor::availability(std::string_view sku, Reply reply) {
  if (!core_->ports.is_linked()) return reply(hub_needed("there is no line to the hub; ask again when there is"));
  std::string json = "{\"skus\":[";
  append_json_string(json, sku);
  ask(core_, "availability", 0, json + "]}", "", std::move(reply));
}

void ReservationDoor::ask(const std::shared_ptr<Core>& core, std::string method, std::uint64_t after_seq, Bytes body, std::string key, Reply reply) {
  std::string id;
  {
    const std::lock_guard lock(core->mutex);
    if (core->waiters.size() < kHubRequestsMax) {
      id = std::to_string(++core->asked) + "-" + core->ports.draw_id();
      core->waiters.emplace(id, Waiter{std::move(key), reply});
    }
  }
  // What is noted as sent stays so: the till asks again with the same key.
  if (id.empty()) return reply(answer_of(door_problem(503, "unavailable", "Too many wait for the hub", "ask again with the same key")));
  core->ports.run_after(kHubAnswerPatience, [weak = std::weak_ptr(core), id] {
    if (const auto alive = weak.lock()) give_up(alive, id);
  });
  core->ports.ask(wire::Request{id, std::move(method), after_seq, std::move(body)});
}

/// The till is told; an answer that still comes is kept for its next question.
void ReservationDoor::give_up(const std::shared_ptr<Core>& core, const std::string& request_id) {
  Reply reply;
  {
    const std::lock_guard lock(core->mutex);
    const auto found = core->waiters.find(request_id);
    if (found == core->waiters.end()) return;
    reply = std::exchange(found->second.reply, {});
    if (!reply || found->second.key.empty()) core->waiters.erase(found);
  }
  if (!reply) return;
  core->ports.run_after(kLateAnswerPatience, [weak = std::weak_ptr(core), request_id] {
    if (const auto alive = weak.lock()) give_up(alive, request_id);
  });
  reply(unknown_outcome());
}

void ReservationDoor::reply_arrived(const wire::Reply& reply) {
  Waiter waiter;
  {
    const std::lock_guard lock(core_->mutex);
    const auto found = core_->waiters.find(reply.request_id);
    if (found == core_->waiters.end()) return;
    waiter = std::move(found->second);
    core_->waiters.erase(found);
  }
  Answer answer = answer_in(reply);
  if (waiter.key.empty()) {
    if (waiter.reply) waiter.reply(std::move(answer));
    return;
  }
  const bool is_decided = reply.status < kNotDecidedFrom;
  core_->ports.write(
      [core = core_, key = waiter.key, is_decided, answer](Outbox&, Inbox&) -> Result<void> {
        if (is_decided) return core->quota.note_answer(key, answer.code, answer.json);
        return core->quota.forget_request(key);
      },
      [told = std::move(waiter.reply), answer](const Result<void>& written) {
        if (told) told(written ? answer : unknown_outcome());
      });
}

}  // namespace tillsync::agent
