#include "common/base/decimal.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace tillsync;

namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

ErrorCode refused(std::string_view text, int scale) {
  const auto number = parse_decimal(text, scale);
  REQUIRE_FALSE(number.has_value());
  return number.error().code;
}

}  // namespace

TEST_CASE("decimal: text becomes an integer of the scale", "[base][decimal]") {
  CHECK(parse_decimal("15.30", 2) == 1'530);
  CHECK(parse_decimal("6", 3) == 6'000);
  CHECK(parse_decimal("-0.5", 3) == -500);
  CHECK(parse_decimal("+1", 0) == 1);
  CHECK(parse_decimal("0", 6) == 0);
  CHECK(parse_decimal("-0.000", 2) == 0);
  CHECK(parse_decimal("007", 0) == 7);
  CHECK(parse_decimal("0.001", 6) == 1'000);
  CHECK(parse_decimal("000000000000000000000000000001", 2) == 100);
}

TEST_CASE("decimal: exponents are read as JSON writes them", "[base][decimal]") {
  CHECK(parse_decimal("1e3", 0) == 1'000);
  CHECK(parse_decimal("1.5E+2", 0) == 150);
  CHECK(parse_decimal("1200e-2", 0) == 12);
  CHECK(parse_decimal("0e999999999999999999999", 2) == 0);
  CHECK(parse_decimal("0.00000000000000000001e20", 0) == 1);
}

TEST_CASE("decimal: trailing zeros do not count as decimals, other digits do", "[base][decimal]") {
  CHECK(parse_decimal("6.000000000", 0) == 6);
  CHECK(parse_decimal("2.5500", 2) == 255);
  CHECK(refused("2.555", 2) == ErrorCode::kInvalid);
  CHECK(refused("1e-1", 0) == ErrorCode::kInvalid);
  CHECK(refused("1e-999999", 6) == ErrorCode::kInvalid);
}

TEST_CASE("decimal: what is no number is refused", "[base][decimal]") {
  for (const char* text : {"", "-", "+", ".", ".5", "5.", "1,5", "1 ", " 1", "1e", "1e+", "1e1.5", "0x10", "NaN", "inf",
                           "--1", "1.2.3", "١"}) {
    INFO(text);
    CHECK(refused(text, 2) == ErrorCode::kInvalid);
  }
  CHECK(refused(std::string("1\0", 2), 2) == ErrorCode::kInvalid);
}

TEST_CASE("decimal: 64 bits are the limit, on both sides", "[base][decimal]") {
  CHECK(parse_decimal("9223372036854775807", 0) == kMax);
  CHECK(parse_decimal("-9223372036854775808", 0) == kMin);
  CHECK(parse_decimal("92233720368547758.07", 2) == kMax);
  CHECK(refused("9223372036854775808", 0) == ErrorCode::kLimitExceeded);
  CHECK(refused("-9223372036854775809", 0) == ErrorCode::kLimitExceeded);
  CHECK(refused("92233720368547758.08", 2) == ErrorCode::kLimitExceeded);
  CHECK(refused("1e400", 2) == ErrorCode::kLimitExceeded);
  CHECK(refused("1e99999999999999999999", 2) == ErrorCode::kLimitExceeded);
  CHECK(refused(std::string(100'000, '9'), 2) == ErrorCode::kLimitExceeded);
}

TEST_CASE("decimal: an error shows only the start of a long text", "[base][decimal]") {
  CHECK(parse_decimal(std::string(100'000, 'x'), 2).error().detail.size() < 100);
}

TEST_CASE("decimal: the shortest text, with a least number of decimals", "[base][decimal]") {
  CHECK(format_decimal(1'530, 2, 2) == "15.30");
  CHECK(format_decimal(1'530, 2, 0) == "15.3");
  CHECK(format_decimal(1'500, 2, 0) == "15");
  CHECK(format_decimal(0, 2, 2) == "0.00");
  CHECK(format_decimal(0, 2, 0) == "0");
  CHECK(format_decimal(0, 0, 0) == "0");
  CHECK(format_decimal(5, 3, 0) == "0.005");
  CHECK(format_decimal(-5, 3, 2) == "-0.005");
  CHECK(format_decimal(-50, 3, 2) == "-0.05");
  CHECK(format_decimal(100, 0, 0) == "100");
  CHECK(format_decimal(1'000, 3, 0) == "1");
  CHECK(format_decimal(kMax, 6, 2) == "9223372036854.775807");
  CHECK(format_decimal(kMin, 2, 2) == "-92233720368547758.08");
  CHECK(format_decimal(kMin, 0, 0) == "-9223372036854775808");
}

TEST_CASE("decimal: text and number are each other's inverse", "[base][decimal]") {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{10}, std::int64_t{999'999}, kMax, kMin})
    for (int scale = 0; scale <= 6; ++scale)
      for (int decimals = 0; decimals <= scale; ++decimals)
        CHECK(parse_decimal(format_decimal(value, scale, decimals), scale) == value);
}

TEST_CASE("decimal: each type has its own text", "[base][decimal]") {
  CHECK(format_quantity(Quantity{6'000}) == "6");
  CHECK(format_quantity(Quantity{-1'250}) == "-1.25");
  CHECK(format_amount(Amount{1'530}, "GBP") == "15.30");
  CHECK(format_amount(Amount{1'530}, "JPY") == "1530");
  CHECK(format_amount(Amount{1'530}, "KWD") == "1.530");
  CHECK(format_amount(Amount{1'530}, "") == "15.30");
  CHECK(format_unit_price(UnitPrice{2'550'000}) == "2.55");
  CHECK(format_unit_price(UnitPrice{1'000}) == "0.001");
  CHECK(format_unit_price(UnitPrice{0}) == "0.00");
  CHECK(format_rate(Rate{175'000}) == "0.175");
}

TEST_CASE("decimal: minor units are those of ISO 4217", "[base][decimal]") {
  for (const char* code : {"JPY", "KRW", "ISK", "CLP", "XOF"}) CHECK(minor_digits(code) == 0);
  for (const char* code : {"KWD", "BHD", "TND"}) CHECK(minor_digits(code) == 3);
  for (const char* code : {"CLF", "UYW"}) CHECK(minor_digits(code) == 4);
  for (const char* code : {"GBP", "EUR", "USD", "XXX", ""}) CHECK(minor_digits(code) == 2);
}

TEST_CASE("decimal: only whole codes of the list are known currencies", "[base][decimal]") {
  for (const char* code : {"AED", "GBP", "EUR", "ZWG"}) CHECK(is_known_currency(code));
  for (const char* code : {"", "GB", "GBPX", "gbp", "XXY", "D A", "ED ", " AE", "DEM"})
    CHECK_FALSE(is_known_currency(code));
}

TEST_CASE("decimal: quantity times price rounds half away from zero", "[base][decimal]") {
  CHECK(multiply(Quantity{6'000}, UnitPrice{2'550'000}, 2) == Amount{1'530});
  CHECK(multiply(Quantity{3'000}, UnitPrice{335'000}, 2) == Amount{101});  // 1.005
  CHECK(multiply(Quantity{-3'000}, UnitPrice{335'000}, 2) == Amount{-101});
  CHECK(multiply(Quantity{1'000}, UnitPrice{4'999}, 2) == Amount{0});  // 0.004999
  CHECK(multiply(Quantity{1'000}, UnitPrice{5'000}, 2) == Amount{1});
  CHECK(multiply(Quantity{1'000}, UnitPrice{500'000}, 0) == Amount{1});
  CHECK(multiply(Quantity{255}, UnitPrice{3'125'000}, 3) == Amount{797});  // 0.796875
  CHECK(multiply(Quantity{kMax}, UnitPrice{kMax}, 2).error().code == ErrorCode::kLimitExceeded);
  CHECK(multiply(Quantity{kMin}, UnitPrice{kMin}, 4).error().code == ErrorCode::kLimitExceeded);
  CHECK(multiply(Quantity{kMin}, UnitPrice{1}, 0).has_value());
}

TEST_CASE("decimal: base times rate rounds half away from zero", "[base][decimal]") {
  CHECK(multiply(Amount{1'530}, Rate{175'000}) == Amount{268});  // 267.75
  CHECK(multiply(Amount{-1'530}, Rate{175'000}) == Amount{-268});
  CHECK(multiply(Amount{100}, Rate{5'000}) == Amount{1});  // 0.5
  CHECK(multiply(Amount{kMax}, Rate{1'000'000}) == Amount{kMax});
  CHECK(multiply(Amount{kMax}, Rate{1'000'001}).error().code == ErrorCode::kLimitExceeded);
}

TEST_CASE("decimal: a sum that leaves 64 bits is no number", "[base][decimal]") {
  CHECK(checked_add(kMax - 1, 1) == kMax);
  CHECK(checked_add(kMin, kMax) == -1);
  CHECK_FALSE(checked_add(kMax, 1).has_value());
  CHECK_FALSE(checked_add(kMin, -1).has_value());
}
