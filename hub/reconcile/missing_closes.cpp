#include "hub/reconcile/missing_closes.h"

#include <set>

#include "hub/reconcile/day_verdict.h"

namespace tillsync::hub {

std::vector<TillDayKey> missing_closes(const std::vector<Location>& locations, const SendingSince& since, const std::vector<TillOnDay>& tills, Date business_date) {
  std::set<TillKey> closed;
  std::set<TillDayKey> missing;
  for (const TillOnDay& till : tills) {
    if (till.has_close) closed.insert({till.location, till.till});
    else if (till.has_traded) missing.insert({till.location, business_date, till.till});
  }
  for (const Location& location : locations) {
    const auto first = since.find(location.id);
    if (first == since.end() || business_date < first->second) continue;
    for (const LocationTill& till : location.tills) {
      if (is_listed(location, till.id, business_date) && !closed.contains({location.id, till.id})) missing.insert({location.id, business_date, till.id});
    }
  }
  return {missing.begin(), missing.end()};
}

}  // namespace tillsync::hub
