#include <algorithm>
#include <unordered_set>

#include "common/contract/check_parts.h"
#include "common/contract/vocabulary.h"

namespace tillsync {
namespace {

void check_line(Warnings& warnings, const SaleLine& line, bool is_return, int digits, const Path& path) {
  const LineKind kind = line_kind(line.kind);
  if (kind == LineKind::kUnknown && !line.kind.empty()) warnings.unknown_value(path.member("kind"), line.kind);
  if (goods_state(line.state) == GoodsState::kUnknown) warnings.unknown_value(path.member("state"), line.state);
  if (kind == LineKind::kGoods && line.sku.empty()) warnings.missing(path.member("sku"));
  if (line.unit_price.micro < 0 && kind != LineKind::kDiscount)
    warnings.add("negative_price", path.member("unit_price"), format_unit_price(line.unit_price) + " is below 0");
  if (is_return && line.qty.milli < 0)
    warnings.add("odd_sign", path.member("qty"), "a return counts what comes back, so it is not negative");
  if (is_return && line.amount.minor < 0)
    warnings.add("odd_sign", path.member("amount"), "a return counts the money given back, so it is not negative");

  if (line.original && line.original->document_no.empty() && line.original->order_no.empty()) {
    const Path original = path.member("original");
    warnings.missing(original.member("document_no"));
  }

  Sum amount;
  if (const auto product = multiply(line.qty, line.unit_price, digits))
    amount.add(product->minor);
  else
    amount = Sum::impossible();
  for (const Discount& discount : line.discounts) amount.subtract(discount.amount.minor);
  check_sum(warnings, path.member("amount"), line.amount, amount, "round(qty × unit_price) − discounts", digits);
}

void check_line_numbers(Warnings& warnings, const std::vector<SaleLine>& lines, const Path& path) {
  std::unordered_set<std::int64_t> numbers;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (lines[i].line_no != 0 && !numbers.insert(lines[i].line_no).second) {
      const Path entry = path.entry(i);
      warnings.add("duplicate_line_no", entry.member("line_no"), std::to_string(lines[i].line_no) + " stands twice");
    }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::int64_t parent = lines[i].parent_line_no;
    if (parent == 0 || (numbers.contains(parent) && parent != lines[i].line_no)) continue;
    const Path entry = path.entry(i);
    warnings.add("unknown_line", entry.member("parent_line_no"),
                 "no other line has the number " + std::to_string(parent));
  }
}

std::int64_t count_lines_with(const std::vector<SaleLine>& lines, std::string_view tax_code) {
  return std::ranges::count_if(
      lines, [&](const SaleLine& line) { return std::ranges::find(line.tax_codes, tax_code) != line.tax_codes.end(); });
}

/// Tills round tax per line or per ticket, so each line may move the tax by one minor unit.
void check_tax(Warnings& warnings, const Sale& sale, int digits, const Path& path) {
  for (std::size_t i = 0; i < sale.tax_summary.size(); ++i) {
    const TaxSummary& tax = sale.tax_summary[i];
    const auto product = multiply(tax.base, tax.rate);
    Sum expected;
    if (product)
      expected.add(product->minor);
    else
      expected = Sum::impossible();
    const std::int64_t tolerance = std::max<std::int64_t>(1, count_lines_with(sale.lines, tax.code));
    if (expected.is_within(tax.amount.minor, tolerance)) continue;
    const Path entry = path.entry(i);
    warnings.add("tax_mismatch", entry.member("amount"),
                 format_decimal(tax.amount.minor, digits, digits) + ", but base × rate is " + expected.text(digits));
  }
}

/// The bases add up to the net only when every line is taxed once and every code stands in the summary.
bool bases_cover_lines(const Sale& sale) {
  if (sale.tax_summary.empty()) return false;
  return std::ranges::all_of(sale.lines, [&](const SaleLine& line) {
    if (line.amount.minor == 0) return true;
    return line.tax_codes.size() == 1 &&
           std::ranges::find(sale.tax_summary, line.tax_codes[0], &TaxSummary::code) != sale.tax_summary.end();
  });
}

void check_totals(Warnings& warnings, const Sale& sale, int digits, const Path& root) {
  const Totals& totals = sale.totals;
  const Path path = root.member("totals");
  Sum lines;
  for (const SaleLine& line : sale.lines) lines.add(line.amount.minor);
  if (sale.prices_include_tax)
    check_sum(warnings, path.member("gross"), totals.gross, lines, "the sum of the lines", digits);
  else
    check_sum(warnings, path.member("net"), totals.net, lines, "the sum of the lines", digits);

  if (sale.prices_include_tax) {
    Sum net;
    net.add(totals.gross.minor);
    net.subtract(totals.tax.minor);
    check_sum(warnings, path.member("net"), totals.net, net, "gross − tax", digits);
  } else {
    Sum net_and_tax;
    net_and_tax.add(totals.net.minor);
    net_and_tax.add(totals.tax.minor);
    check_sum(warnings, path.member("gross"), totals.gross, net_and_tax, "net + tax", digits);
  }

  Sum tax;
  Sum base;
  for (const TaxSummary& entry : sale.tax_summary) {
    tax.add(entry.amount.minor);
    base.add(entry.base.minor);
  }
  check_sum(warnings, path.member("tax"), totals.tax, tax, "the sum of the tax summary", digits);
  if (bases_cover_lines(sale))
    check_sum(warnings, root.member("tax_summary"), totals.net, base, "the sum of the tax bases", digits,
              static_cast<std::int64_t>(sale.lines.size()));
}

void check_tenders(Warnings& warnings, const Sale& sale, bool is_return, int digits, const Path& path) {
  Sum tendered;
  for (std::size_t i = 0; i < sale.tenders.size(); ++i) {
    const Tender& tender = sale.tenders[i];
    const Path entry = path.entry(i);
    tendered.add(tender.amount.minor);
    if (is_return && tender.amount.minor < 0)
      warnings.add("odd_sign", entry.member("amount"), "a return counts the money given back, so it is not negative");
    if (tender.foreign_amount.minor != 0 && tender.currency.code.empty()) warnings.missing(entry.member("currency"));
    if (tender.card && !tender.card->authorised.empty() && tender.card->authorised != "online" &&
        tender.card->authorised != "offline") {
      const Path card = entry.member("card");
      warnings.unknown_value(card.member("authorised"), tender.card->authorised);
    }
  }
  Sum due;
  due.add(sale.totals.gross.minor);
  due.add(sale.totals.rounding.minor);
  if (due.minus(tendered) == 0) return;
  warnings.add("sum_mismatch", path,
               "the tenders are " + tendered.text(digits) + ", but gross + rounding is " + due.text(digits));
}

}  // namespace

void check_sale(Warnings& warnings, const Sale& sale, bool is_return, const Path& root) {
  const int digits = sale.currency.code.empty() ? kDigitsWithoutCurrency : minor_digits(sale.currency.code);
  const Path lines = root.member("lines");
  for (std::size_t i = 0; i < sale.lines.size(); ++i)
    check_line(warnings, sale.lines[i], is_return, digits, lines.entry(i));
  check_line_numbers(warnings, sale.lines, lines);
  check_tax(warnings, sale, digits, root.member("tax_summary"));
  check_totals(warnings, sale, digits, root);
  check_tenders(warnings, sale, is_return, digits, root.member("tenders"));
}

}  // namespace tillsync
