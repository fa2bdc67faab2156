// What the closes of a till's day say together. Several closes of a day are normal (shifts) and add up; one that another one
// supersedes does not count. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/contract/document.h"
#include "hub/reconcile/till_day.h"

namespace tillsync::hub {

struct CloseRecord {
  std::int64_t event_no = 0;
  DocumentNo document_no;
  std::optional<std::int64_t> sequence;
  std::optional<Instant> occurred_at;
  TillClose body;
};

/// Per close, the document number of the one that takes its place; empty where none does. A close supersedes the one whose document
/// number or Z number it names, and of one Z number the higher revision (then the later event) takes the place of the others. The order of
/// arrival does not matter. Two that name each other both count, so that their sums show.
std::vector<DocumentNo> superseded_by(const std::vector<CloseRecord>& closes);

struct OverShort {
  std::string z_no, tender, currency;
  std::int64_t amount = 0;  // counted − expected, minor units
};

/// By (label, currency).
using CloseParts = std::map<std::pair<std::string, std::string>, std::int64_t>;
struct CloseSum {
  std::size_t closes = 0;                        // that count
  CloseCounts counts;
  std::map<std::string, DayFigures> figures;     // by currency; documents and units stay 0
  CloseParts taxes, tenders;                     // tenders: what was expected of takings
  bool says_taxes = true;                        // every total with tax says it per code
  bool says_tenders = true;                      // every close of money lists its tenders
  std::vector<OverShort> over_short;             // of tenders that were counted, where not 0
  std::optional<std::int64_t> first_sequence, last_sequence;  // the closes' own numbers among them
};
CloseSum sum_closes(const std::vector<CloseRecord>& closes);

}  // namespace tillsync::hub
