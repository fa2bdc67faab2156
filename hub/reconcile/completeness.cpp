#include "hub/reconcile/completeness.h"

#include <algorithm>
#include <set>

namespace tillsync::hub {
namespace {

/// Counts and sums of the hub, in the shape of the closes.
struct HubSum {
  CloseCounts counts;
  std::map<std::string, DayFigures> figures;
  CloseParts taxes, tenders;
};

std::int64_t* count_of(CloseCounts& counts, std::string_view type) {
  if (type == kSaleType) return &counts.sale;
  if (type == kReturnType) return &counts.return_count;
  if (type == kVoidType) return &counts.void_count;
  if (type == kNoSaleType) return &counts.no_sale;
  if (type == kTrainingType) return &counts.training;
  return nullptr;
}

HubSum hub_sum(const TillDayChange& day) {
  HubSum sum;
  for (const DayTotal& total : day.totals) {
    if (std::int64_t* count = count_of(sum.counts, total.type)) *count += total.figures.documents;
    if (!total.currency.empty()) sum.figures[total.currency] += total.figures;
  }
  for (const DayPart& part : day.parts) {
    const std::pair key{part.label, part.currency};
    if (part.what == kTaxPart) sum.taxes[key] += part.amount;
    // A close counts what lies in the drawer: foreign notes as what they are.
    if (part.what == kTenderPart || part.what == kForeignTakenPart) sum.tenders[key] += part.amount;
    if (part.what == kForeignPart) sum.tenders[key] -= part.amount;
  }
  return sum;
}

class Comparer {
 public:
  explicit Comparer(std::vector<CloseDifference>& found) : found_(found) {}

  void figure(std::string what, const std::string& currency, std::int64_t pos, std::int64_t hub) {
    if (pos != hub && found_.size() < kDifferencesMax) found_.push_back({std::move(what), currency, pos, hub});
  }
  void counts(const CloseCounts& pos, const CloseCounts& hub) {
    figure(std::string(kSaleType), {}, pos.sale, hub.sale);
    figure(std::string(kReturnType), {}, pos.return_count, hub.return_count);
    figure(std::string(kVoidType), {}, pos.void_count, hub.void_count);
    figure(std::string(kNoSaleType), {}, pos.no_sale, hub.no_sale);
    figure(std::string(kTrainingType), {}, pos.training, hub.training);
  }
  void figures(const std::string& currency, const DayFigures& pos, const DayFigures& hub) {
    figure("net", currency, pos.net, hub.net);
    figure("tax", currency, pos.tax, hub.tax);
    figure("gross", currency, pos.gross, hub.gross);
    figure("rounding", currency, pos.rounding, hub.rounding);
    // A close need not say its discounts, and one that is 0 cannot be told from one that is not said.
    if (pos.discounts != 0) figure("discounts", currency, pos.discounts, hub.discounts);
  }
  void parts(const std::string& name, const CloseParts& pos, const CloseParts& hub) {
    CloseParts all = pos;
    all.insert(hub.begin(), hub.end());
    for (const auto& [key, ignored] : all) figure(name + key.first, key.second, value(pos, key), value(hub, key));
  }

 private:
  static std::int64_t value(const CloseParts& parts, const CloseParts::key_type& key) {
    const auto found = parts.find(key);
    return found == parts.end() ? 0 : found->second;
  }
  std::vector<CloseDifference>& found_;
};

std::vector<CloseDifference> compare(const CloseSum& pos, const HubSum& hub) {
  std::vector<CloseDifference> found;
  Comparer comparer(found);
  comparer.counts(pos.counts, hub.counts);
  std::map<std::string, DayFigures> currencies = pos.figures;
  currencies.insert(hub.figures.begin(), hub.figures.end());
  const auto of = [](const std::map<std::string, DayFigures>& figures, const std::string& currency) {
    const auto at = figures.find(currency);
    return at == figures.end() ? DayFigures{} : at->second;
  };
  for (const auto& [currency, ignored] : currencies) comparer.figures(currency, of(pos.figures, currency), of(hub.figures, currency));
  if (pos.says_taxes) comparer.parts("tax:", pos.taxes, hub.taxes);
  if (pos.says_tenders) comparer.parts("tender:", pos.tenders, hub.tenders);
  return found;
}

void judge_sequence(const TillFacts& facts, const CloseSum& closes, TillVerdict& verdict) {
  const auto lowest = [](std::optional<std::int64_t> a, std::optional<std::int64_t> b) { return a && b ? std::min(*a, *b) : a ? *a : *b; };
  const auto highest = [](std::optional<std::int64_t> a, std::optional<std::int64_t> b) { return a && b ? std::max(*a, *b) : a ? *a : *b; };
  std::int64_t first = lowest(facts.day.first_sequence, closes.first_sequence);
  const std::int64_t last = highest(facts.day.last_sequence, closes.last_sequence);
  // What is missing between two days belongs to the later one, in which it shows.
  if (const auto before = facts.ranges.last_below(first)) first = *before + 1;
  verdict.missing = facts.ranges.missing(first, last, kMissingRangesMax);
  verdict.missing_count = facts.ranges.missing_count(first, last);
}

}  // namespace

std::string_view to_string(Judged how) {
  switch (how) {
    case Judged::kSequenced: return "sequenced";
    case Judged::kCounted: return "counted";
    case Judged::kIdle: return "idle";
  }
  return "idle";
}

TillVerdict judge_till(const TillFacts& facts) {
  TillVerdict verdict;
  verdict.till = facts.till;
  verdict.is_listed = facts.is_listed;
  verdict.doubled = facts.day.doubled;
  const CloseSum closes = sum_closes(facts.closes);
  const bool needs_close = facts.is_listed || facts.day.traded > 0;
  verdict.lacks_close = needs_close && closes.closes == 0;
  if (!needs_close && closes.closes == 0) {
    verdict.is_complete = true;
    return verdict;
  }
  const bool is_sequenced = facts.day.unnumbered == 0 && (facts.day.first_sequence || closes.first_sequence);
  verdict.how = is_sequenced ? Judged::kSequenced : Judged::kCounted;
  if (closes.closes > 0) {
    verdict.differences = compare(closes, hub_sum(facts.day));
    verdict.over_short = closes.over_short;
  }
  if (is_sequenced) judge_sequence(facts, closes, verdict);
  verdict.is_complete = !verdict.lacks_close &&
                        (is_sequenced ? verdict.missing_count == 0 && verdict.doubled == 0 : verdict.differences.empty());
  return verdict;
}

}  // namespace tillsync::hub
