#include "hub/api/operation_loop.h"

#include <algorithm>
#include <chrono>
#include <future>

#include "common/log/log.h"
#include "hub/api/bulk_plans.h"
#include "hub/api/operation_work.h"

namespace tillsync::hub {

OperationLoop::OperationLoop(ApiContext& context) : context_(context), thread_([this] { run(); }) {}

OperationLoop::~OperationLoop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void OperationLoop::notify() {
  {
    const std::lock_guard lock(mutex_);
    is_told_ = true;
  }
  wake_.notify_one();
}

void OperationLoop::run() {
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    is_told_ = false;
    lock.unlock();
    const auto turn = take_turn();
    lock.lock();
    if (!turn && turn.error().code != ErrorCode::kShuttingDown) log::write(log::Level::kWarning, "operations in the background", turn.error());
    const Duration wait = turn ? turn->value_or(Duration{}) : kOperationsLookEvery;
    if (wait > Duration{}) wake_.wait_for(lock, std::chrono::microseconds(wait.micros), [this] { return is_told_ || is_stopping_; });
  }
}

bool OperationLoop::is_due(const BulkOperation& operation, Instant now, Duration& wait) const {
  Instant at = now;
  if (operation.state == kOperationWaiting && operation.starts_at) at = *operation.starts_at;
  if (const auto trouble = troubles_.find(operation.operation_no); trouble != troubles_.end()) at = std::max(at, trouble->second.not_before);
  if (at <= now) return true;
  wait = std::min(wait, at - now);
  return false;
}

Result<std::optional<Duration>> OperationLoop::take_turn() {
  std::vector<BulkOperation> operations;
  {
    const auto connection = context_.reads.borrow();
    TS_ASSIGN_OR_RETURN(operations, unfinished_operations(*connection));
  }
  const Instant now = context_.now();
  Duration wait = kOperationsLookEvery;
  const auto first_behind = std::ranges::find_if(operations, [this](const BulkOperation& one) { return one.operation_no > last_no_; });
  std::ranges::rotate(operations, first_behind);
  for (const BulkOperation& operation : operations) {
    if (!is_due(operation, now, wait)) continue;
    const std::string key = operation.scope.caller + '\n' + operation.scope.route + '\n' + operation.scope.key;
    // A request that is under way does its own work; what a crash has left is nobody's.
    if (!operation.is_in_background() && !context_.keys_in_progress.enter(key)) continue;
    last_no_ = operation.operation_no;
    const auto advanced = operation.is_in_background() ? advance(operation) : advance_interrupted(operation);
    if (!operation.is_in_background()) context_.keys_in_progress.leave(key);
    if (advanced) {
      troubles_.erase(operation.operation_no);
      return std::optional<Duration>{};
    }
    if (advanced.error().code == ErrorCode::kShuttingDown) return std::unexpected(advanced.error());
    note_failure(operation, advanced.error());
    return std::optional<Duration>{};
  }
  return std::optional(wait);
}

Result<void> OperationLoop::advance(const BulkOperation& operation) {
  return commit([id = operation.operation_id](sql::Connection& connection, Instant now) -> Result<void> {
    TS_ASSIGN_OR_RETURN(const BulkOperation after, advance_operation(connection, id, now));
    return {};
  });
}

Result<void> OperationLoop::advance_interrupted(const BulkOperation& operation) {
  TS_ASSIGN_OR_RETURN(BulkPlan plan, plan_of(operation));
  const BulkRun run(operation.scope, operation.request, operation.operation_id, std::move(plan));
  return commit([run](sql::Connection& connection, Instant now) -> Result<void> {
    TS_ASSIGN_OR_RETURN(const auto answer, run.advance(connection, now));
    return {};
  });
}

void OperationLoop::note_failure(const BulkOperation& operation, const Error& error) {
  log::warning("an operation does not go on", {{"operation", operation.operation_id}, {"detail", error.detail}});
  Trouble& trouble = troubles_[operation.operation_no];
  ++trouble.failures;
  trouble.not_before = context_.now() + Duration{kOperationRetryAfter.micros * trouble.failures};
  if (trouble.failures < kOperationFailuresMax) return;
  const auto given_up = commit([id = operation.operation_id, detail = error.detail](sql::Connection& connection, Instant now) { return give_up_operation(connection, id, detail, now); });
  if (given_up) troubles_.erase(operation.operation_no);
}

Result<void> OperationLoop::commit(std::function<Result<void>(sql::Connection&, Instant)> apply) {
  const auto committed = std::make_shared<std::promise<Result<void>>>();
  auto future = committed->get_future();
  Task task;
  task.name = "operation";
  task.apply = std::move(apply);
  task.done = [committed](Result<void> result) { committed->set_value(std::move(result)); };
  TS_RETURN_IF_ERROR(context_.writer.submit(Priority::kRequest, std::move(task)));
  return future.get();
}

}  // namespace tillsync::hub
