#include "packaging/demo.d/till_book.h"

#include "packaging/demo.d/trade.h"

namespace tillsync::demo {

void TillBook::enter(Document& document) {
  TS_CHECK(document.header.location == location_ && document.header.till == till_);
  const std::int64_t sequence = next_sequence_++;
  document.header.sequence = sequence;
  if (period_.documents++ == 0) {
    period_.first_sequence = sequence;
    period_.first_document_no = document.header.document_no;
    period_.opened_at = document.header.occurred_at.value_or(Instant{});
  }
  period_.last_sequence = sequence;
  period_.last_document_no = document.header.document_no;
  if (document.header.mode == "training") {
    ++period_.counts.training;
  } else if (const auto* returned = std::get_if<Return>(&document.body)) {
    ++period_.counts.return_count;
    add_ticket(*returned, -1);
  } else if (const auto* sale = std::get_if<Sale>(&document.body)) {
    ++period_.counts.sale;
    add_ticket(*sale, 1);
  }
}

void TillBook::add_ticket(const Sale& ticket, int sign) {
  const std::string& currency = ticket.currency.code;
  Totals& totals = period_.totals[currency];
  totals.net.minor += sign * ticket.totals.net.minor;
  totals.tax.minor += sign * ticket.totals.tax.minor;
  totals.gross.minor += sign * ticket.totals.gross.minor;
  totals.rounding.minor += sign * ticket.totals.rounding.minor;
  for (const auto& tax : ticket.tax_summary) {
    CloseTax& sum = period_.taxes[{currency, tax.code, tax.rate.micro}];
    sum.code = tax.code;
    sum.rate = tax.rate;
    sum.base.minor += sign * tax.base.minor;
    sum.amount.minor += sign * tax.amount.minor;
  }
  for (const auto& tender : ticket.tenders) period_.tenders[{tender.type, currency}] += sign * tender.amount.minor;
  for (const auto& line : ticket.lines)
    for (const auto& discount : line.discounts) period_.discounts[currency] += sign * discount.amount.minor;
}

Document TillBook::close(Date business_date, Instant at) {
  Document document;
  document.header = make_header("till-close/1", location_, till_, "Z-" + format_date(business_date), business_date, at);
  document.header.sequence = next_sequence_++;
  TillClose close;
  close.z_no = std::to_string(next_z_++);
  close.counts = period_.counts;
  if (period_.documents > 0) {
    close.opened_at = period_.opened_at;
    close.first_sequence = period_.first_sequence;
    close.last_sequence = period_.last_sequence;
    close.first_document_no = period_.first_document_no;
    close.last_document_no = period_.last_document_no;
  }
  close.currency.code = kDemoCurrency;
  period_.totals.try_emplace(std::string(kDemoCurrency));  // a day without a ticket says 0.00
  for (const auto& [currency, sums] : period_.totals) {
    CloseTotals totals;
    totals.currency.code = currency;
    totals.net = sums.net;
    totals.tax = sums.tax;
    totals.gross = sums.gross;
    totals.rounding = sums.rounding;
    totals.discounts.minor = period_.discounts[currency];
    for (const auto& [key, tax] : period_.taxes)
      if (std::get<0>(key) == currency) totals.taxes.push_back(tax);
    close.totals.push_back(std::move(totals));
  }
  for (const auto& [key, minor] : period_.tenders) {
    CloseTender tender;
    tender.type = key.first;
    tender.currency.code = key.second;
    tender.expected.minor = minor;
    tender.counted = Amount{minor};
    close.tenders.push_back(std::move(tender));
  }
  document.body = std::move(close);
  period_ = {};
  return document;
}

}  // namespace tillsync::demo
