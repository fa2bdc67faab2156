// How bulks select their rows and work through them, a bounded number per commit. In the writer's transaction.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "hub/api/bulk_request.h"
#include "hub/api/bulk_runner.h"

namespace tillsync::hub {

/// Rows of one commit: exceptions with their postings take some milliseconds, so that what tills and shops ask for goes in between.
inline constexpr std::size_t kBulkChunk = 100;

BulkPlan plan_of(CauseBulk bulk);
BulkPlan plan_of(ReplayBulk bulk);
/// Of a synchronous operation, from its stored request; kInvalid when it cannot be read again.
Result<BulkPlan> plan_of(const BulkOperation& operation);

/// One row as it is shown, and what became of it.
nlohmann::json bulk_item_json(const ExceptionRecord& record, const CaseOutcome& outcome);
/// One bad row is left alone and told, and does not stop the others. It is found bad before anything of it is written.
Result<CaseOutcome> outcome_of_row(Result<CaseOutcome> outcome);

}  // namespace tillsync::hub
