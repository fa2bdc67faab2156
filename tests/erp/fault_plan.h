// The faults that the reference ERP can be told to show, and which request gets one. Pure.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace tillsync::erp {

enum class FaultMode { kOk, kDown, kSlow, kError5xx, kApplyThenTimeout };

struct Fault {
  FaultMode mode = FaultMode::kOk;
  std::int64_t delay_ms = 0;
};

/// {"mode":"ok|down|slow|error_5xx|apply_then_timeout","delay_ms":D,"every":N,"for":COUNT}: every N-th posting (1 = each) is
/// hit, COUNT times in all (0 = without end).
class FaultPlan {
 public:
  FaultPlan() = default;
  /// The text says what is wrong with the request.
  static std::expected<FaultPlan, std::string> parse(std::string_view json_text);
  /// For the next posting; counts it.
  Fault next();
  /// Whether every request (not only postings) is turned away.
  bool is_down() const { return mode_ == FaultMode::kDown; }
  std::string to_json() const;

 private:
  FaultMode mode_ = FaultMode::kOk;
  std::int64_t delay_ms_ = 0, every_ = 1, left_ = 0, seen_ = 0;
  bool endless_ = true;
};

}  // namespace tillsync::erp
