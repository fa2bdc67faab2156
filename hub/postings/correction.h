// A person's correction of a posting that did not go through: a new version of what the mapping made, laid over the posting that
// the documents gave, which itself never changes. Pure. Used by correction_reader (what is sent) and correction_store (recording).
//
//   {"posting_date": "2010-02-01", "accounts": {"4000": "4010"}, "tax_codes": {"S": "S20"}, "added_lines": [LINE, …]}
//   {"posting_date": "2010-02-01", "journal": [LINE, …]}                                   LINE: of the journal of posting/1
//
// SKUs are not in it: the item map (erp_item of the product) mends them for all postings at once.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/contract/masterdata.h"
#include "common/contract/problem.h"
#include "common/contract/value.h"
#include "hub/postings/posting_state.h"

namespace tillsync::hub {

inline constexpr std::size_t kCorrectionBytesMax = 64'000;        // of one correction as JSON
inline constexpr std::size_t kCorrectionNamesMax = 100;           // accounts and tax codes that one correction maps, of each
inline constexpr std::size_t kCorrectionLinesMax = 200;           // journal lines that one correction gives
inline constexpr std::size_t kCorrectionsPerPostingMax = 50;      // versions of one posting

/// All names are mapped at once: {"A": "B", "B": "A"} exchanges two accounts.
struct Correction {
  std::optional<Date> posting_date;
  std::map<std::string, std::string, std::less<>> accounts, tax_codes;  // what it says now → what it is to say
  std::vector<JournalLine> journal;      // in place of all lines; stands alone with posting_date
  std::vector<JournalLine> added_lines;  // behind those that are there

  /// Lines hold amounts of one posting and say nothing about another.
  bool is_for_one_posting() const { return !journal.empty() || !added_lines.empty(); }
};

/// currency: of the posting, which gives the decimals of amounts; "" where it is not known yet and only the form is looked at.
/// Closed: an unknown member is refused, as is a correction that says nothing. A line has an account and an amount above zero on
/// one side; a journal has two lines at least. Problems: those of the contract's readers, else bad_correction.
std::expected<Correction, Problem> parse_correction(const Value& tree, std::string_view currency, std::string_view pointer_base = "");
/// What parse_correction reads with the same currency.
std::string correction_to_json(const Correction& correction, std::string_view currency);

/// The effective posting: each correction laid over what the ones before it made. Only journal and posting date can differ.
Posting corrected(Posting posting, std::span<const Correction> corrections);

enum class CorrectionStatus : std::uint8_t {
  kDone,
  kNotFound,
  kReasonMissing,
  kPosted,          // the ERP has it
  kSending,         // on its way
  kOutcomeUnknown,  // the ERP may have it
  kWaiting,         // queued, retrying, collected or summed: nothing was refused, and the forwarder may hold it already
  kSkipped,         // and balanced: replay it first
  kNoJournal,       // a posting of stock alone has no currency
  kNothingChanged,
  kUnbalanced,
  kTooMany,
};
/// For people: why not, and what to do instead. "" of kDone.
std::string_view explanation(CorrectionStatus status);

struct CorrectionDecision {
  CorrectionStatus status = CorrectionStatus::kNotFound;
  Posting effective;    // of kDone, kUnbalanced and kNothingChanged: as it would be
  std::string problem;  // of kUnbalanced: the sums
};
/// Refused and held postings can be corrected, and skipped ones that do not balance, because no other way leads on from there. None of
/// these can be in the hands of the forwarder, so that what it sends is never older than the correction.
/// current: the posting as it is effective now; earlier: corrections that it has.
CorrectionDecision decide_correction(std::optional<PostingStatus> status, const Posting& current, std::size_t earlier, const Correction& correction,
                                     std::string_view reason);

}  // namespace tillsync::hub
