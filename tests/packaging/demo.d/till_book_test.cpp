#include "packaging/demo.d/till_book.h"

#include <catch2/catch.hpp>

#include "common/contract/codec.h"
#include "packaging/demo.d/trade.h"

using namespace tillsync;
using namespace tillsync::demo;

namespace {

const LocationId kStore("GB");
const TillId kTill("GB-1");
const Date kDay{15'000};

Document ticket(std::string number, std::int64_t price_micro, std::int64_t units = 1) {
  Invoice invoice{std::move(number), "United Kingdom", "", {kDay.days * std::int64_t{86'400'000'000} + 9}, {}};
  invoice.lines.push_back({"A", "THING", {units * 1'000}, {price_micro}, invoice.at});
  invoice.lines.push_back({"BANK CHARGES", "", {units * 1'000}, {1'000'000}, invoice.at});
  auto made = documents_of(invoice, {1, 1});
  REQUIRE(made);
  return made->at(0);
}

const TillClose& body(const Document& close) { return std::get<TillClose>(close.body); }

}  // namespace

TEST_CASE("till book: sequence has no gap over all documents, closes among them", "[demo]") {
  TillBook book(kStore, kTill);
  auto one = ticket("1", 10'000'000);
  auto two = ticket("C2", 10'000'000, -1);
  book.enter(one);
  book.enter(two);
  CHECK(one.header.sequence == 1);
  CHECK(two.header.sequence == 2);
  const auto close = book.close(kDay, {});
  CHECK(close.header.sequence == 3);
  auto three = ticket("3", 10'000'000);
  book.enter(three);
  CHECK(three.header.sequence == 4);
  CHECK(body(close).first_sequence == 1);
  CHECK(body(close).last_sequence == 2);
  CHECK(body(close).first_document_no.value == "1");
  CHECK(body(close).last_document_no.value == "C2");
  const auto next = book.close({kDay.days + 1}, {});
  CHECK(body(next).first_sequence == 4);
  CHECK(body(next).last_sequence == 4);
  CHECK(body(close).z_no == "1");
  CHECK(body(next).z_no == "2");
}

TEST_CASE("till book: a close adds up its documents, returns negative", "[demo]") {
  TillBook book(kStore, kTill);
  std::int64_t gross = 0;
  std::map<std::string, std::int64_t> tenders;
  for (int i = 1; i <= 20; ++i) {
    auto document = ticket(std::to_string(i), 10'990'000 * i);
    for (const auto& tender : std::get<Sale>(document.body).tenders) tenders[tender.type] += tender.amount.minor;
    gross += std::get<Sale>(document.body).totals.gross.minor;
    book.enter(document);
  }
  auto returned = ticket("C21", 10'990'000, -2);
  for (const auto& tender : std::get<Return>(returned.body).tenders) tenders[tender.type] -= tender.amount.minor;
  gross -= std::get<Return>(returned.body).totals.gross.minor;
  book.enter(returned);

  const auto close = book.close(kDay, {});
  CHECK(body(close).counts.sale == 20);
  CHECK(body(close).counts.return_count == 1);
  REQUIRE(body(close).totals.size() == 1);
  const auto& totals = body(close).totals[0];
  CHECK(totals.currency.code == "GBP");
  CHECK(totals.gross.minor == gross);
  CHECK(totals.net.minor + totals.tax.minor == gross);
  REQUIRE(totals.taxes.size() == 2);
  CHECK(totals.taxes[0].code == "E");
  CHECK(totals.taxes[0].base.minor == 1'800);
  CHECK(totals.taxes[1].code == "S");
  CHECK(totals.taxes[1].amount.minor == totals.tax.minor);
  std::int64_t expected = 0;
  for (const auto& tender : body(close).tenders) {
    CHECK(tender.expected.minor == tenders.at(tender.type));
    CHECK(tender.counted->minor == tender.expected.minor);
    expected += tender.expected.minor;
  }
  CHECK(expected == gross);
  CHECK(check_document(close).empty());
}

TEST_CASE("till book: a day without documents closes with zeros and no range", "[demo]") {
  TillBook book(kStore, kTill);
  const auto close = book.close(kDay, {});
  CHECK(close.header.contract == "till-close/1");
  CHECK(close.header.document_no.value == "Z-" + format_date(kDay));
  CHECK_FALSE(body(close).first_sequence);
  CHECK_FALSE(body(close).last_sequence);
  REQUIRE(body(close).totals.size() == 1);
  CHECK(body(close).totals[0].gross.minor == 0);
  CHECK(body(close).tenders.empty());
  CHECK(check_document(close).empty());
}

TEST_CASE("till book: two rates of one code stand apart", "[demo]") {
  TillBook book(kStore, kTill);
  auto before = ticket("1", 10'000'000);
  auto after = before;
  std::get<Sale>(before.body).tax_summary[1].rate.micro = 175'000;
  book.enter(before);
  book.enter(after);
  const auto close = book.close(kDay, {});
  CHECK(body(close).totals[0].taxes.size() == 3);
}

TEST_CASE("till book: training is counted and adds no money; movements are counted by the range only", "[demo]") {
  TillBook book(kStore, kTill);
  auto training = ticket("1", 10'000'000);
  training.header.mode = "training";
  book.enter(training);
  Document movement{make_header("stock-movement/1", kStore, kTill, "2", kDay, {}), StockMovement{}};
  book.enter(movement);
  const auto close = book.close(kDay, {});
  CHECK(body(close).counts.training == 1);
  CHECK(body(close).counts.sale == 0);
  CHECK(body(close).totals[0].gross.minor == 0);
  CHECK(body(close).last_sequence == 2);
}
