#include "packaging/demo.d/generate.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

using namespace tillsync;
using namespace tillsync::demo;

namespace {

std::string text_of(const GenerateOptions& options) {
  std::string text;
  for (const auto& row : generate(options)) text += to_csv_line(row);
  return text;
}

}  // namespace

TEST_CASE("generate: a seed gives the same trade, another seed another", "[demo]") {
  CHECK(text_of({7, 2, 40}) == text_of({7, 2, 40}));
  CHECK(text_of({7, 2, 40}) != text_of({8, 2, 40}));
}

TEST_CASE("generate: three countries, as many days as asked, rows in the order of time", "[demo]") {
  const auto rows = generate({1, 4, 60});
  std::set<std::string> countries, days;
  for (const auto& row : rows) {
    countries.insert(row.country);
    days.insert(format_date(date_of(row.at)));
  }
  CHECK(countries == std::set<std::string>{"France", "Germany", "United Kingdom"});
  CHECK(days == std::set<std::string>{"2011-01-02", "2011-01-03", "2011-01-04", "2011-01-05"});
  CHECK(std::is_sorted(rows.begin(), rows.end(), [](const RetailRow& a, const RetailRow& b) { return a.at < b.at; }));
}

TEST_CASE("generate: rows can be read as rows of a real file", "[demo]") {
  CsvParser parser([&](const CsvRecord& record) -> Result<void> {
    auto row = parse_retail_row(record);
    if (!row) return std::unexpected(row.error());
    return {};
  });
  CHECK(parser.feed(text_of({3, 3, 50})));
  CHECK(parser.finish());
}

TEST_CASE("generate: every trap of the real file is in it", "[demo]") {
  for (const std::uint64_t seed : {1ULL, 2ULL, 99ULL}) {
    const auto rows = generate({seed, 3, 80});
    std::map<std::string, std::vector<RetailRow>> invoices;
    std::set<std::string> codes, folded;
    bool three_decimals = false, below_zero = false, huge = false, huge_back = false, no_description = false, no_customer = false,
         comma = false, quote = false;
    for (const auto& row : rows) {
      invoices[row.invoice].push_back(row);
      codes.insert(row.stock_code);
      three_decimals = three_decimals || row.price.micro == 1'000;
      below_zero = below_zero || row.price.micro < 0;
      huge = huge || row.quantity.milli == 80'995'000;
      huge_back = huge_back || row.quantity.milli == -80'995'000;
      no_description = no_description || row.description.empty();
      no_customer = no_customer || row.customer.empty();
      comma = comma || row.description.find(',') != std::string::npos;
      quote = quote || row.description.find('"') != std::string::npos;
    }
    CHECK((three_decimals && below_zero && huge && huge_back && no_description && no_customer && comma && quote));
    for (const auto* code : {"M", "POST", "DOT", "C2", "D", "AMAZONFEE", "BANK CHARGES", "CRUK", "B", "PADS"}) CHECK(codes.count(code) == 1);
    for (auto code : codes) {
      for (auto& c : code) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      folded.insert(code);
    }
    CHECK(folded.size() < codes.size());
    bool both_signs = false, duplicate = false, long_running = false, write_off = false, comes_back = false;
    for (const auto& [number, lines] : invoices) {
      std::set<std::string> texts;
      std::set<std::int64_t> times;
      bool plus = false, minus = false;
      for (const auto& row : lines) {
        duplicate = !texts.insert(to_csv_line(row)).second || duplicate;
        times.insert(row.at.micros);
        (row.quantity.milli < 0 ? minus : plus) = true;
      }
      both_signs = both_signs || (plus && minus);
      long_running = long_running || times.size() > 1;
      write_off = write_off || (lines.size() == 1 && minus && lines[0].price.micro == 0 && lines[0].customer.empty());
      comes_back = comes_back || (number[0] == 'C' && minus);
    }
    CHECK((both_signs && duplicate && long_running && write_off && comes_back));
    CHECK(invoices.count("A563185") == 1);
  }
}

TEST_CASE("generate: an invoice belongs to one country", "[demo]") {
  std::map<std::string, std::string> countries;
  for (const auto& row : generate({1, 3, 80})) CHECK(countries.try_emplace(row.invoice, row.country).first->second == row.country);
}
