#include "hub/postings/correction.h"

#include "common/contract/json_writer.h"
#include "common/contract/text.h"
#include "common/contract/typed_reader.h"
#include "hub/postings/journal.h"

namespace tillsync::hub {
namespace {

using Names = std::map<std::string, std::string, std::less<>>;

Problem bad(std::string detail, const Path& path) {
  return Problem{422, "bad_correction", "The correction is not understood", std::move(detail), path.pointer()};
}

int digits_of(std::string_view currency) { return currency.empty() ? kDigitsWithoutCurrency : minor_digits(currency); }

class CorrectionReading {
 public:
  CorrectionReading(std::string_view currency, std::string_view pointer_base) : digits_(digits_of(currency)), root_{.name = pointer_base} {}

  std::expected<Correction, Problem> read(const Value& tree) {
    if (const ValueObject* object = reader_.object(tree, root_)) read_members(*object);
    if (!problem_ && reader_.fault()) problem_ = *reader_.fault();
    if (problem_) return std::unexpected(std::move(*problem_));
    return std::move(correction_);
  }

 private:
  bool is_faulty() const { return problem_ || reader_.fault(); }
  void refuse(std::string detail, const Path& path) {
    if (!problem_) problem_ = bad(std::move(detail), path);
  }

  void read_members(const ValueObject& object) {
    Members members(object);
    if (const Value* date = members.take("posting_date")) reader_.read(*date, correction_.posting_date.emplace(), root_.member("posting_date"));
    if (const Value* names = members.take("accounts")) read_names(*names, correction_.accounts, root_.member("accounts"));
    if (const Value* names = members.take("tax_codes")) read_names(*names, correction_.tax_codes, root_.member("tax_codes"));
    const Value* journal = members.take("journal");
    if (journal != nullptr) read_lines(*journal, correction_.journal, root_.member("journal"));
    if (const Value* lines = members.take("added_lines")) read_lines(*lines, correction_.added_lines, root_.member("added_lines"));
    if (is_faulty()) return;

    Extras unknown;
    members.copy_unknown(unknown);
    for (const auto& [name, value] : unknown) {
      // null is "not given", also of a name that nobody knows.
      if (std::holds_alternative<std::nullptr_t>(value.data)) continue;
      return refuse("'" + name + "' is not known; a correction has posting_date, accounts, tax_codes, journal, added_lines", root_.member(name));
    }
    if (journal != nullptr && correction_.journal.size() < 2) return refuse("a journal has two lines at least", root_.member("journal"));
    if (!correction_.journal.empty() && (!correction_.accounts.empty() || !correction_.tax_codes.empty() || !correction_.added_lines.empty()))
      return refuse("a journal replaces all lines: accounts, tax_codes and added_lines have nothing to work on", root_.member("journal"));
    if (!correction_.posting_date && correction_.accounts.empty() && correction_.tax_codes.empty() && !correction_.is_for_one_posting())
      refuse("it says nothing; give posting_date, accounts, tax_codes, journal or added_lines", root_);
  }

  void read_names(const Value& value, Names& names, const Path& path) {
    if (is_faulty()) return;
    const ValueObject* object = reader_.object(value, path);
    if (object == nullptr) return;
    if (object->size() > kCorrectionNamesMax) return refuse("more than " + std::to_string(kCorrectionNamesMax) + " names", path);
    for (const auto& [raw, to] : *object) {
      const Path entry = path.member(raw);
      auto from = parse_identifier(raw);
      if (!from || from->empty()) return refuse("the name is no identifier of 1 to 64 characters", entry);
      std::string target;
      reader_.read(to, target, entry);
      if (is_faulty()) return;
      if (target.empty()) return refuse("to what? The new name is missing", entry);
      if (!names.emplace(std::move(*from), std::move(target)).second) return refuse("the name is given twice", entry);
    }
  }

  void read_lines(const Value& value, std::vector<JournalLine>& lines, const Path& path) {
    if (is_faulty()) return;
    const ValueArray* list = reader_.list(value, path);
    if (list == nullptr) return;
    if (list->size() > kCorrectionLinesMax) return refuse("more than " + std::to_string(kCorrectionLinesMax) + " lines", path);
    for (std::size_t i = 0; i < list->size(); ++i) {
      const Path entry = path.entry(i);
      JournalLine& line = lines.emplace_back();
      read_object(reader_, (*list)[i], line, entry, digits_);
      if (is_faulty()) return;
      if (!line.extras.empty()) return refuse("a line has account, debit or credit, tax_code, tender, text", entry.member(line.extras[0].first));
      if (line.account.empty()) return refuse("the account is missing", entry.member("account"));
      if (line.debit.minor < 0 || line.credit.minor < 0 || (line.debit.minor > 0) == (line.credit.minor > 0))
        return refuse("a line has one amount above zero, as debit or as credit", entry);
    }
  }

  TypedReader reader_;
  int digits_;
  Path root_;
  Correction correction_;
  std::optional<Problem> problem_;
};

void append_names(std::string& json, std::string_view member, const Names& names) {
  if (names.empty()) return;
  json += json.size() > 1 ? "," : "";
  append_json_string(json, member);
  json += ":{";
  bool is_first = true;
  for (const auto& [from, to] : names) {
    if (!is_first) json += ',';
    is_first = false;
    append_json_string(json, from);
    json += ':';
    append_json_string(json, to);
  }
  json += '}';
}

void append_lines(std::string& json, std::string_view member, const std::vector<JournalLine>& lines, int digits) {
  if (lines.empty()) return;
  json += json.size() > 1 ? "," : "";
  append_json_string(json, member);
  json += ":[";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) json += ',';
    append_json_object(json, lines[i], digits);
  }
  json += ']';
}

