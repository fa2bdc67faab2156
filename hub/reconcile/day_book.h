// The days stage's decision: what a micro-batch adds to the days of its tills, and what it means for days that are closed. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hub/reconcile/day_policy.h"
#include "hub/reconcile/sequence_ranges.h"
#include "hub/reconcile/till_day.h"
#include "hub/writer/micro_batch.h"

namespace tillsync::hub {

/// Of a day that was closed once.
enum class DayLockState : std::uint8_t { kClosed, kReopened };
std::string_view to_string(DayLockState state);
struct DayLock {
  DayLockState state = DayLockState::kClosed;
  bool is_locked = true;  // its period takes no postings
  std::int64_t certificate_no = 0;
  Instant changed_at;
};

/// What the store has to look up for a batch.
struct DayTouch {
  std::vector<DayKey> days;                               // each once
  std::map<TillKey, std::vector<std::int64_t>> numbers;   // ascending
};
DayTouch touched_by(const MicroBatch& batch);

/// Where the effect of a void belongs that came in an earlier batch.
using VoidPlaces = std::map<std::int64_t, std::optional<TillDayKey>>;  // by event_no; nullopt: it has no business date
/// The rows that a batch touches.
struct DayRows {
  std::map<DayKey, DayLock> days;                  // those of the batch that were closed once
  std::map<LocationId, std::vector<Date>> locked;  // of locations with late documents: locked dates from the earliest late one on, ascending
  std::map<TillKey, SequenceRanges> sequences;     // stored ranges that touch the batch's numbers
  std::map<std::int64_t, Document> originals;      // by event_no: what a void of the batch takes back and an earlier batch brought
  VoidPlaces voids;
};

struct DayReopened {
  DayKey day;
  std::int64_t certificate_no = 0;
  std::int64_t event_no = 0;  // of the first document that came late
  std::string why;
};
struct DayDecision {
  std::map<TillDayKey, TillDayChange> changes;
  std::map<TillKey, SequenceRanges> sequences;  // as DayRows::sequences, with the batch's numbers
  std::vector<std::pair<TillDayKey, std::int64_t>> closes;  // event_no
  std::vector<DayReopened> reopened;
};

/// A document for a closed day reopens it: its certificate no longer stands. The period of the day stays closed until a person opens
/// it, so that postings of such documents get another date or are held (DayPolicy). Adds those facts and exceptions to the batch.
DayDecision decide_days(MicroBatch& batch, const DayRows& rows, const DayPolicy& policy);

/// The first date from `from` on that is not locked. locked: ascending.
Date next_open_date(Date from, const std::vector<Date>& locked);

/// Subject of exceptions about a day, a till's day.
std::string day_subject(const DayKey& day);                // "GB/2010-12-01"
std::string till_day_subject(const TillDayKey& till_day);  // "GB/GB-1/2010-12-01"

}  // namespace tillsync::hub
