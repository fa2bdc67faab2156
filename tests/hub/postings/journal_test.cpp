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
    made.push_back(entry.account + entry.tender + entry.tax_code + (entry.tax_base.empty() ? "" : "<" + entry.tax_base + ">") + ":" + std::to_string(entry.debit.minor - entry.credit.minor));
  }
  return made;
}
using Texts = std::vector<std::string>;
Journal journal_of(const Sale& sale, bool is_return) { return tillsync::hub::journal_of(sale, is_return, default_chart()); }

}  // namespace

TEST_CASE("journal: a sale debits tenders and credits revenue and tax", "[postings]") {
  const Journal journal = journal_of(ticket({line("goods", 1'530, {"S"})}, {tax("S", 268)}, {tender("card", 1'798)}), false);
  CHECK(journal.problem.empty());
  CHECK(entries(journal) == Texts{"1010card:1798", "4000<S>:-1530", "2200S:-268"});
}

TEST_CASE("journal: a return is the sale turned around", "[postings]") {
  const Journal journal = journal_of(ticket({line("goods", 1'530, {"S"})}, {tax("S", 268)}, {tender("card", 1'798)}), true);
  CHECK(journal.problem.empty());
  CHECK(entries(journal) == Texts{"1010card:-1798", "4000<S>:1530", "2200S:268"});
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
  CHECK(entries(journal) == Texts{"1010card:2300", "4000<S>:-1000", "4100<S>:-500", "4000<Z>:-500", "2200S:-300"});
}

TEST_CASE("journal: the parts of a tax add up to it, whatever rounding does", "[postings]") {
  const Journal journal = journal_of(ticket({line("goods", 1, {"S"}), line("service", 1, {"S"}), line("fee", 1, {"S"})}, {tax("S", 1)},
                                            {tender("card", 3)}, true),
                                     false);
  CHECK(journal.problem.empty());
  CHECK(entries(journal) == Texts{"1010card:3", "4100<S>:-1", "4300<S>:-1", "2200S:-1"});
}

