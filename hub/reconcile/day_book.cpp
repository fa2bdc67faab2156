#include "hub/reconcile/day_book.h"

#include <algorithm>
#include <set>

namespace tillsync::hub {
namespace {

bool counts(const IncomingDocument& incoming) { return incoming.verdict == Verdict::kNew && incoming.document.has_value(); }

const Sale* money_of(const Document& document) {
  if (const auto* sale = std::get_if<Sale>(&document.body)) return sale;
  return std::get_if<Return>(&document.body);
}

class DaysDecider {
 public:
  DaysDecider(MicroBatch& batch, const DayRows& rows, const DayPolicy& policy) : batch_(batch), rows_(rows), policy_(policy) {
    decision_.sequences = rows.sequences;
  }

  DayDecision decide() {
    for (const IncomingDocument& incoming : batch_.documents) {
      if (counts(incoming)) take(incoming);
    }
    for (const DocumentReversed& reversal : batch_.reversals) reverse(reversal);
    return std::move(decision_);
  }

 private:
  void take(const IncomingDocument& incoming) {
    const Header& header = incoming.document->header;
    const bool is_first = number(incoming);
    if (!header.business_date) return;
    TillDayChange& change = change_of({incoming.location, *header.business_date, header.till});
    add_document(change, incoming);
    if (!is_first) ++change.doubled;
    if (std::holds_alternative<TillClose>(incoming.document->body) && day_type(*incoming.document) == kCloseType)
      decision_.closes.emplace_back(*last_key_, incoming.event_no);
    if (!rows_.days.empty()) look_at_day(last_key_->day(), incoming.event_no, *incoming.document, incoming.effective);
  }

  /// False when the document bears a number that another one has.
  bool number(const IncomingDocument& incoming) {
    const auto& sequence = incoming.document->header.sequence;
    if (!sequence || !is_sequence(*sequence)) return true;
    const TillId& till = incoming.document->header.till;
    if (last_ranges_ == nullptr || last_till_->location != incoming.location || last_till_->till != till) {
      const auto entry = decision_.sequences.try_emplace(TillKey{incoming.location, till}).first;
      last_till_ = &entry->first;
      last_ranges_ = &entry->second;
    }
    return last_ranges_->add(*sequence);
  }

  /// Neighbours mostly belong to the same day.
  TillDayChange& change_of(const TillDayKey& key) {
    if (last_change_ == nullptr || *last_key_ != key) {
      const auto entry = decision_.changes.try_emplace(key).first;
      last_key_ = &entry->first;
      last_change_ = &entry->second;
    }
    return *last_change_;
  }

  void reverse(const DocumentReversed& reversal) {
    const Document* original = nullptr;
    const Document* own = nullptr;
    std::optional<TillDayKey> place;
    for (const IncomingDocument& incoming : batch_.documents) {
      if (!counts(incoming)) continue;
      if (incoming.event_no == reversal.original_event_no) original = &*incoming.document;
      if (incoming.event_no != reversal.event_no) continue;
      own = &*incoming.document;
      if (own->header.business_date) place = TillDayKey{incoming.location, *own->header.business_date, own->header.till};
    }
    if (const auto stored = rows_.originals.find(reversal.original_event_no); stored != rows_.originals.end()) original = &stored->second;
    if (const auto waited = rows_.voids.find(reversal.event_no); waited != rows_.voids.end()) place = waited->second;
    if (original == nullptr || !place) return;
    const Sale* money = money_of(*original);
    if (money != nullptr) add_money(change_of(*place), kVoidType, *money, std::holds_alternative<Return>(original->body), -1);
    // The void's own arrival was looked at; one that waited takes effect only now.
    if (own == nullptr && !rows_.days.empty()) look_at_day(place->day(), reversal.event_no, std::nullopt);
  }

