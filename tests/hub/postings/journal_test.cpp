#include "hub/postings/journal.h"

#include <catch2/catch.hpp>

#include <random>

#include "hub/postings/chart.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

SaleLine line(const std::string& kind, std::int64_t minor, std::vector<std::string> codes = {}) {
  SaleLine made = goods_line("A", 1, 0);  // the price says nothing here; minor may be absurd
  made.amount = Amount{minor};
  made.kind = kind;
  made.tax_codes = std::move(codes);
  return made;
}
TaxSummary tax(const std::string& code, std::int64_t minor) {
  TaxSummary made;
  made.code = code;
  made.amount = Amount{minor};
  return made;
}
Tender tender(const std::string& type, std::int64_t minor) {
  Tender made;
  made.type = type;
  made.amount = Amount{minor};
  return made;
}
Sale ticket(std::vector<SaleLine> lines, std::vector<TaxSummary> taxes, std::vector<Tender> tenders, bool inclusive = false) {
  Sale sale;
  sale.currency = Currency{"GBP"};
  sale.prices_include_tax = inclusive;
  sale.lines = std::move(lines);
  sale.tax_summary = std::move(taxes);
  sale.tenders = std::move(tenders);
  return sale;
}
/// "account:±minor", debit positive.
std::vector<std::string> entries(const Journal& journal) {
  std::vector<std::string> made;
  for (const JournalLine& entry : journal.lines) {
    CHECK((entry.debit.minor == 0) != (entry.credit.minor == 0));
    CHECK(entry.debit.minor >= 0);
    CHECK(entry.credit.minor >= 0);
    made.push_back(entry.account + entry.tender + entry.tax_code + ":" + std::to_string(entry.debit.minor - entry.credit.minor));
  }
  return made;
}
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("journal: a sale debits tenders and credits revenue and tax", "[postings]") {
  const Journal journal = journal_of(ticket({line("goods", 1'530, {"S"})}, {tax("S", 268)}, {tender("card", 1'798)}), false);
  CHECK(journal.problem.empty());
  CHECK(entries(journal) == Texts{"1010card:1798", "4000:-1530", "2200S:-268"});
}

TEST_CASE("journal: a return is the sale turned around", "[postings]") {
  const Journal journal = journal_of(ticket({line("goods", 1'530, {"S"})}, {tax("S", 268)}, {tender("card", 1'798)}), true);
  CHECK(journal.problem.empty());
  CHECK(entries(journal) == Texts{"1010card:-1798", "4000:1530", "2200S:268"});
}

