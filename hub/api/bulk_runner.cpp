#include "hub/api/bulk_runner.h"

#include "common/crypto/crypto.h"

namespace tillsync::hub {
namespace {

std::string hash_of(std::string_view body) {
  const auto digest = sha256({body});
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Kept alive by the task that is under way.
class BulkChain : public std::enable_shared_from_this<BulkChain> {
 public:
  BulkChain(ApiContext& context, std::shared_ptr<ApiReply> reply, std::string route, std::string in_progress, BulkRun run)
      : context_(context), reply_(std::move(reply)), route_(std::move(route)), in_progress_(std::move(in_progress)), run_(std::move(run)) {}

  void submit_next() {
    const auto answer = std::make_shared<std::optional<StoredAnswer>>();
    Task task;
    task.name = route_;
    task.apply = [chain = shared_from_this(), answer](sql::Connection& connection, Instant now) -> Result<void> {
      TS_ASSIGN_OR_RETURN(*answer, chain->run_.advance(connection, now));
      return {};
    };
    task.done = [chain = shared_from_this(), answer](Result<void> result) {
      if (!result) return chain->fail_with(result.error());
      if (*answer) return chain->finish(**answer);
      chain->submit_next();
    };
    if (const auto submitted = context_.writer.submit(Priority::kRequest, std::move(task)); !submitted) fail_with(submitted.error());
  }

 private:
  void finish(const StoredAnswer& answer) {
    context_.keys_in_progress.leave(in_progress_);
    reply_->answer(answer.status, answer.body);
  }
  /// What is committed stays; the same request goes on from there.
  void fail_with(const Error& error) {
    context_.keys_in_progress.leave(in_progress_);
    if (error.operation == "use idempotency key")
      reply_->problem(422, "idempotency_key_reused", "Idempotency-Key was used for something else", error.detail);
    else
      reply_->failure(error);
  }

  ApiContext& context_;
  std::shared_ptr<ApiReply> reply_;
  std::string route_, in_progress_;
  BulkRun run_;
};

}  // namespace

void add_chunk(BulkOperation& operation, BulkChunk chunk, Instant now) {
  operation.position = chunk.position;
  for (BulkItem& item : chunk.items) {
    ++operation.counts[item.outcome];
    if (operation.items.size() < kBulkItemsMax) operation.items.push_back(std::move(item.shown));
  }
  if (chunk.is_last) operation.finished_at = now;
}

BulkRun::BulkRun(IdempotencyScope scope, std::string request, std::string operation_id, BulkPlan plan, std::optional<EffectAudit> audit)
    : scope_(std::move(scope)),
      request_(std::move(request)),
      body_hash_(hash_of(request_)),
      operation_id_(std::move(operation_id)),
      plan_(std::move(plan)),
      audit_(std::move(audit)) {}

Result<std::optional<StoredAnswer>> BulkRun::advance(sql::Connection& connection, Instant now) const {
  TS_ASSIGN_OR_RETURN(auto stored, find_answer(connection, scope_, body_hash_, now));
  if (stored) return stored;
  TS_ASSIGN_OR_RETURN(BulkOperation operation, begin_or_continue(connection, now));
  TS_ASSIGN_OR_RETURN(BulkChunk chunk, plan_.advance(connection, operation, now));
  const bool is_last = chunk.is_last;
  add_chunk(operation, std::move(chunk), now);
  TS_RETURN_IF_ERROR(update_operation(connection, operation));
  if (!is_last) return std::optional<StoredAnswer>{};
  StoredAnswer answer{200, operation_json(operation).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  TS_RETURN_IF_ERROR(store_answer(connection, scope_, body_hash_, answer, now));
  return std::optional(std::move(answer));
}

Result<BulkOperation> BulkRun::begin_or_continue(sql::Connection& connection, Instant now) const {
  TS_ASSIGN_OR_RETURN(auto unfinished, find_unfinished(connection, scope_, body_hash_));
  if (unfinished) return std::move(*unfinished);
  TS_ASSIGN_OR_RETURN(const BulkSelection selection, plan_.select(connection));
  BulkOperation operation;
  operation.operation_id = operation_id_;
  operation.scope = scope_;
  operation.request = request_;
  operation.selected = selection.selected;
  operation.upto = selection.upto;
  operation.started_at = now;
  TS_RETURN_IF_ERROR(insert_operation(connection, operation, body_hash_));
  if (audit_) {
    // Once, with what is asked for: the outcome of each row stands in its own history.
    StoredAnswer begun{202, ""};
    begun.audit.object = "operations/" + operation.operation_id;
    begun.audit.after = nlohmann::json{{"selected", operation.selected}, {"request", nlohmann::json::parse(request_, nullptr, false)}}.dump(
        -1, ' ', false, nlohmann::json::error_handler_t::replace);
    TS_RETURN_IF_ERROR(audit_->record(connection, begun, now));
  }
  return operation;
}

void run_bulk(ApiContext& context, ApiCall call, const std::string& route, BulkPlan plan) {
  const auto key = idempotency_key_of(call);
  if (!key) return;
  IdempotencyScope scope{call.caller.name, route + " " + call.request.path, *key};
  std::string in_progress = scope.caller + '\n' + scope.route + '\n' + scope.key;
  if (!context.keys_in_progress.enter(in_progress)) {
    call.reply->problem(409, "in_progress", "In progress", "a request with this Idempotency-Key is being worked on; ask again with the same key");
    return;
  }
  BulkRun run(std::move(scope), call.request.body, random_secret("o_"), std::move(plan), EffectAudit(call));
  std::make_shared<BulkChain>(context, call.reply, route, std::move(in_progress), std::move(run))->submit_next();
}

}  // namespace tillsync::hub