  void look_at_day(const DayKey& day, std::int64_t event_no, const Document& document, bool is_effective) {
    const auto lock = rows_.days.find(day);
    if (lock == rows_.days.end()) return;
    reopen(lock->first, lock->second, event_no, std::string(day_type(document)) + " " + document.header.document_no.value + " of till " + document.header.till.value);
    // Whether there is a posting at all is not known here; without one the fact says nothing.
    if (lock->second.is_locked && is_effective) redate(day, event_no);
  }
  void look_at_day(const DayKey& day, std::int64_t event_no, std::nullopt_t) {
    const auto lock = rows_.days.find(day);
    if (lock == rows_.days.end()) return;
    reopen(lock->first, lock->second, event_no, "a void that waited for its original");
    if (lock->second.is_locked) redate(day, event_no);
  }

  void reopen(const DayKey& day, const DayLock& lock, std::int64_t event_no, const std::string& what) {
    if (lock.state != DayLockState::kClosed) return;
    const std::string why = what + " came after the day was closed";
    ExceptionRaised raised;
    raised.code = "day.reopened";
    raised.subject = day_subject(day);
    raised.cause_key = "day:" + raised.subject;
    raised.location = day.location;
    raised.event_no = event_no;
    raised.detail = why;
    batch_.exceptions.push_back(std::move(raised));
    if (reopened_.insert(day).second) decision_.reopened.push_back({day, lock.certificate_no, event_no, why});
  }

  void redate(const DayKey& day, std::int64_t event_no) {
    if (policy_.late_documents == LateDocuments::kException) {
      batch_.posting_blocks.push_back({event_no, "the period of " + format_date(day.business_date) + " is closed at " + day.location.value});
      return;
    }
    const auto locked = rows_.locked.find(day.location);
    static const std::vector<Date> none;
    batch_.posting_dates.push_back({event_no, next_open_date(day.business_date, locked == rows_.locked.end() ? none : locked->second)});
  }

  MicroBatch& batch_;
  const DayRows& rows_;
  const DayPolicy& policy_;
  DayDecision decision_;
  std::set<DayKey> reopened_;
  const TillDayKey* last_key_ = nullptr;
  TillDayChange* last_change_ = nullptr;
  const TillKey* last_till_ = nullptr;
  SequenceRanges* last_ranges_ = nullptr;
};

}  // namespace

std::string_view to_string(DayLockState state) { return state == DayLockState::kClosed ? "closed" : "reopened"; }

DayTouch touched_by(const MicroBatch& batch) {
  DayTouch touch;
  const IncomingDocument* previous = nullptr;
  std::set<DayKey> days;
  std::vector<std::int64_t>* numbers = nullptr;
  for (const IncomingDocument& incoming : batch.documents) {
    if (!counts(incoming)) continue;
    const Header& header = incoming.document->header;
    const bool is_same_place = previous != nullptr && previous->location == incoming.location;
    const bool is_same_till = is_same_place && previous->document->header.till == header.till;
    if (header.business_date && !(is_same_place && previous->document->header.business_date == header.business_date))
      days.insert({incoming.location, *header.business_date});
    if (!is_same_till) numbers = nullptr;
    if (header.sequence && is_sequence(*header.sequence)) {
      if (numbers == nullptr) numbers = &touch.numbers[{incoming.location, header.till}];
      numbers->push_back(*header.sequence);
    }
    previous = &incoming;
  }
  touch.days.assign(days.begin(), days.end());
  for (auto& [till, all] : touch.numbers) std::ranges::sort(all);
  return touch;
}

DayDecision decide_days(MicroBatch& batch, const DayRows& rows, const DayPolicy& policy) { return DaysDecider(batch, rows, policy).decide(); }

Date next_open_date(Date from, const std::vector<Date>& locked) {
  for (auto at = std::ranges::lower_bound(locked, from); at != locked.end() && *at == from; ++at) ++from.days;
  return from;
}

std::string day_subject(const DayKey& day) { return day.location.value + "/" + format_date(day.business_date); }

std::string till_day_subject(const TillDayKey& till_day) {
  return till_day.location.value + "/" + till_day.till.value + "/" + format_date(till_day.business_date);
}

}  // namespace tillsync::hub
