#include "packaging/demo.d/trade.h"

#include <algorithm>
#include <map>

#include "common/base/limits.h"
#include "packaging/demo.d/line_meaning.h"
#include "packaging/demo.d/random.h"
#include "packaging/demo.d/stores.h"

namespace tillsync::demo {
namespace {

// A customer may pay a small ticket with notes and get change; larger ones are paid by card.
constexpr std::int64_t kCashMinorMax = 10'000;
constexpr std::int64_t kNoteMinor = 500;
constexpr std::int64_t kCashOneIn = 3;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool has_prefix_and_number(std::string_view number, char prefix) {
  return number.size() >= 2 && number[0] == prefix && is_digit(number[1]);
}

std::unexpected<Error> too_large(const Invoice& invoice) {
  return fail(ErrorCode::kLimitExceeded, "invoice " + invoice.number, "an amount does not fit into 64 bits");
}

struct TicketSums {
  std::int64_t net = 0;
  std::map<std::string_view, std::pair<Rate, std::int64_t>> base_by_tax_code;
};

/// sign: −1 for a return, whose quantities stand positive in the document.
Result<SaleLine> make_line(const Invoice& invoice, const InvoiceLine& source, std::int64_t line_no, int sign, bool account,
                           const LocationId& location, Date date, TicketSums& sums) {
  const LineMeaning meaning = account ? LineMeaning{"account", TaxClass::kOutside} : line_meaning(source.stock_code);
  const TaxOfLine tax = tax_of_line(meaning.tax, location.view(), date);
  SaleLine line;
  line.line_no = line_no;
  line.kind = meaning.kind;
  line.sku = Sku(source.stock_code);
  line.description.value = source.description;
  line.qty.milli = source.quantity.milli * sign;
  line.unit_price = source.price;
  const auto amount = multiply(line.qty, line.unit_price, minor_digits(kDemoCurrency));
  if (!amount) return too_large(invoice);
  line.amount = *amount;
  line.tax_codes.emplace_back(tax.code);
  auto& [rate, base] = sums.base_by_tax_code[tax.code];
  rate = tax.rate;
  const auto new_base = checked_add(base, line.amount.minor);
  const auto new_net = checked_add(sums.net, line.amount.minor);
  if (!new_base || !new_net) return too_large(invoice);
  base = *new_base;
  sums.net = *new_net;
  return line;
}

Tender make_tender(std::string_view type, std::int64_t minor, std::int64_t tender_no) {
  Tender tender;
  tender.tender_no = tender_no;
  tender.type = type;
  tender.amount.minor = minor;
  return tender;
}

std::vector<Tender> pay(std::int64_t gross, bool account, bool is_return, std::string_view document_no, const TradeRules& rules) {
  if (gross == 0) return {};
  if (account) return {make_tender("account", gross, 1)};
  Random random(rules.seed ^ stable_hash(document_no));
  const bool cash = gross > 0 && gross <= kCashMinorMax && random.one_in(kCashOneIn);
  if (!cash) return {make_tender("card", gross, 1)};
  const std::int64_t given = is_return ? gross : (gross + kNoteMinor - 1) / kNoteMinor * kNoteMinor;
  std::vector<Tender> tenders = {make_tender("cash", given, 1)};
  if (given != gross) tenders.push_back(make_tender("cash", gross - given, 2));
  return tenders;
}

Result<void> complete_ticket(Sale& ticket, const TicketSums& sums, const Invoice& invoice, bool account, bool is_return,
                             std::string_view document_no, const TradeRules& rules) {
  ticket.currency.code = kDemoCurrency;
  ticket.prices_include_tax = false;
  ticket.customer = invoice.customer;
  std::int64_t tax_sum = 0;
  for (const auto& [code, rate_and_base] : sums.base_by_tax_code) {
    TaxSummary tax;
    tax.code = code;
    tax.rate = rate_and_base.first;
    tax.base.minor = rate_and_base.second;
    const auto amount = multiply(tax.base, tax.rate);
    if (!amount) return too_large(invoice);
    tax.amount = *amount;
    tax_sum += tax.amount.minor;
    ticket.tax_summary.push_back(std::move(tax));
  }
  const auto gross = checked_add(sums.net, tax_sum);
  if (!gross) return too_large(invoice);
  ticket.totals.net.minor = sums.net;
  ticket.totals.tax.minor = tax_sum;
  ticket.totals.gross.minor = *gross;
  ticket.tenders = pay(*gross, account, is_return, document_no, rules);
  return {};
}

StockMovement make_adjustment(const InvoiceLine& source) {
  StockMovement movement;
  movement.type = "adjustment";
  Reason reason;
  reason.code = adjustment_reason(source.description);
  reason.text.value = source.description;
  movement.reason = std::move(reason);
  MovementLine line;
  line.line_no = 1;
  line.sku = Sku(source.stock_code);
  line.qty = source.quantity;
  movement.lines.push_back(std::move(line));
  return movement;
}

}  // namespace

Header make_header(std::string_view contract, const LocationId& location, const TillId& till, std::string document_no,
                   Date business_date, Instant occurred_at) {
  Header header;
  header.contract = contract;
  header.location = location;
  header.till = till;
  header.document_no = DocumentNo(std::move(document_no));
  header.business_date = business_date;
  header.occurred_at = occurred_at;
  return header;
}

InvoiceMeaning meaning_of(const Invoice& invoice) {
  if (has_prefix_and_number(invoice.number, 'A')) return InvoiceMeaning::kAccount;
  if (has_prefix_and_number(invoice.number, 'C')) {
    const bool all_come_back = std::all_of(invoice.lines.begin(), invoice.lines.end(), [](const InvoiceLine& line) {
      return line.quantity.milli <= 0 && line.price.micro >= 0;
    });
    return all_come_back ? InvoiceMeaning::kReturn : InvoiceMeaning::kSale;
  }
  if (invoice.lines.size() == 1 && invoice.lines[0].price.micro == 0 && invoice.lines[0].quantity.milli != 0 &&
      invoice.customer.empty() && line_meaning(invoice.lines[0].stock_code).kind == "goods")
    return InvoiceMeaning::kAdjustment;
  return InvoiceMeaning::kSale;
}

Result<std::vector<Document>> documents_of(const Invoice& invoice, const TradeRules& rules) {
  const LocationId location = location_of_country(invoice.country);
  const TillId till = till_of_invoice(location, invoice.number, rules.gb_tills);
  const Date date = date_of(invoice.at);
  const InvoiceMeaning meaning = meaning_of(invoice);
  std::vector<Document> documents;
  if (meaning == InvoiceMeaning::kAdjustment) {
    documents.push_back({make_header("stock-movement/1", location, till, invoice.number, date, invoice.at),
                         make_adjustment(invoice.lines[0])});
    return documents;
  }
  const bool is_return = meaning == InvoiceMeaning::kReturn;
  const bool account = meaning == InvoiceMeaning::kAccount;
  for (std::size_t first = 0; first < invoice.lines.size(); first += kDocumentLinesMax) {
    const std::size_t part = first / kDocumentLinesMax + 1;
    const std::string number = part == 1 ? invoice.number : invoice.number + "/" + std::to_string(part);
    const std::size_t end = std::min(invoice.lines.size(), first + kDocumentLinesMax);
    Sale ticket;
    TicketSums sums;
    for (std::size_t i = first; i < end; ++i) {
      TS_ASSIGN_OR_RETURN(SaleLine line,
                          make_line(invoice, invoice.lines[i], static_cast<std::int64_t>(i - first) + 1, is_return ? -1 : 1,
                                    account, location, date, sums));
      ticket.lines.push_back(std::move(line));
    }
    TS_RETURN_IF_ERROR(complete_ticket(ticket, sums, invoice, account, is_return, number, rules));
    Header header = make_header(is_return ? "return/1" : "sale/1", location, till, number, date, invoice.at);
    if (is_return) {
      Return returned;
      static_cast<Sale&>(returned) = std::move(ticket);
      documents.push_back({std::move(header), std::move(returned)});
    } else {
      documents.push_back({std::move(header), std::move(ticket)});
    }
  }
  return documents;
}

}  // namespace tillsync::demo
