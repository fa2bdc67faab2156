#include "common/base/error.h"

#include <cstdio>
#include <cstdlib>

namespace tillsync {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid: return "invalid";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kAlreadyExists: return "already_exists";
    case ErrorCode::kLimitExceeded: return "limit_exceeded";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kDenied: return "denied";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kDiskFull: return "disk_full";
    case ErrorCode::kIo: return "io";
    case ErrorCode::kCorrupt: return "corrupt";
    case ErrorCode::kConflict: return "conflict";
    case ErrorCode::kShuttingDown: return "shutting_down";
    case ErrorCode::kTimeout: return "timeout";
    case ErrorCode::kInternal: return "internal";
  }
  return "internal";
}

std::string to_string(const Error& error) {
  std::string text = error.operation;
  if (!text.empty()) text += ": ";
  text += error.detail;
  if (!error.hint.empty()) text += " (" + error.hint + ")";
  return text;
}

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "tillsync: invariant broken: %s at %s:%d\n", condition, file, line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace tillsync
