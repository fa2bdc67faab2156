// Operating failures as values. A business refusal is an enum inside a decision (never an Error); a programmer's error
// is TS_CHECK. Exceptions of libraries end in the file that wraps the library. Any thread.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace tillsync {

/// What kind of failure it is, so that a caller can choose between retry, refusal and alarm.
enum class ErrorCode : std::uint16_t {
  kInvalid = 1,       // the input is wrong; the same input fails again
  kNotFound = 2,
  kAlreadyExists = 3,
  kLimitExceeded = 4, // a named limit of common/base/limits.h was passed
  kUnsupported = 5,   // version or kind not known here
  kDenied = 6,        // not allowed: key, token, role
  kUnavailable = 7,   // the other side or a resource is not there now; try again
  kDiskFull = 8,
  kIo = 9,
  kCorrupt = 10,      // stored bytes are not what was written
  kConflict = 11,     // same identity, other content
  kShuttingDown = 12,
  kTimeout = 13,
  kInternal = 14,
};

std::string_view to_string(ErrorCode code);

/// operation: what was being done, with the path or key it was done to. detail: what went wrong. hint: what a person can
/// do about it (may be empty).
struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string operation;
  std::string detail;
  std::string hint;
};

/// "operation: detail (hint)", for logs and command lines.
std::string to_string(const Error& error);

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string operation, std::string detail, std::string hint = {}) {
  return std::unexpected<Error>(Error{code, std::move(operation), std::move(detail), std::move(hint)});
}

/// Ends the process with the condition and place. Kept in release builds: a broken invariant must not write on.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace tillsync

#define TS_CHECK(condition) \
  do { \
    if (!(condition)) [[unlikely]] ::tillsync::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)

#define TS_CONCAT_INNER(a, b) a##b
#define TS_CONCAT(a, b) TS_CONCAT_INNER(a, b)

/// Returns the error of a Result<void> expression to the caller.
#define TS_RETURN_IF_ERROR(expression) \
  do { \
    if (auto ts_status = (expression); !ts_status) return std::unexpected(std::move(ts_status).error()); \
  } while (false)

/// TS_ASSIGN_OR_RETURN(auto row, store.find(id)): declares row, or returns the error.
#define TS_ASSIGN_OR_RETURN(declaration, expression) \
  auto TS_CONCAT(ts_result_, __LINE__) = (expression); \
  if (!TS_CONCAT(ts_result_, __LINE__)) return std::unexpected(std::move(TS_CONCAT(ts_result_, __LINE__)).error()); \
  declaration = std::move(*TS_CONCAT(ts_result_, __LINE__))