TEST_CASE("journal: tax without a line that names it is borne by lines without a code, else by all", "[postings]") {
  CHECK(entries(journal_of(ticket({line("goods", 120), line("service", 100, {"Z"})}, {tax("S", 20), tax("Z", 0)}, {tender("card", 220)}, true),
                           false)) == Texts{"1010card:220", "4000:-100", "4100<Z>:-100", "2200S:-20"});
  CHECK(entries(journal_of(ticket({line("goods", 110, {"Z"}), line("service", 110, {"Z"})}, {tax("S", 20)}, {tender("card", 220)}, true),
                           false)) == Texts{"1010card:220", "4000<Z>:-100", "4100<Z>:-100", "2200S:-20"});
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

TEST_CASE("journal: taxes go by code and rate, to the accounts of their codes", "[postings]") {
  Chart chart = default_chart();
  chart.taxes["S"] = "2201";
  TaxSummary old_rate = tax("S", 175), new_rate = tax("S", 200);
  old_rate.rate = Rate{175'000};
  new_rate.rate = Rate{200'000};
  const Journal journal = tillsync::hub::journal_of(ticket({line("goods", 2'000, {"S"})}, {old_rate, new_rate, tax("Z", 1)}, {tender("card", 2'376)}), false, chart);
  CHECK(journal.problem.empty());
  CHECK(entries(journal) == Texts{"1010card:2376", "4000<S>:-2000", "2201S:-175", "2201S:-200", "2200Z:-1"});
  CHECK(journal.lines[2].tax_rate == Rate{175'000});
  CHECK(journal.lines[3].tax_rate == Rate{200'000});
}

TEST_CASE("journal: discounts stand apart where the chart has an account for them", "[postings]") {
  SaleLine reduced = line("goods", 800, {"S"});
  reduced.discounts.emplace_back();
  reduced.discounts.back().amount = Amount{200};
  Chart apart = default_chart();
  apart.discounts = "4800";
  const Sale net = ticket({reduced}, {tax("S", 160)}, {tender("card", 960)});
  CHECK(entries(tillsync::hub::journal_of(net, false, default_chart())) == Texts{"1010card:960", "4000<S>:-800", "2200S:-160"});
  CHECK(entries(tillsync::hub::journal_of(net, false, apart)) == Texts{"1010card:960", "4000<S>:-1000", "4800<S>:200", "2200S:-160"});
  // With tax inside the prices the discount bears its part of it.
  SaleLine inside = line("goods", 960, {"S"});
  inside.discounts.emplace_back();
  inside.discounts.back().amount = Amount{240};
  const Journal journal = tillsync::hub::journal_of(ticket({inside}, {tax("S", 160)}, {tender("card", 960)}, true), false, apart);
  CHECK(journal.problem.empty());
  CHECK(entries(journal) == Texts{"1010card:960", "4000<S>:-1000", "4800<S>:200", "2200S:-160"});
}

TEST_CASE("journal: foreign cash has an account of its own where the chart says so", "[postings]") {
  Chart chart = default_chart();
  chart.tenders["cash/EUR"] = "1002";
  Tender euros = tender("cash", 500), same = tender("cash", 300);
  euros.currency = Currency{"EUR"};
  same.currency = Currency{"GBP"};
  CHECK(entries(tillsync::hub::journal_of(ticket({line("goods", 800)}, {}, {euros, same}), false, chart)) == Texts{"1002cash:500", "1000cash:300", "4000:-800"});
}

TEST_CASE("journal: a close books what its counts differ by, in its own currency", "[postings]") {
  TillClose close;
  close.currency = Currency{"GBP"};
  for (const auto& [type, currency, minor] : {std::tuple("cash", "GBP", -250), std::tuple("card", "GBP", 100), std::tuple("cash", "EUR", 700), std::tuple("cheque", "GBP", 0)}) {
    CloseTender counted;
    counted.type = type;
    counted.currency = Currency{currency};
    counted.over_short = Amount{minor};
    close.tenders.push_back(counted);
  }
  const Journal journal = tillsync::hub::journal_of(close, default_chart(), close.currency);
  CHECK(journal.problem.empty());
  CHECK(entries(journal) == Texts{"1000cash:-250", "6910:250", "1010card:100", "6910:-100"});
}

TEST_CASE("journal: cash that goes in, out, to the safe and back", "[postings]") {
  const auto event = [](const char* type, std::int64_t minor) {
    TillEvent made;
    made.type = type;
    made.currency = Currency{"GBP"};
    made.amount = Amount{minor};
    return entries(tillsync::hub::journal_of(made, default_chart()));
  };
  CHECK(event("cash_in", 100) == Texts{"1000:100", "6920:-100"});
  CHECK(event("cash_out", 100) == Texts{"6920:100", "1000:-100"});
  CHECK(event("drop", 5'000) == Texts{"1005:5000", "1000:-5000"});
  CHECK(event("float", 5'000) == Texts{"1000:5000", "1005:-5000"});
  CHECK(event("no_sale", 100).empty());
  CHECK(event("cancelled", 100).empty());
  CHECK(event("something new", 100).empty());
  CHECK(event("drop", 0).empty());
}

TEST_CASE("journal: goods at cost where the chart asks for it, and nowhere else", "[postings]") {
  Chart chart = default_chart();
  chart.currency = "GBP";
  chart.costs = CostAccounts{"1400", "2000", "5100", "1450", "3000", ""};
  const auto moved = [&](const char* type, std::int64_t qty_milli, std::int64_t cost_micro) {
    StockMovement made;
    made.type = type;
    made.lines.resize(2);
    made.lines[0].sku = Sku("A");
    made.lines[0].qty = Quantity{qty_milli};
    made.lines[0].unit_cost = UnitPrice{cost_micro};
    made.lines[1].qty = Quantity{5'000};  // its cost is not said
    return tillsync::hub::journal_of(made, chart);
  };
  CHECK(entries(moved("receipt", 3'000, 1'105'000)) == Texts{"1400:332", "2000:-332"});
  CHECK(entries(moved("transfer_out", 3'000, 1'000'000)) == Texts{"1400:-300", "1450:300"});
  CHECK(entries(moved("transfer_in", 3'000, 1'000'000)) == Texts{"1400:300", "1450:-300"});
  CHECK(entries(moved("adjustment", -3'000, 1'000'000)) == Texts{"1400:-300", "5100:300"});
  CHECK(entries(moved("opening", 3'000, 1'000'000)) == Texts{"1400:300", "3000:-300"});
  for (const char* type : {"count", "status_change", "something new"}) CHECK(entries(moved(type, 3'000, 1'000'000)).empty());
  CHECK(entries(moved("receipt", 3'000, 0)).empty());
  CHECK_FALSE(moved("receipt", INT64_MAX, INT64_MAX).problem.empty());
  chart.costs.reset();
  CHECK(entries(moved("receipt", 3'000, 1'000'000)).empty());
}
