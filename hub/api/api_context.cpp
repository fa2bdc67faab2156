#include "hub/api/api_context.h"

#include "common/crypto/crypto.h"
#include "hub/api/effect_audit.h"

namespace tillsync::hub {

bool KeysInProgress::enter(const std::string& key) {
  const std::lock_guard lock(mutex_);
  return keys_.insert(key).second;
}

void KeysInProgress::leave(const std::string& key) {
  const std::lock_guard lock(mutex_);
  keys_.erase(key);
}

std::optional<std::string> idempotency_key_of(const ApiCall& call) {
  const auto key = call.request.header("idempotency-key");
  if (key && !key->empty() && key->size() <= kIdempotencyKeyBytesMax) return std::string(*key);
  call.reply->problem(400, "idempotency_key_missing", "Idempotency-Key needed",
                      "send an Idempotency-Key header of 1 to " + std::to_string(kIdempotencyKeyBytesMax) +
                          " bytes, new for each request and the same when it is repeated");
  return std::nullopt;
}

void run_effect(ApiContext& context, ApiCall call, Repeat repeat, const std::string& route,
                std::function<Result<StoredAnswer>(sql::Connection&, Instant now)> effect, std::function<void()> after_commit,
                bool changes_masterdata) {
  const auto reply = call.reply;
  std::optional<IdempotencyScope> scope;
  std::string in_progress;
  if (repeat == Repeat::kIdempotencyKey) {
    const auto key = idempotency_key_of(call);
    if (!key) return;
    scope = IdempotencyScope{call.caller.name, route + " " + call.request.path, *key};
    in_progress = scope->caller + '\n' + scope->route + '\n' + scope->key;
    if (!context.keys_in_progress.enter(in_progress)) {
      reply->problem(409, "in_progress", "In progress", "a request with this Idempotency-Key is being worked on; ask again with the same key");
      return;
    }
  }
  const auto digest = sha256({call.request.body});
  const auto body_hash = std::make_shared<Bytes>(digest.data(), digest.size());
  const auto answer = std::make_shared<StoredAnswer>();
  Task task;
  task.name = route;
  task.changes_masterdata = changes_masterdata;
  task.apply = [scope, body_hash, answer, audit = EffectAudit(call), effect = std::move(effect)](sql::Connection& connection, Instant now) -> Result<void> {
    if (scope) {
      TS_ASSIGN_OR_RETURN(auto stored, find_answer(connection, *scope, *body_hash, now));
      if (stored) {
        *answer = std::move(*stored);
        return {};
      }
    }
    TS_ASSIGN_OR_RETURN(*answer, effect(connection, now));
    TS_RETURN_IF_ERROR(audit.record(connection, *answer, now));
    if (scope) TS_RETURN_IF_ERROR(store_answer(connection, *scope, *body_hash, *answer, now));
    return {};
  };
  task.done = [&context, reply, answer, in_progress, after_commit = std::move(after_commit)](Result<void> result) {
    if (!in_progress.empty()) context.keys_in_progress.leave(in_progress);
    if (!result) {
      // The same key with another body is a fault of the request, not a conflict of facts.
      if (result.error().operation == "use idempotency key")
        reply->problem(422, "idempotency_key_reused", "Idempotency-Key was used for something else", result.error().detail);
      else
        reply->failure(result.error());
      return;
    }
    if (after_commit) after_commit();
    reply->answer(answer->status, answer->body_once ? std::move(*answer->body_once) : std::move(answer->body), std::move(answer->headers));
  };
  if (const auto submitted = context.writer.submit(Priority::kRequest, std::move(task)); !submitted) {
    if (!in_progress.empty()) context.keys_in_progress.leave(in_progress);
    reply->failure(submitted.error());
  }
}

}  // namespace tillsync::hub
