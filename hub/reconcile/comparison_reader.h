// Reads what the three sides of a day are compared by, down to the document. Any thread, with the connection of that thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/postings/posting_state.h"
#include "hub/reconcile/comparison.h"
#include "hub/reconcile/day_book.h"

namespace tillsync::hub {

/// Journals that one question reads: a store's day is some hundred. Beyond, ask per location.
inline constexpr std::size_t kJournalsReadMax = 20'000;

struct DayComparison {
  DaySides sides;
  SaidByCloses said;
};
/// budget: how many journals may still be read; nullopt when the day has more, and the budget is used up then.
Result<std::optional<DayComparison>> read_comparison(sql::Connection& connection, const DayKey& day, std::size_t& budget);

enum class DifferenceKind : std::uint8_t {
  kNoPosting,         // a sale or return that the ERP was never told
  kNotAcknowledged,   // its posting is not posted: see status
  kDatedElsewhere,    // posted under another date, because its period was closed
  kVoid,              // what takes another document back
  kVoidWithoutEffect, // and has taken back nothing: its original did not come, or was cancelled before
  kCloseDiffers,      // a close says another figure
};
std::string_view to_string(DifferenceKind kind);
struct DocumentDifference {
  DifferenceKind kind = DifferenceKind::kNoPosting;
  std::int64_t event_no = 0;
  EventId event_id;
  LocationId location;
  TillId till;
  std::string contract;
  DocumentNo document_no;
  std::string currency;
  std::optional<std::int64_t> gross;  // of its posting
  std::string posting_id;
  std::optional<PostingStatus> status;
  std::string detail;
};
struct DifferencePage {
  std::vector<DocumentDifference> differences;
  std::optional<std::int64_t> next;  // event_no after which to go on
};
/// Documents of a day, in the order in which they came, that are not the same on all three sides; behind event `after`, at most `limit`.
/// A close stands there once for each figure (at most kDifferencesMax); the page ends behind all of its figures.
Result<DifferencePage> read_differences(sql::Connection& connection, const DayKey& day, std::int64_t after, std::size_t limit);

}  // namespace tillsync::hub
