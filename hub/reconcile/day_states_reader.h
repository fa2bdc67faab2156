// The states of all days of one date, for lists that filter by them and for their counts. Most follow from a few columns: closed ones, and those
// where a close is missing. The others are judged in full, and again only when something that the judgement looks at has moved, so that nothing
// is kept by the writer for it. Beyond kDaysAtOnceMax locations an answer stands for kDayStatesStand. Any thread, with the connection of that thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/reconcile/day_facts_reader.h"

namespace tillsync::hub {

inline constexpr std::size_t kDaysAtOnceMax = 500;             // locations whose states are looked up for each question
inline constexpr Duration kDayStatesStand = milliseconds(2'000);
inline constexpr std::size_t kDayStatesDatesMax = 32;          // dates that are remembered

struct DayStateRow {
  LocationId location;
  DayState state = DayState::kRunning;
};
struct DayStates {
  Instant as_of;
  std::vector<DayStateRow> rows;  // by location; those without a day to close are left out
};

class DayStatesReader {
 public:
  /// The caller has a snapshot open.
  Result<std::shared_ptr<const DayStates>> read(sql::Connection& connection, Date business_date, const BacklogsByLocation& agents, const DayPolicy& policy, Instant now);
  /// A person has changed a day: the next answer is read anew.
  void forget(Date business_date);

 private:
  struct Judged {
    std::string mark;  // of all that the judgement looked at
    DayState state = DayState::kRunning;
  };
  struct OfDate {
    std::map<LocationId, Judged> judged;
    std::shared_ptr<const DayStates> standing;
  };
  std::mutex mutex_;
  std::map<Date, OfDate> dates_;
};

}  // namespace tillsync::hub
