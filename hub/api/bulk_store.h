// Bulk operations: what was asked for, how far it has come, what became of it. Written in the writer's transactions, read by the API.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/api/idempotency_store.h"

namespace tillsync::hub {

inline constexpr std::size_t kBulkItemsMax = 50;  // rows that an operation keeps and answers one by one; the others are counted

inline constexpr std::string_view kOperationWaiting = "waiting", kOperationRunning = "running", kOperationFinished = "finished",
                                  kOperationStopped = "stopped", kOperationUndone = "undone";

struct BulkOperation {
  std::int64_t operation_no = 0;
  std::string operation_id;
  IdempotencyScope scope;
  std::string request;
  std::int64_t position = 0, upto = 0, selected = 0;
  std::map<std::string, std::int64_t> counts;  // by outcome; "done" is one
  nlohmann::json items = nlohmann::json::array();
  Instant started_at;                  // of one that has not started: when it was asked for
  std::optional<Instant> finished_at;  // or stopped, or undone
  // In the background (operation_loop.h); "" and nullopt: of a synchronous route.
  std::string kind, state, row_kind;
  std::optional<Instant> starts_at;
  std::string ended_by, trouble;

  bool is_in_background() const { return !kind.empty(); }
};
/// {"operation_id", "status": waiting | running | finished | stopped | undone, or unfinished of a synchronous one, "selected", "done", "left_alone": {outcome: rows}, "failed", "left",
/// "items": […], "started_at", "finished_at"}
nlohmann::json operation_json(const BulkOperation& operation);

/// Of the same scope and not finished. kConflict ("use idempotency key"): it was begun with another body.
Result<std::optional<BulkOperation>> find_unfinished(sql::Connection& connection, const IdempotencyScope& scope, BytesView body_hash);
/// Sets operation_no. kConflict: one of this scope is under way.
Result<void> insert_operation(sql::Connection& connection, BulkOperation& operation, BytesView body_hash);
/// The same for one in the background, with its frozen rows.
Result<void> insert_background_operation(sql::Connection& connection, BulkOperation& operation, BytesView body_hash, BytesView selection);
Result<std::vector<std::int64_t>> selection_of(sql::Connection& connection, std::int64_t operation_no);
/// Position, counts, items, started_at, finished_at, state, ended_by, trouble.
Result<void> update_operation(sql::Connection& connection, const BulkOperation& operation);

Result<std::optional<BulkOperation>> find_operation(sql::Connection& connection, std::string_view operation_id);
/// Oldest first: waiting, running, or interrupted.
Result<std::vector<BulkOperation>> unfinished_operations(sql::Connection& connection);
/// Newest first, those before `before` (operation_no); 0 = from the newest.
Result<std::vector<BulkOperation>> list_operations(sql::Connection& connection, std::int64_t before, std::size_t limit);

}  // namespace tillsync::hub