TEST_CASE("journal: change is taken off the cash", "[postings]") {
  const Journal journal = journal_of(ticket({line("goods", 1'000)}, {}, {tender("cash", 2'000), tender("cash", -1'000)}), false);
  CHECK(entries(journal) == Texts{"1000cash:1000", "4000:-1000"});
}

TEST_CASE("journal: change of another tender is a credit", "[postings]") {
  const Journal journal = journal_of(ticket({line("goods", 1'000)}, {}, {tender("gift_card", 1'500), tender("cash", -500)}), false);
  CHECK(entries(journal) == Texts{"2100gift_card:1500", "1000cash:-500", "4000:-1000"});
}

TEST_CASE("journal: each kind of line goes to its account, liabilities among them", "[postings]") {
  const Journal journal = journal_of(
      ticket({line("goods", 100), line("gift_card", 2'000), line("tip", 50), line("discount", -10), line("goods", 1)}, {}, {tender("card", 2'141)}),
      false);
  CHECK(journal.problem.empty());
  CHECK(entries(journal) == Texts{"1010card:2141", "4000:-101", "2100:-2000", "2130:-50", "4800:10"});
}

TEST_CASE("journal: rounding closes the gap between tenders and gross", "[postings]") {
  Sale swiss = ticket({line("goods", 1'002)}, {}, {tender("cash", 1'000)});
  swiss.totals.gross = Amount{1'002};
  swiss.totals.rounding = Amount{-2};
  const Journal journal = journal_of(swiss, false);
  CHECK(journal.problem.empty());
  CHECK(entries(journal) == Texts{"1000cash:1000", "4000:-1002", "6900:2"});
}

TEST_CASE("journal: where prices include tax, lines are credited net", "[postings]") {
  const Journal journal = journal_of(ticket({line("goods", 1'200, {"S"}), line("service", 600, {"S"}), line("goods", 500, {"Z"})},
                                            {tax("S", 300), tax("Z", 0)}, {tender("card", 2'300)}, true),
                                     false);
  CHECK(journal.problem.empty());
  CHECK(entries(journal) == Texts{"1010card:2300", "4000:-1500", "4100:-500", "2200S:-300"});
}

TEST_CASE("journal: the parts of a tax add up to it, whatever rounding does", "[postings]") {
  const Journal journal = journal_of(ticket({line("goods", 1, {"S"}), line("service", 1, {"S"}), line("fee", 1, {"S"})}, {tax("S", 1)},
                                            {tender("card", 3)}, true),
                                     false);
  CHECK(journal.problem.empty());
  CHECK(entries(journal) == Texts{"1010card:3", "4100:-1", "4300:-1", "2200S:-1"});
}

TEST_CASE("journal: tax without a line that names it is borne by lines without a code, else by all", "[postings]") {
  CHECK(entries(journal_of(ticket({line("goods", 120), line("service", 100, {"Z"})}, {tax("S", 20), tax("Z", 0)}, {tender("card", 220)}, true),
                           false)) == Texts{"1010card:220", "4000:-100", "4100:-100", "2200S:-20"});
  CHECK(entries(journal_of(ticket({line("goods", 110, {"Z"}), line("service", 110, {"Z"})}, {tax("S", 20)}, {tender("card", 220)}, true),
                           false)) == Texts{"1010card:220", "4000:-100", "4100:-100", "2200S:-20"});
}

TEST_CASE("journal: an exchange of equal goods has no money in it", "[postings]") {
  const Journal journal = journal_of(ticket({line("goods", 500, {"S"}), line("goods", -500, {"S"})}, {tax("S", 0)}, {}, true), false);
  CHECK(journal.problem.empty());
  CHECK(journal.lines.empty());
}

TEST_CASE("journal: figures that do not balance are told", "[postings]") {
  const Journal journal = journal_of(ticket({line("goods", 1'530)}, {tax("S", 268)}, {tender("card", 1'797)}), false);
  CHECK(journal.problem == "debit 17.97, credit 17.98 GBP");
}

TEST_CASE("journal: sums beyond 64 bits are told and never wrap", "[postings]") {
  Sale absurd = ticket({line("goods", 0)}, {}, {tender("card", INT64_MAX), tender("card", INT64_MAX)});
  CHECK_FALSE(journal_of(absurd, false).problem.empty());
  absurd.tenders = {tender("card", INT64_MIN)};
  CHECK_FALSE(journal_of(absurd, true).problem.empty());
  absurd.prices_include_tax = true;
  absurd.lines = {line("goods", INT64_MAX, {"S"}), line("service", INT64_MAX, {"S"}), line("goods", INT64_MAX, {"S"})};
  absurd.tax_summary = {tax("S", INT64_MAX)};
  CHECK_FALSE(journal_of(absurd, false).problem.empty());
}

TEST_CASE("journal: turned around it still balances, twice it is the first", "[postings]") {
  const Journal journal = journal_of(ticket({line("goods", 1'530, {"S"})}, {tax("S", 268)}, {tender("card", 1'798)}), false);
  const auto turned = reversed(journal.lines);
  CHECK(turned[0].credit.minor == 1'798);
  CHECK(check_balance(turned, "GBP").empty());
  CHECK(reversed(turned)[0].debit.minor == 1'798);
  auto broken = turned;
  broken[0].credit.minor -= 1;
  CHECK(check_balance(broken, "GBP") == "debit 17.98, credit 17.97 GBP");
}

TEST_CASE("journal: random honest tickets always balance", "[postings]") {
  std::mt19937 random(7);
  const auto pick = [&random](std::int64_t low, std::int64_t high) { return std::uniform_int_distribution<std::int64_t>(low, high)(random); };
  const std::vector<std::string> kinds{"goods", "service", "shipping", "gift_card", "discount"};
  const std::vector<std::string> codes{"S", "R", "Z"};
  for (int round = 0; round < 500; ++round) {
    std::vector<SaleLine> lines;
    std::int64_t amount = 0;
    const std::int64_t count = pick(1, 8);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t minor = pick(-3'000, 9'000);
      amount += minor;
      lines.push_back(line(kinds[static_cast<std::size_t>(pick(0, 4))], minor, {codes[static_cast<std::size_t>(pick(0, 2))]}));
    }
    std::vector<TaxSummary> taxes;
    std::int64_t tax_sum = 0;
    for (const std::string& code : codes) {
      taxes.push_back(tax(code, pick(-300, 900)));
      tax_sum += taxes.back().amount.minor;
    }
    const bool inclusive = pick(0, 1) == 1;
    const std::int64_t rounding = pick(-2, 2);
    const std::int64_t due = amount + (inclusive ? 0 : tax_sum) + rounding;
    const std::int64_t cash = pick(-1'000, 1'000);
    Sale sale = ticket(lines, taxes, {tender("card", due - cash), tender("cash", cash)}, inclusive);
    sale.totals.rounding = Amount{rounding};
    const Journal journal = journal_of(sale, pick(0, 1) == 1);
    INFO("round " << round);
    CHECK(journal.problem.empty());
    CHECK(check_balance(journal.lines, "GBP").empty());
  }
}
