// What a check of a till's day finds becomes exceptions, and what it finds no more settles them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hub/reconcile/completeness.h"
#include "hub/reconcile/day_book.h"
#include "hub/reconcile/day_policy.h"

namespace tillsync::hub {

struct TillCheck {
  TillDayKey key;
  TillFacts facts;
  bool has_new_close = false;  // a close of it came just now
  bool had_findings = false;   // the check before found something: what is found again is known
};

struct CheckResult {
  std::vector<ExceptionRaised> raised;
  std::vector<ExceptionSettled> settled;
  std::vector<std::pair<TillDayKey, std::int64_t>> findings;  // to be kept: how much is missing or differs
};

/// sequence.gap, close.differs, close.over_short. A till without a close is not judged here: its day goes on, or close.missing speaks.
CheckResult check_tills(const std::vector<TillCheck>& tills, const DayPolicy& policy);

}  // namespace tillsync::hub
