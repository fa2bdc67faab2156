#include "common/base/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace tillsync {
namespace {

__extension__ using Int128 = __int128;

constexpr int kExponentMax = 64;  // beyond it no number of ours has digits left; keeps the loop short

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::unexpected<Error> not_a_number(std::string_view text) {
  return fail(ErrorCode::kInvalid, "parse decimal", "'" + std::string(text.substr(0, 40)) + "' is not a decimal number",
              "write it like \"12.50\"");
}

std::unexpected<Error> too_large(std::string_view text) {
  return fail(ErrorCode::kLimitExceeded, "parse decimal", "'" + std::string(text.substr(0, 40)) + "' is too large");
}

/// Divides by a positive number, half away from zero.
Int128 divide_rounded(Int128 value, Int128 divisor) {
  const Int128 half = divisor / 2;
  return value >= 0 ? (value + half) / divisor : (value - half) / divisor;
}

Int128 power_of_ten(int exponent) {
  Int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

Result<Amount> to_amount(Int128 value, const char* operation) {
  if (value > std::numeric_limits<std::int64_t>::max() || value < std::numeric_limits<std::int64_t>::min())
    return fail(ErrorCode::kLimitExceeded, operation, "the product leaves 64 bits");
  return Amount{static_cast<std::int64_t>(value)};
}

constexpr std::array<std::string_view, 16> kNoDecimals = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                                          "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF"};
constexpr std::array<std::string_view, 7> kThreeDecimals = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
constexpr std::string_view kKnownCodes =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF "
    "GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD "
    "LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP "
    "PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP "
    "TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

}  // namespace

Result<std::int64_t> parse_decimal(std::string_view text, int scale) {
  std::size_t at = 0;
  bool negative = false;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';

  // Digits are collected without leading zeros; `point` counts the decimals seen.
  std::string digits;
  int decimals = 0;
  bool any_digit = false;
  bool in_fraction = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !in_fraction && any_digit) {
      in_fraction = true;
      if (at + 1 >= text.size() || !is_digit(text[at + 1])) return not_a_number(text);
      continue;
    }
    if (!is_digit(c)) break;
    any_digit = true;
    if (in_fraction) ++decimals;
    if (!digits.empty() || c != '0') digits += c;
  }
  if (!any_digit) return not_a_number(text);

  int exponent = 0;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    bool exponent_negative = false;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) exponent_negative = text[at++] == '-';
    if (at >= text.size()) return not_a_number(text);
    for (; at < text.size() && is_digit(text[at]); ++at) exponent = std::min(exponent * 10 + (text[at] - '0'), 100'000);
    if (exponent_negative) exponent = -exponent;
  }
  if (at != text.size()) return not_a_number(text);
  if (digits.empty()) return 0;

  // value = digits × 10^(shift) in units of 10^-scale
  while (digits.size() > 1 && digits.back() == '0') {
    digits.pop_back();
    --decimals;
  }
  const int shift = exponent - decimals + scale;
  if (shift < 0)
    return fail(ErrorCode::kInvalid, "parse decimal",
                "'" + std::string(text.substr(0, 40)) + "' has more than " + std::to_string(scale) + " decimals",
                "round it to " + std::to_string(scale) + " decimals");
  if (shift > kExponentMax || digits.size() + static_cast<std::size_t>(shift) > 20) return too_large(text);
  Int128 value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  value *= power_of_ten(shift);
  if (negative) value = -value;
  if (value > std::numeric_limits<std::int64_t>::max() || value < std::numeric_limits<std::int64_t>::min())
    return too_large(text);
  return static_cast<std::int64_t>(value);
}

std::string format_decimal(std::int64_t value, int scale, int min_decimals) {
  // The magnitude of the smallest 64-bit number does not fit in 64 signed bits.
  const std::uint64_t magnitude = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  constexpr std::size_t kDigitsMax = 20;  // of a 64-bit number
  char digits[kDigitsMax];
  const char* end = std::to_chars(std::begin(digits), std::end(digits), magnitude).ptr;
  const auto count = static_cast<std::size_t>(end - digits);
  const auto width = static_cast<std::size_t>(scale);

  std::string text = value < 0 ? "-" : "";
  if (count > width)
    text.append(digits, count - width);
  else
    text += '0';
  if (width == 0) return text;
  text += '.';
  if (count < width) text.append(width - count, '0');
  text.append(count > width ? end - width : digits, end);
  std::size_t decimals = width;
  while (decimals > static_cast<std::size_t>(min_decimals) && text.back() == '0') {
    text.pop_back();
    --decimals;
  }
  if (decimals == 0) text.pop_back();
  return text;
}

int minor_digits(std::string_view currency_code) {
  if (std::ranges::find(kNoDecimals, currency_code) != kNoDecimals.end()) return 0;
  if (std::ranges::find(kThreeDecimals, currency_code) != kThreeDecimals.end()) return 3;
  if (currency_code == "CLF" || currency_code == "UYW") return 4;
  return 2;
}

bool is_known_currency(std::string_view currency_code) {
  return currency_code.size() == 3 && currency_code.find(' ') == std::string_view::npos &&
         kKnownCodes.find(currency_code) != std::string_view::npos;
}

std::string format_quantity(Quantity quantity) { return format_decimal(quantity.milli, Quantity::kScale, 0); }

std::string format_amount(Amount amount, std::string_view currency_code) {
  const int digits = minor_digits(currency_code);
  return format_decimal(amount.minor, digits, digits);
}

std::string format_unit_price(UnitPrice price) { return format_decimal(price.micro, UnitPrice::kScale, 2); }

std::string format_rate(Rate rate) { return format_decimal(rate.micro, Rate::kScale, 0); }

Result<Amount> multiply(Quantity quantity, UnitPrice price, int digits) {
  const Int128 product = static_cast<Int128>(quantity.milli) * price.micro;
  return to_amount(divide_rounded(product, power_of_ten(Quantity::kScale + UnitPrice::kScale - digits)),
                   "multiply quantity by unit price");
}

Result<Amount> multiply(Amount base, Rate rate) {
  return to_amount(divide_rounded(static_cast<Int128>(base.minor) * rate.micro, power_of_ten(Rate::kScale)),
                   "multiply amount by rate");
}

std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

}  // namespace tillsync
