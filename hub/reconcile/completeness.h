// Is everything of a till's day in? By sequence where the POS numbers its documents without a gap, else by counting against its close.
// Never by ranges over document_no: real tills share one series and skip numbers. Source: CONTRACT "Certificate of completeness". Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/reconcile/close_sheet.h"
#include "hub/reconcile/sequence_ranges.h"
#include "hub/reconcile/till_day.h"

namespace tillsync::hub {

inline constexpr std::size_t kMissingRangesMax = 100;  // of one till that are named; beyond, they are counted
inline constexpr std::size_t kDifferencesMax = 200;    // figures of one till that are named

struct TillFacts {
  TillId till;
  bool is_listed = false;            // the location lists it as active on that date
  TillDayChange day;                 // all that is stored of the day
  std::vector<CloseRecord> closes;   // in order of arrival
  SequenceRanges ranges;             // of the till; at least all from the last number before the day's first to the day's last
};

enum class Judged : std::uint8_t {
  kSequenced,
  kCounted,
  kIdle,  // nothing came, and nothing had to
};
std::string_view to_string(Judged how);

/// A figure of the closes that is not the hub's. Minor units, or a number of documents where the currency is "".
struct CloseDifference {
  std::string what;      // "sale", …; "net", "gross", "rounding", "discounts", "tax", "tax:S", "tender:card"
  std::string currency;
  std::int64_t pos = 0, hub = 0;
  bool operator==(const CloseDifference&) const = default;
};

struct TillVerdict {
  TillId till;
  bool is_listed = false;
  Judged how = Judged::kIdle;
  bool is_complete = false;
  bool lacks_close = false;
  std::vector<NumberRange> missing;       // at most kMissingRangesMax
  std::int64_t missing_count = 0;         // numbers
  std::int64_t doubled = 0;               // documents whose number another one bears
  std::vector<CloseDifference> differences;
  std::vector<OverShort> over_short;
};

/// sequenced: every document of the day has a number; complete when none is missing between the till's last number before the day (else the
/// first one that the day or its close names) and the last one that the day or its close names, none comes twice, and it has a close.
/// counted: complete when the numbers of documents per type and their sums are those of the closes together.
/// A listed till, and any till that has traded, needs a close. Where the closes of a sequenced till say other figures, the day is
/// complete, and differs.
TillVerdict judge_till(const TillFacts& facts);

}  // namespace tillsync::hub
