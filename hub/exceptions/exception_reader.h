// Reads the exceptions list for the API and console. Any thread, with the connection of that thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/exceptions/exceptions.h"

namespace tillsync::hub {

inline constexpr std::size_t kExceptionPageMax = 500;

/// Empty fields do not filter. Newest first.
struct ExceptionFilter {
  std::optional<CaseStatus> status;
  std::string code, owner, location, cause_key, assignee;
  bool only_assigned = false;         // to whomever
  std::optional<std::int64_t> event_no;
  std::optional<std::int64_t> after;  // `next` of the page before
  std::size_t limit = 50;             // 1 … kExceptionPageMax
};

struct ExceptionRecord {
  std::int64_t exception_no = 0;
  std::string exception_id, code, subject, owner, cause_key;
  LocationId location;
  std::optional<std::int64_t> event_no;
  std::string pointer, detail;
  std::int64_t occurrences = 0;
  CaseStatus status = CaseStatus::kOpen;
  std::string assignee;
  Instant raised_at, last_raised_at, due_at;
  std::optional<Instant> closed_at;
};
struct ExceptionStep {
  std::string action, who, reason;
  Instant at;
};
struct ExceptionPage {
  std::vector<ExceptionRecord> exceptions;
  std::optional<std::int64_t> next;
};
/// Open exceptions of one code.
struct ExceptionCount {
  std::string code;
  std::int64_t open = 0;
  Instant oldest;
};

class ExceptionReader {
 public:
  explicit ExceptionReader(sql::Connection& connection) : connection_(connection) {}
  /// kInvalid: limit out of bounds.
  Result<ExceptionPage> list(const ExceptionFilter& filter);
  Result<std::optional<ExceptionRecord>> find(std::string_view exception_id);
  /// Oldest first.
  Result<std::vector<ExceptionStep>> steps(std::int64_t exception_no);
  Result<std::vector<ExceptionCount>> open_counts();

 private:
  sql::Connection& connection_;
};

}  // namespace tillsync::hub
