#include "hub/postings/cost_book.h"

#include <catch2/catch.hpp>

#include "hub/intake/intake.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

Chart costing_chart() {
  Chart chart = default_chart();
  chart.company = "UK Ltd";
  chart.currency = "GBP";
  chart.costs = CostAccounts{"1400", "2000", "5100", "1450", "3000", "5000"};
  return chart;
}

StockChanged stock_change(const char* movement, std::int64_t units, std::int64_t cost_micro = 0, const char* location = "GB") {
  StockChanged change;
  change.location = LocationId(location);
  change.sku = Sku("A");
  change.state = "sellable";
  change.change = Quantity{units * 1'000};
  change.movement = movement;
  change.unit_cost = UnitPrice{cost_micro};
  return change;
}

std::int64_t average_of(const CostBook& book, const char* location = "GB") {
  const auto cost = book.cost_of(stock_change("sale", -1, 0, location), costing_chart());
  return cost ? cost->micro : -1;
}

std::vector<std::string> lines_of(const GoodsCost& cost) {
  std::vector<std::string> texts;
  for (const JournalLine& line : cost.lines) texts.push_back(line.account + ":" + std::to_string(line.debit.minor - line.credit.minor));
  return texts;
}

}  // namespace

TEST_CASE("costs: what comes in with a unit cost moves the average, what goes out does not", "[postings]") {
  const Chart chart = costing_chart();
  CostBook book;
  CHECK(average_of(book) == -1);
  book.apply(stock_change("receipt", 10, 1'000'000), chart);
  CHECK(average_of(book) == 1'000'000);
  book.apply(stock_change("sale", -5), chart);
  book.apply(stock_change("receipt", 15, 2'000'000), chart);  // (5 × 1 + 15 × 2) / 20
  CHECK(average_of(book) == 1'750'000);
  book.apply(stock_change("transfer_out", -10, 9'000'000), chart);
  book.apply(stock_change("receipt", 10), chart);  // says no cost: comes in at the average
  CHECK(average_of(book) == 1'750'000);
  book.apply(stock_change("adjustment", 1, 22'750'000), chart);  // (20 × 1.75 + 22.75) / 21
  CHECK(average_of(book) == 2'750'000);
  book.apply(stock_change("opening", 21, 0), chart);
  book.apply(stock_change("transfer_in", 42, 5'250'000), chart);
  CHECK(average_of(book) == 4'000'000);
  CHECK(book.rows().at({"UK Ltd", "GBP", LocationId("GB"), Sku("A")}).quantity_milli == 84'000);
}

TEST_CASE("costs: rounding is half away from zero, of a millionth", "[postings]") {
  const Chart chart = costing_chart();
  CostBook book;
  book.apply(stock_change("receipt", 1, 1), chart);
  book.apply(stock_change("receipt", 1, 2), chart);
  CHECK(average_of(book) == 2);  // 1.5
  book.apply(stock_change("receipt", 1, 1), chart);
  CHECK(average_of(book) == 2);  // 5 / 3
}

TEST_CASE("costs: what comes in when all was sold, or more than there was, stands for itself", "[postings]") {
  const Chart chart = costing_chart();
  CostBook book;
  book.apply(stock_change("receipt", 2, 1'000'000), chart);
  book.apply(stock_change("sale", -2), chart);
  book.apply(stock_change("receipt", 1, 3'000'000), chart);
  CHECK(average_of(book) == 3'000'000);
  book.apply(stock_change("sale", -5), chart);
  book.apply(stock_change("receipt", 10, 4'000'000), chart);
  CHECK(average_of(book) == 4'000'000);
  CHECK(book.rows().at({"UK Ltd", "GBP", LocationId("GB"), Sku("A")}).quantity_milli == 6'000);
}

TEST_CASE("costs: a void of what came in takes its cost out again, a void of what went out leaves the average", "[postings]") {
  const Chart chart = costing_chart();
  CostBook book;
  book.apply(stock_change("receipt", 10, 1'000'000), chart);
  book.apply(stock_change("receipt", 10, 2'000'000), chart);
  book.apply(stock_change("void", -10, 2'000'000), chart);
  CHECK(average_of(book) == 1'000'000);
  book.apply(stock_change("void", 3, 7'000'000), chart);  // of a transfer that went out
  CHECK(average_of(book) == 1'000'000);
  // What would leave nothing, or less than nothing, cannot say a cost.
  book.apply(stock_change("void", -13, 1'000'000), chart);
  CHECK(average_of(book) == 1'000'000);
  book.apply(stock_change("receipt", 10, 1'000'000), chart);
  book.apply(stock_change("void", -5, 3'000'000), chart);
  CHECK(average_of(book) == 1'000'000);
}

TEST_CASE("costs: a location has its own where goods came in with a cost there, else its company's", "[postings]") {
  const Chart chart = costing_chart();
  CostBook book;
  book.apply(stock_change("receipt", 10, 1'000'000, "WH"), chart);
  CHECK(average_of(book, "GB") == 1'000'000);
  book.apply(stock_change("receipt", 10, 3'000'000, "GB"), chart);
  CHECK(average_of(book, "GB") == 3'000'000);
  CHECK(average_of(book, "WH") == 1'000'000);
  CHECK(average_of(book, "DE") == 2'000'000);
  // A transfer takes from one and gives to the other; for the company it is as before.
  book.apply(stock_change("transfer_out", -10, 0, "WH"), chart);
  book.apply(stock_change("transfer_in", 10, 0, "GB"), chart);
  CHECK(average_of(book, "DE") == 2'000'000);
  CHECK(book.rows().at({"UK Ltd", "GBP", LocationId(""), Sku("A")}).quantity_milli == 20'000);
  Chart other = chart;
  other.company = "FR SA";
  CHECK_FALSE(book.cost_of(stock_change("sale", -1), other));
}

TEST_CASE("costs: consignment has none, and charts that do not ask keep none", "[postings]") {
  Chart chart = costing_chart();
  CostBook book;
  StockChanged lent = stock_change("receipt", 10, 1'000'000);
  lent.owner = "SUPPLIER";
  book.apply(lent, chart);
  chart.costs->cost_of_goods.clear();
  book.apply(stock_change("receipt", 10, 1'000'000), chart);
  chart.costs.reset();
  book.apply(stock_change("receipt", 10, 1'000'000), chart);
  CHECK(book.rows().empty());
  CHECK_FALSE(has_cost(stock_change("sale", -1), chart));
}

TEST_CASE("costs: a sale debits cost of goods, what comes back credits it", "[postings]") {
  const Chart chart = costing_chart();
  CostBook book;
  book.apply(stock_change("receipt", 10, 1'105'000), chart);
  const auto cost = [&](std::vector<StockChanged> stock) { return lines_of(cost_of_goods(stock, book, chart)); };
  using Texts = std::vector<std::string>;
  CHECK(cost({stock_change("sale", -3)}) == Texts{"5000:332", "1400:-332"});
  CHECK(cost({stock_change("sale", 3)}) == Texts{"5000:-332", "1400:332"});
  CHECK(cost({stock_change("return", 3)}) == Texts{"5000:-332", "1400:332"});
  CHECK(cost({stock_change("sale", -3), stock_change("sale", -1)}) == Texts{"5000:443", "1400:-443"});  // 3.315 and 1.105, each rounded
  CHECK(cost({stock_change("sale", -3), stock_change("sale", 3)}).empty());
  // What a count had taken off before stays the count's.
  CHECK(cost({stock_change("sale", -3), stock_change("count_correction", 3)}) == Texts{"5000:332", "1400:-332"});
  CHECK(cost({stock_change("receipt", 3, 1'000'000)}).empty());
  CHECK(cost({}).empty());
}

TEST_CASE("costs: what is not known books none and is named once", "[postings]") {
  const Chart chart = costing_chart();
  CostBook book;
  const std::vector<StockChanged> stock{stock_change("sale", -3), stock_change("sale", -1)};
  const GoodsCost cost = cost_of_goods(stock, book, chart);
  CHECK(cost.lines.empty());
  CHECK(cost.unknown == std::vector<Sku>{Sku("A")});
}

TEST_CASE("costs: figures beyond measure neither wrap nor book", "[postings]") {
  const Chart chart = costing_chart();
  CostBook book;
  StockChanged huge = stock_change("receipt", 1, 1'000'000);
  huge.change.milli = kSummableMax + 1;
  book.apply(huge, chart);
  CHECK(book.rows().empty());
  huge.change.milli = kSummableMax;
  huge.unit_cost.micro = INT64_MAX;
  book.apply(huge, chart);
  CHECK(average_of(book) == INT64_MAX);
  book.apply(huge, chart);  // the quantity is beyond all sums now: begins anew
  CHECK(average_of(book) == INT64_MAX);
  CHECK(cost_of_goods(std::vector{stock_change("sale", -1'000'000)}, book, chart).unknown.size() == 1);
}
