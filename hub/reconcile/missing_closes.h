// Which tills should have sent the close of a date and have not: for the periodic check behind the expected time. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "common/contract/masterdata.h"
#include "hub/reconcile/day_book.h"

namespace tillsync::hub {

/// The check looks back so many dates: what is older was said, or the hub has not been there.
inline constexpr std::int32_t kWatchedDays = 7;

/// A till of which anything came for a date.
struct TillOnDay {
  LocationId location;
  TillId till;
  bool has_traded = false, has_close = false;
};

/// Since when a location can have sent anything: when its first agent enrolled. Locations that are not in it are not expected to send.
using SendingSince = std::map<LocationId, Date>;

/// Tills that have traded, and tills that are listed as active at a location that could send by then.
std::vector<TillDayKey> missing_closes(const std::vector<Location>& locations, const SendingSince& since, const std::vector<TillOnDay>& tills, Date business_date);

}  // namespace tillsync::hub
