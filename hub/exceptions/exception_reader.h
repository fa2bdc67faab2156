// Reads the exceptions list for the API and console. Any thread, with the connection of that thread.
#pragma once

#include <cstdint>
#include <map>
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
inline constexpr std::int64_t kExceptionsCountedMax = 10'000;   // of a list's total; beyond, it is "more than"
inline constexpr std::size_t kExceptionsSelectedMax = 100'000;  // of one frozen selection

/// The numbers are given in the order of raising.
enum class ExceptionSort : std::uint8_t { kRaisedLast, kRaisedFirst, kDueFirst, kDueLast };
ExceptionSort reversed(ExceptionSort sort);

/// Empty fields do not filter.
struct ExceptionFilter {
  std::optional<CaseStatus> status;
  std::string code, owner, location, cause_key, assignee;
  bool only_assigned = false;         // to whomever
  std::optional<std::int64_t> event_no;
  std::string text;                   // anywhere in id, code, subject, cause, location or detail; capital or not
  std::optional<Instant> overdue_at;  // open and due before it
  ExceptionSort sort = ExceptionSort::kRaisedLast;
  std::optional<std::int64_t> after;  // `next` of the page before
  std::optional<Instant> after_due;   // and `next_due`, when sorted by it
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
  std::optional<ExceptionWorth> worth;
};
struct ExceptionStep {
  std::string action, who, reason;
  Instant at;
};
struct ExceptionPage {
  std::vector<ExceptionRecord> exceptions;
  std::optional<std::int64_t> next;
  std::optional<Instant> next_due;  // with next, when sorted by it
};
/// What a selection comes to.
struct ExceptionSums {
  std::int64_t count = 0, locations = 0;
  std::map<std::string, std::int64_t> worth;  // currency → minor units
};
/// The exceptions beside one in a list.
struct ExceptionNeighbours {
  std::optional<std::string> previous, next;
  std::optional<std::int64_t> position;  // its place in the list, from 1; nullopt: it is not in it, or beyond kExceptionsCountedMax
  std::int64_t total = 0;                // as count() says
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
  Result<std::optional<ExceptionRecord>> find(std::int64_t exception_no);
  /// How many the filter finds, cursor and limit left aside; kExceptionsCountedMax + 1 = more than that.
  Result<std::int64_t> count(const ExceptionFilter& filter);
  /// In the filter's list, whether the record itself is still in it or not.
  Result<ExceptionNeighbours> neighbours(const ExceptionFilter& filter, const ExceptionRecord& record);
  /// The numbers of all open ones that the filter finds, ascending; its status, cursor and limit are left aside. kLimitExceeded beyond
  /// kExceptionsSelectedMax.
  Result<std::vector<std::int64_t>> select_open(const ExceptionFilter& filter);
  /// Of all open ones that the filter finds.
  Result<ExceptionSums> sum_open(const ExceptionFilter& filter);
  /// The newest step of a case: moves with each thing that is done to it.
  Result<std::int64_t> last_step_no(std::int64_t exception_no);
  /// Oldest first.
  Result<std::vector<ExceptionStep>> steps(std::int64_t exception_no);
  Result<std::vector<ExceptionCount>> open_counts();

 private:
  sql::Connection& connection_;
};

}  // namespace tillsync::hub
