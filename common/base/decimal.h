// Exact numbers of the trade: integers with a fixed scale, never a double. Pure. Any thread.
//
//   Quantity   thousandths of the SKU's base unit       "6", "0.5", "-1.250"
//   Amount     the currency's minor unit (ISO 4217)     "15.30" GBP = 1530, "1500" JPY = 1500
//   UnitPrice  millionths of the currency's major unit  "0.001" = 1000
//   Rate       millionths                               "0.175" = 175000
//
// Source of the scales: CONTRACT "Forms", ARCHITECTURE rule 10.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace tillsync {

/// Reads a decimal number (optional sign, digits, optional fraction, optional exponent as JSON writes it) as an integer of
/// `scale` decimals. Errors: kInvalid for text that is no number or has more decimals than `scale` (trailing zeros do not
/// count); kLimitExceeded where the result leaves 64 bits.
Result<std::int64_t> parse_decimal(std::string_view text, int scale);

/// Shortest text: no trailing zeros after the point, at least `min_decimals` decimals. format_decimal(1530, 2, 2) = "15.30".
std::string format_decimal(std::int64_t value, int scale, int min_decimals);

struct Quantity {
  static constexpr int kScale = 3;
  std::int64_t milli = 0;
  auto operator<=>(const Quantity&) const = default;
};

struct UnitPrice {
  static constexpr int kScale = 6;
  std::int64_t micro = 0;
  auto operator<=>(const UnitPrice&) const = default;
};

struct Rate {
  static constexpr int kScale = 6;
  std::int64_t micro = 0;
  auto operator<=>(const Rate&) const = default;
};

/// Without its currency; the object that holds it names the currency.
struct Amount {
  std::int64_t minor = 0;
  auto operator<=>(const Amount&) const = default;
};

/// ISO 4217 code: three capital letters.
struct Currency {
  std::string code;
  auto operator<=>(const Currency&) const = default;
};

/// Minor-unit digits of ISO 4217: 0 for JPY and its like, 3 for KWD and its like, 4 for CLF and UYW, else 2.
int minor_digits(std::string_view currency_code);
/// Whether the code stands in ISO 4217's list of active codes. An unknown one is a warning, not a refusal.
bool is_known_currency(std::string_view currency_code);

std::string format_quantity(Quantity quantity);                           // "6", "0.5"
std::string format_amount(Amount amount, std::string_view currency_code); // "15.30"
std::string format_unit_price(UnitPrice price);                           // "2.55"
std::string format_rate(Rate rate);                                       // "0.175"

/// round(quantity × unit price) to minor units, half away from zero; kLimitExceeded when it leaves 64 bits.
Result<Amount> multiply(Quantity quantity, UnitPrice price, int digits);
/// round(base × rate), half away from zero.
Result<Amount> multiply(Amount base, Rate rate);
/// nullopt when the sum leaves 64 bits.
std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b);

}  // namespace tillsync
