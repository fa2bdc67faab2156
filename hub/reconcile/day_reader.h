// Reads what is kept of days: for the checks of the writer, for certificates and for the API. Any thread, with the connection of that thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/reconcile/completeness.h"
#include "hub/reconcile/day_book.h"

namespace tillsync::hub {

inline constexpr std::size_t kRangesReadMax = 10'000;  // sequence ranges of one till's day; a day with more is far from complete anyway

struct DayStepRecord {
  std::int64_t step_no = 0;
  DayLockState state = DayLockState::kClosed;
  bool is_locked = false, is_forced = false;
  std::string who, reason;
  std::int64_t certificate_no = 0;
  std::optional<std::int64_t> event_no;
  Instant at;
};

using TillsOfDay = std::map<TillId, TillFacts>;

class DayReader {
 public:
  explicit DayReader(sql::Connection& connection) : connection_(connection) {}

  /// The tills of which anything came; is_listed is not set. till empty = all of them.
  Result<TillsOfDay> tills(const DayKey& day, const TillId& till = {});
  /// Dates of a till on which something was found missing or differing.
  Result<std::vector<Date>> dates_with_findings(const TillKey& till);
  /// The numbers of all events of a day, ascending; `after`, then at most `limit`.
  Result<std::vector<std::int64_t>> event_nos(const DayKey& day);
  /// Oldest first.
  Result<std::vector<DayStepRecord>> steps(const DayKey& day);
  /// Locations of which anything came for a date, or whose day was closed.
  Result<std::set<LocationId>> locations(Date business_date);
  /// Business dates of a location from `from` to `to` of which anything came.
  Result<std::vector<Date>> dates(const LocationId& location, Date from, Date to);

 private:
  Result<void> read_figures(const DayKey& day, const TillId& till, TillsOfDay& tills);
  Result<void> read_closes(const DayKey& day, const TillId& till, TillsOfDay& tills);
  Result<void> read_ranges(const DayKey& day, TillsOfDay& tills);

  sql::Connection& connection_;
};

}  // namespace tillsync::hub
