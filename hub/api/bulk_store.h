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

struct BulkOperation {
  std::int64_t operation_no = 0;
  std::string operation_id;
  IdempotencyScope scope;
  std::string request;
  std::int64_t position = 0, upto = 0, selected = 0;
  std::map<std::string, std::int64_t> counts;  // by outcome; "done" is one
  nlohmann::json items = nlohmann::json::array();
  Instant started_at;
  std::optional<Instant> finished_at;
};
/// {"operation_id", "status": finished | unfinished, "selected", "done", "left_alone": {outcome: rows}, "items": […], "started_at", "finished_at"}
nlohmann::json operation_json(const BulkOperation& operation);

/// Of the same scope and not finished. kConflict ("use idempotency key"): it was begun with another body.
Result<std::optional<BulkOperation>> find_unfinished(sql::Connection& connection, const IdempotencyScope& scope, BytesView body_hash);
/// Sets operation_no. kConflict: one of this scope is under way.
Result<void> insert_operation(sql::Connection& connection, BulkOperation& operation, BytesView body_hash);
/// Position, counts, items, finished_at.
Result<void> update_operation(sql::Connection& connection, const BulkOperation& operation);

Result<std::optional<BulkOperation>> find_operation(sql::Connection& connection, std::string_view operation_id);
/// Newest first, those before `before` (operation_no); 0 = from the newest.
Result<std::vector<BulkOperation>> list_operations(sql::Connection& connection, std::int64_t before, std::size_t limit);

}  // namespace tillsync::hub
