#include "hub/postings/journal.h"

#include <algorithm>
#include <limits>

#include "common/contract/vocabulary.h"
#include "hub/postings/chart.h"

namespace tillsync::hub {
namespace {

__extension__ using Int128 = __int128;
constexpr Int128 kAmountMax = std::numeric_limits<std::int64_t>::max();

std::string text_of(Int128 minor, std::string_view currency) {
  if (minor > kAmountMax || minor < -kAmountMax) return minor < 0 ? "less than 64 bits hold" : "more than 64 bits hold";
  return format_amount(Amount{static_cast<std::int64_t>(minor)}, currency);
}

/// The amounts of one account, by tender type or tax code and rate.
struct Sum {
  std::string_view account;
  std::string_view label;
  Int128 minor = 0;
  Rate rate = {};
};

class Sums {
 public:
  void add(std::string_view account, std::string_view label, Int128 minor, Rate rate = {}) {
    for (Sum& sum : sums_) {
      if (sum.account != account || sum.label != label || sum.rate != rate) continue;
      sum.minor += minor;
      return;
    }
    sums_.push_back({account, label, minor, rate});
  }
  std::vector<Sum>& all() { return sums_; }

 private:
  std::vector<Sum> sums_;  // few: kinds of lines, tenders, tax codes of one ticket
};

bool has_code(const SaleLine& line, std::string_view code) {
  return std::find(line.tax_codes.begin(), line.tax_codes.end(), code) != line.tax_codes.end();
}

/// The code that a line's revenue is reported under; "" where it has none or several.
std::string_view code_of(const SaleLine& line) { return line.tax_codes.size() == 1 ? std::string_view(line.tax_codes[0]) : std::string_view(); }

/// A line's revenue, and apart from it its discounts where the chart wants them apart.
void add_line(Sums& sums, const SaleLine& line, const Chart& chart) {
  Int128 discounts = 0;
  if (!chart.discounts.empty() && line_kind(line.kind) != LineKind::kDiscount)
    for (const Discount& discount : line.discounts) discounts += discount.amount.minor;
  sums.add(chart.line_account(line.kind), code_of(line), line.amount.minor + discounts);
  if (discounts != 0) sums.add(chart.discounts, code_of(line), -discounts);
}

/// What the lines that bear a tax amount come to, by account: those with its code; where none has it, those without any code;
/// where all have others, all.
std::vector<Sum> bearers(const Sale& sale, std::string_view code, const Chart& chart) {
  const bool is_named = std::any_of(sale.lines.begin(), sale.lines.end(), [&](const SaleLine& line) { return has_code(line, code); });
  const bool is_free = std::any_of(sale.lines.begin(), sale.lines.end(), [](const SaleLine& line) { return line.tax_codes.empty(); });
  Sums sums;
  for (const SaleLine& line : sale.lines) {
    if (is_named ? has_code(line, code) : !is_free || line.tax_codes.empty())
      add_line(sums, line, chart);
  }
  return sums.all();
}

/// Splits an amount in proportion to the weights; what rounding leaves goes to the largest remainders, so that the parts add
/// up to the whole.
std::vector<Int128> split(Int128 amount, const std::vector<Sum>& weights) {
  std::vector<Int128> parts(weights.size(), 0);
  if (parts.empty()) return parts;
  Int128 total = 0;
  bool is_absurd = false;  // beyond 64 bits the products below would not fit; the sums are on the exceptions list anyway
  for (const Sum& weight : weights) {
    total += weight.minor;
    is_absurd = is_absurd || weight.minor > kAmountMax || weight.minor < -kAmountMax;
  }
  if (total == 0 || is_absurd) {
    parts[0] = amount;
    return parts;
  }
  const Int128 turn = total < 0 ? -1 : 1;
  total *= turn;
  std::vector<std::pair<Int128, std::size_t>> remainders;
  Int128 left = amount;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Int128 exact = turn * amount * weights[i].minor;
    Int128 part = exact / total;
    if (exact % total < 0) --part;  // floor
    parts[i] = part;
    left -= part;
    remainders.emplace_back(exact - part * total, i);
  }
  std::stable_sort(remainders.begin(), remainders.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; left > 0 && i < remainders.size(); ++i, --left) ++parts[remainders[i].second];
  return parts;
}

/// Credits per kind of line and tax code, net of tax.
Sums net_sums(const Sale& sale, const Chart& chart) {
  Sums sums;
  for (const SaleLine& line : sale.lines) add_line(sums, line, chart);
  if (!sale.prices_include_tax) return sums;
  for (const TaxSummary& tax : sale.tax_summary) {
    const std::vector<Sum> weights = bearers(sale, tax.code, chart);
    const std::vector<Int128> parts = split(tax.amount.minor, weights);
    for (std::size_t i = 0; i < parts.size(); ++i) sums.add(weights[i].account, weights[i].label, -parts[i]);
    // Without a line there is nothing to take it from; the difference shows.
  }
  return sums;
}

/// What the label of a sum is.
enum class Label : std::uint8_t { kTender, kTax, kBase };

class JournalBuilder {
 public:
  JournalBuilder(std::string_view currency, std::size_t lines_max) : currency_(currency) { journal_.lines.reserve(lines_max); }

  /// debit: positive; credit: negative.
  void add(const Sum& sum, Int128 debit, Label label) {
    if (debit == 0) return;
    balance_ += debit;
    (debit > 0 ? debits_ : credits_) += debit > 0 ? debit : -debit;
    if (debit > kAmountMax || debit < -kAmountMax) {
      journal_.problem = "account " + std::string(sum.account) + " would get " + text_of(debit, currency_);
      return;
    }
    JournalLine& line = journal_.lines.emplace_back();
    line.account = sum.account;
    (debit > 0 ? line.debit : line.credit).minor = static_cast<std::int64_t>(debit > 0 ? debit : -debit);
    (label == Label::kTender ? line.tender : label == Label::kTax ? line.tax_code : line.tax_base) = sum.label;
    line.tax_rate = sum.rate;
  }

