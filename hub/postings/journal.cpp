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

/// The amounts of one account, by tender type or tax code.
struct Sum {
  std::string_view account;
  std::string_view label;
  Int128 minor = 0;
};

class Sums {
 public:
  void add(std::string_view account, std::string_view label, Int128 minor) {
    for (Sum& sum : sums_) {
      if (sum.account != account || sum.label != label) continue;
      sum.minor += minor;
      return;
    }
    sums_.push_back({account, label, minor});
  }
  std::vector<Sum>& all() { return sums_; }

 private:
  std::vector<Sum> sums_;  // few: kinds of lines, tenders, tax codes of one ticket
};

bool has_code(const SaleLine& line, std::string_view code) {
  return std::find(line.tax_codes.begin(), line.tax_codes.end(), code) != line.tax_codes.end();
}

/// What the lines that bear a tax amount come to, by account: those with its code; where none has it, those without any code;
/// where all have others, all.
std::vector<Sum> bearers(const Sale& sale, std::string_view code) {
  const bool is_named = std::any_of(sale.lines.begin(), sale.lines.end(), [&](const SaleLine& line) { return has_code(line, code); });
  const bool is_free = std::any_of(sale.lines.begin(), sale.lines.end(), [](const SaleLine& line) { return line.tax_codes.empty(); });
  Sums sums;
  for (const SaleLine& line : sale.lines) {
    if (is_named ? has_code(line, code) : !is_free || line.tax_codes.empty())
      sums.add(line_account(line_kind(line.kind)), {}, line.amount.minor);
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

/// Credits per kind of line, net of tax.
Sums net_sums(const Sale& sale) {
  Sums sums;
  for (const SaleLine& line : sale.lines) sums.add(line_account(line_kind(line.kind)), {}, line.amount.minor);
  if (!sale.prices_include_tax) return sums;
  for (const TaxSummary& tax : sale.tax_summary) {
    const std::vector<Sum> weights = bearers(sale, tax.code);
    const std::vector<Int128> parts = split(tax.amount.minor, weights);
    for (std::size_t i = 0; i < parts.size(); ++i) sums.add(weights[i].account, {}, -parts[i]);
    // Without a line there is nothing to take it from; the difference shows.
  }
  return sums;
}

class JournalBuilder {
 public:
  JournalBuilder(std::string_view currency, std::size_t lines_max) : currency_(currency) { journal_.lines.reserve(lines_max); }

  /// debit: positive; credit: negative.
  void add(const Sum& sum, Int128 debit, bool is_tender) {
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
    (is_tender ? line.tender : line.tax_code) = sum.label;
  }

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

Journal journal_of(const Sale& sale, bool is_return) {
  const Int128 sign = is_return ? -1 : 1;
  Sums tenders;
  for (const Tender& tender : sale.tenders) tenders.add(tender_account(tender.type), tender.type, tender.amount.minor);
  Sums nets = net_sums(sale);
  Sums taxes;
  for (const TaxSummary& tax : sale.tax_summary) taxes.add(kTaxAccount, tax.code, tax.amount.minor);

  JournalBuilder builder(sale.currency.code, tenders.all().size() + nets.all().size() + taxes.all().size() + 1);
  for (const Sum& sum : tenders.all()) builder.add(sum, sign * sum.minor, true);
  for (const Sum& sum : nets.all()) builder.add(sum, -sign * sum.minor, false);
  for (const Sum& sum : taxes.all()) builder.add(sum, -sign * sum.minor, false);
  builder.add(Sum{kRoundingAccount, {}, 0}, -sign * Int128{sale.totals.rounding.minor}, false);
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
