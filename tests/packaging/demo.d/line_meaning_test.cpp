#include "packaging/demo.d/line_meaning.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::demo;

TEST_CASE("line meaning: the codes that are not goods say what they are", "[demo]") {
  CHECK(line_meaning("POST").kind == "shipping");
  CHECK(line_meaning("DOT").kind == "shipping");
  CHECK(line_meaning("C2").kind == "shipping");
  CHECK(line_meaning("D").kind == "discount");
  CHECK(line_meaning("M").kind == "service");
  CHECK(line_meaning("m").kind == "service");
  CHECK(line_meaning("S").kind == "service");
  CHECK(line_meaning("BANK CHARGES").kind == "fee");
  CHECK(line_meaning("AMAZONFEE").kind == "fee");
  CHECK(line_meaning("CRUK").kind == "donation");
  CHECK(line_meaning("B").kind == "account");
  CHECK(line_meaning("gift_0001_20").kind == "gift_card");
}

TEST_CASE("line meaning: everything else is goods, odd codes among them", "[demo]") {
  for (const auto* code : {"85123A", "85123a", "PADS", "DCGS0003", "DCGSSGIRL", "SP1002", "10002", "gift", "POSTER", "MM"})
    CHECK(line_meaning(code).kind == "goods");
}

TEST_CASE("line meaning: the rate of tax is that of the date and the country", "[demo]") {
  const auto rate = [](std::string_view location, std::string_view date) {
    return tax_of_line(TaxClass::kTaxed, location, *parse_date(date));
  };
  CHECK(rate("GB", "2010-12-01").rate.micro == 175'000);
  CHECK(rate("GB", "2011-01-03").rate.micro == 175'000);
  CHECK(rate("GB", "2011-01-04").rate.micro == 200'000);
  CHECK(rate("GB", "2011-12-09").rate.micro == 200'000);
  CHECK(rate("GB", "2011-01-04").code == "S");
  CHECK(rate("DE", "2011-01-04").code == "Z");
  CHECK(rate("XC", "2011-01-04").rate.micro == 0);
  CHECK(tax_of_line(TaxClass::kExempt, "GB", *parse_date("2011-01-04")).code == "E");
  CHECK(tax_of_line(TaxClass::kOutside, "GB", *parse_date("2011-01-04")).code == "O");
  CHECK(tax_of_line(TaxClass::kOutside, "GB", *parse_date("2011-01-04")).rate.micro == 0);
}

TEST_CASE("line meaning: the stock room's notes give the reason", "[demo]") {
  const std::vector<std::pair<std::string, std::string>> notes = {
      {"damages", "damage"}, {"Damaged", "damage"}, {"wet/rusty", "damage"}, {"mouldy, thrown away.", "damage"},
      {"thrown away-can't sell.", "damage"}, {"smashed", "damage"}, {"crushed", "damage"}, {"broken", "damage"},
      {"samples/damages", "damage"}, {"Found", "found"}, {"found", "found"}, {"samples", "sample"}, {"mailout ", "sample"},
      {"Given away", "sample"}, {"showroom", "sample"}, {"Display", "sample"}, {"stolen?", "theft"},
      {"wrongly sold as sets", "set_split"}, {"Dotcom set", "set_split"}, {"? sold as sets?", "set_split"},
      {"Dotcom sold in 6's", "set_split"}, {"sold as set/6 by dotcom", "set_split"}, {"wrong barcode (22467)", "mislabel"},
      {"barcode problem", "mislabel"}, {"label mix up", "mislabel"}, {"wrong code?", "mislabel"}, {"sold as 22467", "mislabel"},
      {"", "unspecified"}, {"?", "unspecified"}, {"check", "unspecified"}, {"adjustment", "unspecified"}, {"?lost", "unspecified"},
      {"MIA", "unspecified"}, {"amazon", "unspecified"}, {"offset", "unspecified"}, {"profound", "unspecified"}};
  for (const auto& [note, reason] : notes) {
    INFO(note);
    CHECK(adjustment_reason(note) == reason);
  }
}
