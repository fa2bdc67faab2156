#include "hub/reconcile/day_policy.h"

namespace tillsync::hub {
std::string_view to_string(LateDocuments late) { return late == LateDocuments::kNextOpen ? "next_open" : "exception"; }

std::optional<LateDocuments> parse_late_documents(std::string_view text) {
  if (text == "next_open") return LateDocuments::kNextOpen;
  if (text == "exception") return LateDocuments::kException;
  return std::nullopt;
}

Instant closes_expected_at(Date business_date, const DayPolicy& policy) {
  return Instant{(std::int64_t{business_date.days} + 1) * kDayMicros} + policy.expected_after;
}

}  // namespace tillsync::hub
