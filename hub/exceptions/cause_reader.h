// Open exceptions by what caused them: the morning begins with causes, not rows. For the API and for bulk work. Any thread,
// with the connection of that thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/exceptions/exception_reader.h"

namespace tillsync::hub {

inline constexpr std::size_t kCausePageMax = 200;

struct CauseGroup {
  std::string code, cause_key, owner;
  std::int64_t open = 0;         // exceptions
  std::int64_t occurrences = 0;  // of all of them
  std::int64_t locations = 0;    // how many different ones
  std::int64_t assigned = 0;     // exceptions that somebody has taken
  Instant oldest_at, due_at;     // the earliest of each
  std::map<std::string, std::int64_t> worth;  // currency → minor units; what is about no money is not in it
};
/// Empty fields do not filter.
struct CauseFilter {
  std::string code, owner, location, assignee;
  std::string cause_key;
  std::string text;                    // anywhere in code and cause; capital or not
  std::optional<Instant> overdue_at;   // only exceptions that are due before it
  std::int64_t offset = 0;  // `next` of the page before
  std::size_t limit = 50;   // 1 … kCausePageMax
};
struct CausePage {
  std::vector<CauseGroup> causes;    // what is due first comes first
  std::optional<std::int64_t> next;
  std::int64_t total = 0;            // causes
};

/// The open exceptions of one code and cause, at one location or ("") all.
struct CauseScope {
  std::string code, cause_key, location;
};
struct CauseSize {
  std::int64_t open = 0, locations = 0;
  std::int64_t newest_no = 0;  // exception_no: what is raised later is not of the selection
};

class CauseReader {
 public:
  explicit CauseReader(sql::Connection& connection) : connection_(connection) {}
  /// kInvalid: limit out of bounds.
  Result<CausePage> causes(const CauseFilter& filter);
  Result<CauseSize> size(const CauseScope& scope);
  /// Those behind `after` up to `upto` (exception_no), oldest first.
  Result<std::vector<ExceptionRecord>> open_of(const CauseScope& scope, std::int64_t after, std::int64_t upto, std::size_t limit);

 private:
  sql::Connection& connection_;
};

}  // namespace tillsync::hub
