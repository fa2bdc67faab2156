#include "hub/reconcile/close_sheet.h"

#include <algorithm>

#include "hub/intake/intake.h"
#include "hub/postings/close_versions.h"
#include "hub/reconcile/sequence_ranges.h"

namespace tillsync::hub {
namespace {

CloseVersion version_of(const CloseRecord& close) { return {close.event_no, close.document_no, close.body.z_no, close.body.supersedes, close.body.revision}; }

void take_sequence(CloseSum& sum, std::optional<std::int64_t> number) {
  if (!number || !is_sequence(*number)) return;
  sum.first_sequence = std::min(sum.first_sequence.value_or(*number), *number);
  sum.last_sequence = std::max(sum.last_sequence.value_or(*number), *number);
}

void add_totals(CloseSum& sum, const CloseTotals& totals) {
  const std::string& currency = totals.currency.code;
  DayFigures& figures = sum.figures[currency];
  figures.net += summable(totals.net.minor);
  figures.gross += summable(totals.gross.minor);
  figures.rounding += summable(totals.rounding.minor);
  figures.discounts += summable(totals.discounts.minor);
  if (totals.taxes.empty()) {
    figures.tax += summable(totals.tax.minor);
    if (totals.tax.minor != 0) sum.says_taxes = false;
  }
  for (const CloseTax& tax : totals.taxes) {
    figures.tax += summable(tax.amount.minor);
    sum.taxes[{tax.code, currency}] += summable(tax.amount.minor);
  }
}

void add_close(CloseSum& sum, const CloseRecord& close) {
  const TillClose& body = close.body;
  ++sum.closes;
  sum.counts.sale += summable(body.counts.sale);
  sum.counts.return_count += summable(body.counts.return_count);
  sum.counts.void_count += summable(body.counts.void_count);
  sum.counts.no_sale += summable(body.counts.no_sale);
  sum.counts.training += summable(body.counts.training);
  bool has_money = false;
  for (const CloseTotals& totals : body.totals) {
    add_totals(sum, totals);
    has_money = has_money || totals.gross.minor != 0;
  }
  if (has_money && body.tenders.empty()) sum.says_tenders = false;
  for (const CloseTender& tender : body.tenders) {
    sum.tenders[{tender.type, tender.currency.code}] += summable(tender.expected.minor);
    if (!tender.counted) continue;
    const std::int64_t off = summable(tender.counted->minor) - summable(tender.expected.minor);
    if (off != 0) sum.over_short.push_back({body.z_no, tender.type, tender.currency.code, off});
  }
  take_sequence(sum, body.first_sequence);
  take_sequence(sum, body.last_sequence);
  take_sequence(sum, close.sequence);
}

}  // namespace

std::vector<DocumentNo> superseded_by(const std::vector<CloseRecord>& closes) {
  std::vector<DocumentNo> by(closes.size());
  std::vector<CloseVersion> versions;
  for (const CloseRecord& close : closes) versions.push_back(version_of(close));
  for (std::size_t i = 0; i < closes.size(); ++i) {
    for (std::size_t j = 0; j < closes.size(); ++j) {
      if (i != j && replaces(versions[j], versions[i])) by[i] = closes[j].document_no;
    }
  }
  return by;
}

CloseSum sum_closes(const std::vector<CloseRecord>& closes) {
  CloseSum sum;
  const std::vector<DocumentNo> by = superseded_by(closes);
  for (std::size_t i = 0; i < closes.size(); ++i) {
    if (by[i].empty()) add_close(sum, closes[i]);
    // Its number is one of the sequence all the same.
    else take_sequence(sum, closes[i].sequence);
  }
  return sum;
}

}  // namespace tillsync::hub
