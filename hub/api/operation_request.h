// The body of POST /v1/operations: what is to be done in the background, and to which rows. Read when it is asked for, and again from the stored
// request by whoever works on it. Pure.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"
#include "common/contract/problem.h"
#include "hub/exceptions/exception_reader.h"
#include "hub/postings/posting_bulk_store.h"

namespace tillsync::hub {

inline constexpr std::size_t kOperationIdsMax = 1'000;           // ids that a selection names one by one
inline constexpr std::int64_t kOperationStartDelayDefault = 10;  // seconds in which it can be undone
inline constexpr std::int64_t kOperationStartDelayMax = 3'600;

enum class OperationKind : std::uint8_t { kRetry, kDismiss, kAssign, kSkip, kReplay };
std::string_view to_string(OperationKind kind);

/// What the selection is made of.
enum class SelectedRows : std::uint8_t { kExceptions, kPostings, kRange };
std::string_view to_string(SelectedRows rows);  // "exceptions", "postings", "range"

struct OperationRequest {
  OperationKind kind = OperationKind::kRetry;
  SelectedRows rows = SelectedRows::kExceptions;
  ExceptionFilter filter;        // of exceptions, when no ids are named
  std::vector<std::string> ids;  // of exceptions or of postings
  ReplayRange range;
  std::string reason, assignee;
  std::int64_t start_in_s = kOperationStartDelayDefault;
  bool is_dry_run = false;
};

/// now: by which an overdue one is judged. Problems name the member. Without a filter, ids or range nothing is selected: never everything.
std::expected<OperationRequest, Problem> read_operation(std::string_view body, Instant now);

}  // namespace tillsync::hub
