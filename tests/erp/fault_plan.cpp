#include "tests/erp/fault_plan.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace tillsync::erp {
namespace {

using nlohmann::json;

constexpr std::int64_t kSlowDelayMs = 500;         // when the request names none
constexpr std::int64_t kTimeoutDelayMs = 60'000;   // longer than any client waits
constexpr std::array<std::pair<std::string_view, FaultMode>, 5> kModes = {{{"ok", FaultMode::kOk},
                                                                            {"down", FaultMode::kDown},
                                                                            {"slow", FaultMode::kSlow},
                                                                            {"error_5xx", FaultMode::kError5xx},
                                                                            {"apply_then_timeout", FaultMode::kApplyThenTimeout}}};

}  // namespace

std::expected<FaultPlan, std::string> FaultPlan::parse(std::string_view json_text) {
  const json request = json::parse(json_text, nullptr, false);
  if (!request.is_object()) return std::unexpected("the body is no JSON object");
  FaultPlan plan;
  bool known = false;
  const json mode = request.value("mode", json());
  for (const auto& [name, value] : kModes) {
    if (mode.is_string() && mode.get_ref<const std::string&>() == name) {
      plan.mode_ = value;
      known = true;
    }
  }
  if (!known) return std::unexpected("mode is one of ok, down, slow, error_5xx, apply_then_timeout");
  for (const char* name : {"delay_ms", "every", "for"}) {
    if (request.contains(name) && (!request[name].is_number_integer() || request[name] < 0)) {
      return std::unexpected(std::string(name) + " is a whole number from 0");
    }
  }
  plan.delay_ms_ = request.value("delay_ms", plan.mode_ == FaultMode::kSlow                ? kSlowDelayMs
                                             : plan.mode_ == FaultMode::kApplyThenTimeout ? kTimeoutDelayMs
                                                                                           : 0);
  plan.every_ = std::max<std::int64_t>(1, request.value("every", std::int64_t{1}));
  plan.left_ = request.value("for", std::int64_t{0});
  plan.endless_ = plan.left_ == 0;
  return plan;
}

Fault FaultPlan::next() {
  if (mode_ == FaultMode::kOk) return {};
  ++seen_;
  if (seen_ % every_ != 0) return {};
  const Fault fault{mode_, delay_ms_};
  if (!endless_ && --left_ == 0) mode_ = FaultMode::kOk;
  return fault;
}

std::string FaultPlan::to_json() const {
  json answer = {{"delay_ms", delay_ms_}, {"every", every_}};
  for (const auto& [name, value] : kModes) {
    if (value == mode_) answer["mode"] = name;
  }
  if (!endless_) answer["for"] = left_;
  return answer.dump();
}

}  // namespace tillsync::erp
