#include "hub/reconcile/comparison.h"

#include <set>

#include "hub/intake/intake.h"

namespace tillsync::hub {
namespace {

void add_to(std::map<std::string, std::int64_t>& parts, const std::string& label, std::int64_t amount) {
  if (amount == 0) return;
  std::int64_t& sum = parts[label];
  sum += amount;
  if (sum == 0) parts.erase(label);
}

bool is_money(std::string_view kind) { return kind == kSaleType || kind == kReturnType || kind == kVoidType; }

std::int64_t value_of(const std::map<std::string, std::int64_t>& parts, const std::string& label) {
  const auto found = parts.find(label);
  return found == parts.end() ? 0 : found->second;
}

}  // namespace

Side pos_side(const std::map<TillId, TillFacts>& tills) {
  Side side;
  for (const auto& [till, facts] : tills) {
    const CloseSum sum = sum_closes(facts.closes);
    side.documents += sum.counts.sale + sum.counts.return_count + sum.counts.void_count;
    for (const auto& [currency, figures] : sum.figures) {
      SideFigures& money = side.money[currency];
      money.net += figures.net;
      money.tax += figures.tax;
      money.gross += figures.gross;
      money.rounding += figures.rounding;
    }
    for (const auto& [key, amount] : sum.taxes) add_to(side.money[key.second].taxes, key.first, amount);
    for (const auto& [key, amount] : sum.tenders) add_to(side.money[key.second].tenders, key.first, amount);
  }
  return side;
}

Side hub_side(const std::map<TillId, TillFacts>& tills) {
  Side side;
  for (const auto& [till, facts] : tills) {
    for (const DayTotal& total : facts.day.totals) {
      if (!is_money(total.type)) continue;
      side.documents += total.figures.documents;
      if (total.currency.empty()) continue;
      SideFigures& money = side.money[total.currency];
      money.net += total.figures.net;
      money.tax += total.figures.tax;
      money.gross += total.figures.gross;
      money.rounding += total.figures.rounding;
    }
    for (const DayPart& part : facts.day.parts) {
      if (part.what == kTaxPart) add_to(side.money[part.currency].taxes, part.label, part.amount);
      if (part.what == kTenderPart) add_to(side.money[part.currency].tenders, part.label, part.amount);
    }
  }
  return side;
}

void add_posting(Side& erp, const Posting& posting) {
  if (!is_money(posting.kind)) return;
  ++erp.documents;
  if (posting.currency.code.empty()) return;
  SideFigures& money = erp.money[posting.currency.code];
  std::int64_t tenders = 0, tax = 0, rest = 0;
  for (const JournalLine& line : posting.journal) {
    const std::int64_t debit = summable(line.debit.minor) - summable(line.credit.minor);
    if (!line.tender.empty()) {
      tenders += debit;
      add_to(money.tenders, line.tender, debit);
    } else if (!line.tax_code.empty()) {
      tax -= debit;
      add_to(money.taxes, line.tax_code, -debit);
    } else {
      rest -= debit;
    }
  }
  const std::int64_t gross = summable(posting.gross.minor);
  const std::int64_t rounding = tenders - gross;
  money.gross += gross;
  money.tax += tax;
  money.rounding += rounding;
  money.net += rest - rounding;
}

SaidByCloses said_by_closes(const std::map<TillId, TillFacts>& tills) {
  SaidByCloses said;
  for (const auto& [till, facts] : tills) {
    const CloseSum sum = sum_closes(facts.closes);
    said.taxes = said.taxes && sum.says_taxes;
    said.tenders = said.tenders && sum.says_tenders;
  }
  return said;
}

std::vector<std::string> differing_figures(const std::optional<SideFigures>& pos, const SideFigures& hub, const SideFigures& erp, SaidByCloses said) {
  std::vector<std::string> names;
  const auto compare = [&](std::string name, std::int64_t of_pos, std::int64_t of_hub, std::int64_t of_erp, bool is_said) {
    if ((pos && is_said && of_pos != of_hub) || of_hub != of_erp) names.push_back(std::move(name));
  };
  const SideFigures none;
  const SideFigures& closes = pos ? *pos : none;
  compare("net", closes.net, hub.net, erp.net, true);
  compare("tax", closes.tax, hub.tax, erp.tax, true);
  compare("gross", closes.gross, hub.gross, erp.gross, true);
  compare("rounding", closes.rounding, hub.rounding, erp.rounding, true);
  const auto compare_parts = [&](const std::string& name, std::map<std::string, std::int64_t> SideFigures::*parts, bool is_said) {
    std::set<std::string> labels;
    for (const SideFigures* side : {&closes, &hub, &erp})
      for (const auto& [label, amount] : side->*parts) labels.insert(label);
    for (const std::string& label : labels) compare(name + label, value_of(closes.*parts, label), value_of(hub.*parts, label), value_of(erp.*parts, label), is_said);
  };
  compare_parts("tax:", &SideFigures::taxes, said.taxes);
  compare_parts("tender:", &SideFigures::tenders, said.tenders);
  return names;
}

}  // namespace tillsync::hub
