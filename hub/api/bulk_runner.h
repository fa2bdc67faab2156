// Runs one request over many rows as a chain of commits: each chunk is a task of the writer, and the next one is handed in when the one
// before is committed, so that sales and reservations go in between. The answer is given behind the last. A repeat with the same
// Idempotency-Key gets the same answer, 409 while it is under way, and goes on where it stopped after a crash. Server and writer threads.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "hub/api/api_context.h"
#include "hub/api/bulk_store.h"
#include "hub/api/effect_audit.h"

namespace tillsync::hub {

struct BulkSelection {
  std::int64_t selected = 0;
  std::int64_t upto = 0;  // frozen: number of the newest row
};
struct BulkItem {
  std::string outcome;   // "done", or why not
  nlohmann::json shown;  // of the first kBulkItemsMax
};
struct BulkChunk {
  std::vector<BulkItem> items;
  std::int64_t position = 0;  // behind which the next chunk begins
  bool is_last = false;
};
/// Moves the operation behind the chunk: its counts, its first items, its end with the last one.
void add_chunk(BulkOperation& operation, BulkChunk chunk, Instant now);
/// Both run in the writer's transaction, perhaps twice, and keep no state outside the database.
struct BulkPlan {
  std::function<Result<BulkSelection>(sql::Connection&)> select;
  std::function<Result<BulkChunk>(sql::Connection&, const BulkOperation&, Instant now)> advance;
};

/// One request. Without a thread of its own: tests use it directly.
class BulkRun {
 public:
  /// operation_id: of a new operation; one that goes on keeps its own.
  BulkRun(IdempotencyScope scope, std::string request, std::string operation_id, BulkPlan plan, std::optional<EffectAudit> audit = {});
  /// The work of one commit, in the caller's transaction. The answer when it is finished or was before.
  Result<std::optional<StoredAnswer>> advance(sql::Connection& connection, Instant now) const;

 private:
  Result<BulkOperation> begin_or_continue(sql::Connection& connection, Instant now) const;

  IdempotencyScope scope_;
  std::string request_, body_hash_, operation_id_;
  BulkPlan plan_;
  std::optional<EffectAudit> audit_;
};

/// The whole chain, with the answer at its end.
void run_bulk(ApiContext& context, ApiCall call, const std::string& route, BulkPlan plan);

}  // namespace tillsync::hub