void rename(std::string& name, const Names& names) {
  if (const auto found = names.find(name); found != names.end()) name = found->second;
}

CorrectionStatus not_correctable(PostingStatus status) {
  switch (status) {
    case PostingStatus::kPosted: return CorrectionStatus::kPosted;
    case PostingStatus::kSending: return CorrectionStatus::kSending;
    case PostingStatus::kUnknown: return CorrectionStatus::kOutcomeUnknown;
    case PostingStatus::kSkipped: return CorrectionStatus::kSkipped;
    case PostingStatus::kQueued:
    case PostingStatus::kCollected:
    case PostingStatus::kSummed:
    case PostingStatus::kRetrying: return CorrectionStatus::kWaiting;
    case PostingStatus::kRefused:
    case PostingStatus::kHeld: break;
  }
  return CorrectionStatus::kDone;
}

}  // namespace

std::expected<Correction, Problem> parse_correction(const Value& tree, std::string_view currency, std::string_view pointer_base) {
  return CorrectionReading(currency, pointer_base).read(tree);
}

std::string correction_to_json(const Correction& correction, std::string_view currency) {
  std::string json = "{";
  if (correction.posting_date) json += "\"posting_date\":\"" + format_date(*correction.posting_date) + "\"";
  append_names(json, "accounts", correction.accounts);
  append_names(json, "tax_codes", correction.tax_codes);
  append_lines(json, "journal", correction.journal, digits_of(currency));
  append_lines(json, "added_lines", correction.added_lines, digits_of(currency));
  return json + "}";
}

Posting corrected(Posting posting, std::span<const Correction> corrections) {
  for (const Correction& correction : corrections) {
    if (correction.posting_date) posting.posting_date = correction.posting_date;
    if (!correction.journal.empty()) posting.journal = correction.journal;
    for (JournalLine& line : posting.journal) {
      rename(line.account, correction.accounts);
      rename(line.tax_code, correction.tax_codes);
    }
    posting.journal.insert(posting.journal.end(), correction.added_lines.begin(), correction.added_lines.end());
  }
  return posting;
}

std::string_view explanation(CorrectionStatus status) {
  switch (status) {
    case CorrectionStatus::kDone: return "";
    case CorrectionStatus::kNotFound: return "there is no such posting";
    case CorrectionStatus::kReasonMissing: return "say why, in \"reason\"";
    case CorrectionStatus::kPosted:
      return "it is posted already, and what the ERP has booked is not changed from here: cancel the document at the till (a void is posted behind "
             "it), or send it again as it is with replay";
    case CorrectionStatus::kSending: return "it is on its way to the ERP; wait for the answer";
    case CorrectionStatus::kOutcomeUnknown: return "the ERP may have booked it: retry looks it up first; correct it when it is refused";
    case CorrectionStatus::kWaiting: return "it waits for its turn and nothing has refused it; skip it or wait for the answer";
    case CorrectionStatus::kSkipped: return "it was skipped; replay it, and correct it when the ERP refuses it";
    case CorrectionStatus::kNoJournal: return "it moves stock alone and has no journal; correct the item (erp_item of the product) or the posting date";
    case CorrectionStatus::kNothingChanged: return "the posting has nothing of what the correction names, so it would change nothing";
    case CorrectionStatus::kUnbalanced: return "debit and credit would differ, and such a posting is never sent";
    case CorrectionStatus::kTooMany: return "it was corrected too often; skip it with a reason and book it by hand";
  }
  return "";
}

CorrectionDecision decide_correction(std::optional<PostingStatus> status, const Posting& current, std::size_t earlier, const Correction& correction,
                                     std::string_view reason) {
  CorrectionDecision decision;
  const auto refuse = [&decision](CorrectionStatus why) {
    decision.status = why;
    return decision;
  };
  if (!status) return refuse(CorrectionStatus::kNotFound);
  const bool is_balanced = check_balance(current.journal, current.currency.code).empty();
  const bool is_dead_end = *status == PostingStatus::kSkipped && !is_balanced;
  if (const CorrectionStatus why = not_correctable(*status); why != CorrectionStatus::kDone && !is_dead_end) return refuse(why);
  if (reason.empty()) return refuse(CorrectionStatus::kReasonMissing);
  if (earlier >= kCorrectionsPerPostingMax) return refuse(CorrectionStatus::kTooMany);
  if (current.currency.code.empty() && correction.is_for_one_posting()) return refuse(CorrectionStatus::kNoJournal);
  decision.effective = corrected(current, std::span(&correction, 1));
  if (encode_posting(decision.effective) == encode_posting(current)) return refuse(CorrectionStatus::kNothingChanged);
  decision.problem = check_balance(decision.effective.journal, decision.effective.currency.code);
  return refuse(decision.problem.empty() ? CorrectionStatus::kDone : CorrectionStatus::kUnbalanced);
}

}  // namespace tillsync::hub