  void spoil(std::string problem) { journal_.problem = std::move(problem); }

  Journal finish() {
    if (balance_ != 0 && journal_.problem.empty())
      journal_.problem = "debit " + text_of(debits_, currency_) + ", credit " + text_of(credits_, currency_) + " " + std::string(currency_);
    return std::move(journal_);
  }

 private:
  std::string_view currency_;
  Journal journal_;
  Int128 balance_ = 0, debits_ = 0, credits_ = 0;
};

}  // namespace

Journal journal_of(const Sale& sale, bool is_return, const Chart& chart) {
  const Int128 sign = is_return ? -1 : 1;
  Sums tenders;
  for (const Tender& tender : sale.tenders) {
    const std::string_view foreign = tender.currency == sale.currency ? std::string_view() : std::string_view(tender.currency.code);
    tenders.add(chart.tender_account(tender.type, foreign), tender.type, tender.amount.minor);
  }
  Sums nets = net_sums(sale, chart);
  Sums taxes;
  for (const TaxSummary& tax : sale.tax_summary) taxes.add(chart.tax_account(tax.code), tax.code, tax.amount.minor, tax.rate);

  JournalBuilder builder(sale.currency.code, tenders.all().size() + nets.all().size() + taxes.all().size() + 1);
  for (const Sum& sum : tenders.all()) builder.add(sum, sign * sum.minor, Label::kTender);
  for (const Sum& sum : nets.all()) builder.add(sum, -sign * sum.minor, Label::kBase);
  for (const Sum& sum : taxes.all()) builder.add(sum, -sign * sum.minor, Label::kTax);
  builder.add(Sum{chart.rounding, {}, 0}, -sign * Int128{sale.totals.rounding.minor}, Label::kBase);
  return builder.finish();
}

Journal journal_of(const TillClose& close, const Chart& chart, const Currency& currency, bool is_foreign) {
  JournalBuilder builder(currency.code, 2 * close.tenders.size());
  for (const CloseTender& tender : close.tenders) {
    if (tender.currency != currency || tender.over_short.minor == 0) continue;
    const std::string_view account = is_foreign ? chart.own_tender_account(tender.type, currency.code) : chart.tender_account(tender.type);
    if (account.empty()) continue;
    builder.add(Sum{account, tender.type}, tender.over_short.minor, Label::kTender);
    builder.add(Sum{chart.over_short, {}}, -Int128{tender.over_short.minor}, Label::kBase);
  }
  return builder.finish();
}

Journal journal_of(const TillEvent& event, const Chart& chart) {
  JournalBuilder builder(event.currency.code, 2);
  const Int128 minor = event.amount.minor;
  const auto move = [&](std::string_view to, std::string_view from) {
    builder.add(Sum{to, {}}, minor, Label::kBase);
    builder.add(Sum{from, {}}, -minor, Label::kBase);
  };
  const std::string_view cash = chart.tender_account("cash");
  switch (till_event_type(event.type)) {
    case TillEventType::kCashIn: move(cash, chart.petty_cash); break;
    case TillEventType::kCashOut: move(chart.petty_cash, cash); break;
    case TillEventType::kDrop: move(chart.safe, cash); break;
    case TillEventType::kFloat: move(cash, chart.safe); break;
    case TillEventType::kNoSale:
    case TillEventType::kCancelled:
    case TillEventType::kUnknown: break;
  }
  return builder.finish();
}

Journal journal_of(const StockMovement& movement, const Chart& chart) {
  JournalBuilder builder(chart.currency, 2);
  if (!chart.costs) return builder.finish();
  std::string_view against;
  Int128 sign = 1;
  switch (movement_type(movement.type)) {
    case MovementType::kReceipt: against = chart.costs->received; break;
    case MovementType::kTransferIn: against = chart.costs->transit; break;
    case MovementType::kTransferOut:
      against = chart.costs->transit;
      sign = -1;
      break;
    case MovementType::kAdjustment: against = chart.costs->adjusted; break;
    case MovementType::kOpening: against = chart.costs->opening; break;
    case MovementType::kCount:         // what it changes is known by the ledger, not by the document
    case MovementType::kStatusChange:  // worth the same in another state
    case MovementType::kUnknown: return builder.finish();
  }
  Int128 total = 0;
  const int digits = minor_digits(chart.currency);
  for (const MovementLine& line : movement.lines) {
    const auto cost = multiply(line.qty, line.unit_cost, digits);
    if (!cost) builder.spoil("the cost of " + line.sku.value + " is beyond measure");
    else total += cost->minor;
  }
  builder.add(Sum{chart.costs->inventory, {}}, sign * total, Label::kBase);
  builder.add(Sum{against, {}}, -sign * total, Label::kBase);
  return builder.finish();
}

std::vector<JournalLine> reversed(const std::vector<JournalLine>& lines) {
  std::vector<JournalLine> turned = lines;
  for (JournalLine& line : turned) std::swap(line.debit, line.credit);
  return turned;
}

std::string check_balance(const std::vector<JournalLine>& lines, std::string_view currency) {
  Int128 debits = 0;
  Int128 credits = 0;
  for (const JournalLine& line : lines) {
    debits += line.debit.minor;
    credits += line.credit.minor;
  }
  if (debits == credits) return {};
  return "debit " + text_of(debits, currency) + ", credit " + text_of(credits, currency) + " " + std::string(currency);
}

}  // namespace tillsync::hub
