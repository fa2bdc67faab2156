// What a chain may decide about its days (hub.toml). Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/time.h"

namespace tillsync::hub {

/// What becomes of the posting of a document that comes late, for a day whose period is closed.
enum class LateDocuments : std::uint8_t {
  kNextOpen,   // it gets the first business date from there on that is not closed at its location
  kException,  // it is held, with an exception, until somebody decides
};
std::string_view to_string(LateDocuments late);
std::optional<LateDocuments> parse_late_documents(std::string_view text);  // "next_open", "exception"

inline constexpr std::int64_t kExpectedAfterHours = 6;    // default of closes.expected_after
inline constexpr std::int64_t kExpectedAfterHoursMax = 168;
inline constexpr std::int64_t kOverShortMinorMax = 500;   // default of closes.over_short

struct DayPolicy {
  LateDocuments late_documents = LateDocuments::kNextOpen;
  Duration expected_after = seconds(kExpectedAfterHours * 3'600);  // behind the end of the business date, UTC
  std::string sums_for;  // connector for which closing a day sums what is collected of it; "" = none: that stands in the way
  std::int64_t over_short_minor = kOverShortMinorMax;  // what a counted tender may differ by without an exception; minor units
};

/// When all closes of a business date are expected: dates have no zone, so that the end of the date is taken in UTC, and the time
/// behind it has to cover the chain's zones.
Instant closes_expected_at(Date business_date, const DayPolicy& policy);

}  // namespace tillsync::hub
