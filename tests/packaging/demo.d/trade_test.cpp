#include "packaging/demo.d/trade.h"

#include <catch2/catch.hpp>
#include <set>

#include "common/base/limits.h"
#include "common/contract/codec.h"

using namespace tillsync;
using namespace tillsync::demo;

namespace {

InvoiceLine line(std::string code, std::int64_t units, std::int64_t price_micro, std::string description = "THING") {
  return {std::move(code), std::move(description), {units * 1'000}, {price_micro}, {}};
}

Invoice invoice(std::string number, std::vector<InvoiceLine> lines, std::string country = "United Kingdom", std::string customer = "17850",
                std::string_view at = "2010-12-01T08:26:00Z") {
  return {std::move(number), std::move(country), std::move(customer), *parse_instant(at), std::move(lines)};
}

std::vector<Document> documents(const Invoice& source) {
  auto made = documents_of(source, {});
  REQUIRE(made);
  return *made;
}

Document only(const Invoice& source) {
  auto made = documents(source);
  REQUIRE(made.size() == 1);
  for (const auto& warning : check_document(made[0])) UNSCOPED_INFO(warning.code + " " + warning.pointer + " " + warning.detail);
  return made[0];
}

const Sale& sale_of(const Document& document) {
  REQUIRE(std::holds_alternative<Sale>(document.body));
  return std::get<Sale>(document.body);
}

std::int64_t tendered(const Sale& ticket) {
  std::int64_t sum = 0;
  for (const auto& tender : ticket.tenders) sum += tender.amount.minor;
  return sum;
}

bool is_sound(const Document& document) { return check_document(document).empty(); }

}  // namespace

TEST_CASE("trade: an invoice becomes the sale that INTERFACES shows", "[demo]") {
  const auto document = only(invoice("536365", {line("85123A", 6, 2'550'000, "WHITE HANGING HEART T-LIGHT HOLDER")}));
  const Sale& sale = sale_of(document);
  CHECK(document.header.contract == "sale/1");
  CHECK(document.header.location.value == "GB");
  CHECK(document.header.till.value.starts_with("GB-"));
  CHECK(document.header.document_no.value == "536365");
  CHECK(format_date(*document.header.business_date) == "2010-12-01");
  CHECK(format_instant(*document.header.occurred_at) == "2010-12-01T08:26:00Z");
  CHECK(sale.currency.code == "GBP");
  CHECK_FALSE(sale.prices_include_tax);
  CHECK(sale.customer == "17850");
  REQUIRE(sale.lines.size() == 1);
  CHECK(sale.lines[0].kind == "goods");
  CHECK(sale.lines[0].amount.minor == 1'530);
  REQUIRE(sale.tax_summary.size() == 1);
  CHECK(sale.tax_summary[0].code == "S");
  CHECK(sale.tax_summary[0].amount.minor == 268);
  CHECK(sale.totals.net.minor == 1'530);
  CHECK(sale.totals.tax.minor == 268);
  CHECK(sale.totals.gross.minor == 1'798);
  CHECK(tendered(sale) == 1'798);
  CHECK(is_sound(document));
  CHECK(parse_document(*parse_tree(document_to_json(document), Syntax::kJson)));
}

TEST_CASE("trade: the tax is that of the date and the country", "[demo]") {
  const auto tax = [](std::string country, std::string_view at) {
    const auto document = only(invoice("1", {line("A", 1, 100'000'000)}, std::move(country), "", at));
    CHECK(is_sound(document));
    return std::pair(sale_of(document).tax_summary.at(0).code, sale_of(document).totals.tax.minor);
  };
  CHECK(tax("United Kingdom", "2011-01-03T23:59:59Z") == std::pair(std::string("S"), std::int64_t{1'750}));
  CHECK(tax("United Kingdom", "2011-01-04T00:00:00Z") == std::pair(std::string("S"), std::int64_t{2'000}));
  CHECK(tax("Germany", "2011-01-04T00:00:00Z") == std::pair(std::string("Z"), std::int64_t{0}));
}

TEST_CASE("trade: lines that are not goods carry their kind and their tax", "[demo]") {
  const auto document = only(invoice("1", {line("A", 1, 10'000'000), line("POST", 1, 18'000'000), line("BANK CHARGES", 1, 15'000'000)}));
  const Sale& sale = sale_of(document);
  CHECK(sale.lines[1].kind == "shipping");
  CHECK(sale.lines[2].kind == "fee");
  REQUIRE(sale.tax_summary.size() == 2);
  CHECK(sale.tax_summary[0].code == "E");
  CHECK(sale.tax_summary[0].base.minor == 1'500);
  CHECK(sale.tax_summary[0].amount.minor == 0);
  CHECK(sale.tax_summary[1].base.minor == 2'800);
  CHECK(sale.tax_summary[1].amount.minor == 490);
  CHECK(is_sound(document));
}

TEST_CASE("trade: a cancellation is a return with positive quantities and amounts", "[demo]") {
  const auto document = only(invoice("C536379", {line("D", -1, 27'500'000, "Discount"), line("22556", -12, 1'650'000)}));
  CHECK(document.header.contract == "return/1");
  CHECK(document.header.document_no.value == "C536379");
  REQUIRE(std::holds_alternative<Return>(document.body));
  const auto& ticket = std::get<Return>(document.body);
  CHECK(ticket.lines[0].kind == "discount");
  CHECK(ticket.lines[0].qty.milli == 1'000);
  CHECK(ticket.lines[0].amount.minor == 2'750);
  CHECK(ticket.lines[1].qty.milli == 12'000);
  CHECK(ticket.totals.net.minor == 4'730);
  CHECK(tendered(ticket) == ticket.totals.gross.minor);
  CHECK(is_sound(document));
}

TEST_CASE("trade: a cancellation that also gives goods out is a sale with signed lines", "[demo]") {
  const auto document = only(invoice("C1", {line("A", -3, 1'000'000), line("B1", 1, 500'000)}));
  CHECK(document.header.contract == "sale/1");
  CHECK(sale_of(document).lines[0].qty.milli == -3'000);
  CHECK(sale_of(document).totals.net.minor == -250);
  CHECK(tendered(sale_of(document)) == sale_of(document).totals.gross.minor);
  CHECK(is_sound(document));
  CHECK(only(invoice("C2", {line("A", -3, -1'000'000)})).header.contract == "sale/1");
}

TEST_CASE("trade: an exchange is one sale with lines of both signs", "[demo]") {
  const auto document = only(invoice("7", {line("A", -2, 4'000'000), line("A1", 3, 5'000'000)}));
  CHECK(sale_of(document).lines[0].amount.minor == -800);
  CHECK(sale_of(document).totals.net.minor == 700);
  CHECK(is_sound(document));
}

TEST_CASE("trade: one line at price 0 without a customer is a stock adjustment with its own sign", "[demo]") {
  const auto minus = only(invoice("536589", {line("21777", -10, 0, "thrown away")}, "United Kingdom", ""));
  CHECK(minus.header.contract == "stock-movement/1");
  const auto& movement = std::get<StockMovement>(minus.body);
  CHECK(movement.type == "adjustment");
  CHECK(movement.reason->code == "damage");
  CHECK(movement.reason->text.value == "thrown away");
  REQUIRE(movement.lines.size() == 1);
  CHECK(movement.lines[0].sku.value == "21777");
  CHECK(movement.lines[0].qty.milli == -10'000);
  CHECK(is_sound(minus));
  const auto plus = only(invoice("536590", {line("21777", 56, 0, "found")}, "United Kingdom", ""));
  CHECK(std::get<StockMovement>(plus.body).lines[0].qty.milli == 56'000);
  CHECK(std::get<StockMovement>(plus.body).reason->code == "found");
}

TEST_CASE("trade: at price 0, a customer, a second line, a C or no goods make it no adjustment", "[demo]") {
  CHECK(only(invoice("1", {line("84535B", 16, 0)})).header.contract == "sale/1");
  CHECK(only(invoice("1", {line("A", 1, 0), line("A", 1, 0)}, "United Kingdom", "")).header.contract == "sale/1");
  CHECK(only(invoice("1", {line("A", 0, 0)}, "United Kingdom", "")).header.contract == "sale/1");
  CHECK(only(invoice("C1", {line("A", -1, 0)}, "United Kingdom", "")).header.contract == "return/1");
  const auto postage = only(invoice("547966", {line("DOT", 1'000, 0, "")}, "United Kingdom", ""));
  CHECK(sale_of(postage).lines[0].kind == "shipping");
  CHECK(sale_of(postage).tenders.empty());
  CHECK(is_sound(postage));
}

TEST_CASE("trade: invoices A56318x are account entries, with their sign", "[demo]") {
  const auto document = only(invoice("A563186", {line("B", 1, -11'062'060'000, "Adjust bad debt")}, "United Kingdom", "", "2011-08-12T14:51:00Z"));
  const Sale& sale = sale_of(document);
  CHECK(sale.lines[0].kind == "account");
  CHECK(sale.totals.gross.minor == -1'106'206);
  CHECK(sale.totals.tax.minor == 0);
  REQUIRE(sale.tenders.size() == 1);
  CHECK(sale.tenders[0].type == "account");
  CHECK(sale.tenders[0].amount.minor == -1'106'206);
  // The price below 0 is the file's own; it is a doubt and stays one.
  const auto warnings = check_document(document);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].code == "negative_price");
  CHECK(only(invoice("AB1", {line("A", 1, 1'000'000)})).header.contract == "sale/1");
  CHECK(sale_of(only(invoice("AB1", {line("A", 1, 1'000'000)}))).lines[0].kind == "goods");
}

TEST_CASE("trade: a price of 0.001 and a quantity of 80,995 add up to the penny", "[demo]") {
  const auto document = only(invoice("1", {line("PADS", 1, 1'000), line("PADS", 5, 1'000), line("23843", 80'995, 2'080'000)}));
  const Sale& sale = sale_of(document);
  CHECK(sale.lines[0].amount.minor == 0);
  CHECK(sale.lines[1].amount.minor == 1);  // 0.005, half away from zero
  CHECK(sale.lines[2].amount.minor == 16'846'960);
  CHECK(is_sound(document));
  CHECK(is_sound(only(invoice("C1", {line("23843", -80'995, 2'080'000)}))));
}

TEST_CASE("trade: exact duplicate lines, empty descriptions and the case of SKUs stay", "[demo]") {
  const auto document = only(invoice("1", {line("85123A", 1, 2'550'000, ""), line("85123A", 1, 2'550'000, ""), line("85123a", 1, 5'790'000, " x ")}));
  const Sale& sale = sale_of(document);
  REQUIRE(sale.lines.size() == 3);
  CHECK(sale.lines[0].line_no == 1);
  CHECK(sale.lines[1].line_no == 2);
  CHECK(sale.lines[1].sku.value == "85123A");
  CHECK(sale.lines[2].sku.value == "85123a");
  CHECK(sale.lines[2].description.value == " x ");
  CHECK(is_sound(document));
}

TEST_CASE("trade: small tickets are paid in cash now and then, with change that makes the sum right", "[demo]") {
  std::set<std::string> types;
  int with_change = 0;
  for (int i = 0; i < 60; ++i) {
    const auto document = only(invoice(std::to_string(536'365 + i), {line("A", 3, 2'990'000)}));
    const Sale& sale = sale_of(document);
    CHECK(tendered(sale) == sale.totals.gross.minor);
    types.insert(sale.tenders.at(0).type);
    if (sale.tenders.size() == 2) {
      ++with_change;
      CHECK(sale.tenders[0].amount.minor == 1'500);
      CHECK(sale.tenders[1].type == "cash");
      CHECK(sale.tenders[1].amount.minor < 0);
    }
  }
  CHECK(types == std::set<std::string>{"card", "cash"});
  CHECK(with_change > 0);
  const auto large = only(invoice("1", {line("A", 100, 2'990'000)}));
  CHECK(sale_of(large).tenders.at(0).type == "card");
}

TEST_CASE("trade: the same invoice and seed give the same document", "[demo]") {
  const auto source = invoice("536366", {line("A", 3, 2'990'000)});
  CHECK(document_to_json(only(source)) == document_to_json(only(source)));
}

TEST_CASE("trade: an invoice may have as many lines as a document, one more makes a second document", "[demo]") {
  const std::vector<InvoiceLine> full(kDocumentLinesMax, line("A", 1, 1'000'000));
  CHECK(documents(invoice("1", full)).size() == 1);
  auto more = full;
  more.push_back(line("B2", 1, 2'000'000));
  const auto two = documents(invoice("1", more));
  REQUIRE(two.size() == 2);
  CHECK(two[0].header.document_no.value == "1");
  CHECK(two[1].header.document_no.value == "1/2");
  CHECK(sale_of(two[1]).lines.at(0).line_no == 1);
  CHECK(sale_of(two[1]).totals.net.minor == 200);
  CHECK(is_sound(two[0]));
  CHECK(is_sound(two[1]));
}

TEST_CASE("trade: an amount that leaves 64 bits is refused, naming the invoice", "[demo]") {
  const auto refused = documents_of(invoice("5", {line("A", 9'000'000'000'000, 9'000'000'000'000'000)}), {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kLimitExceeded);
  CHECK(refused.error().operation == "invoice 5");
}
