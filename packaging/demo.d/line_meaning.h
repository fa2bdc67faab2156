// What a line of the file is: goods, or one of the codes that are not; and why a stock adjustment was made. The table with
// its reasons stands in line_meaning.cpp. Pure. Source: CONTRACT "Real files, what they mean".
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/decimal.h"
#include "common/base/time.h"

namespace tillsync::demo {

enum class TaxClass : std::uint8_t {
  kTaxed,    // the country's rate: standard in the United Kingdom, zero for a sale that leaves it
  kExempt,   // VAT exempt (money services)
  kOutside,  // no supply, so outside the tax
};

struct LineMeaning {
  std::string_view kind;  // of CONTRACT's sale/1
  TaxClass tax = TaxClass::kTaxed;
};

/// By the stock code, whose case does not matter for the codes that are not goods ("m" is "M"); a code that is in no table
/// is goods, and there case matters.
LineMeaning line_meaning(std::string_view stock_code);

struct TaxOfLine {
  std::string_view code;  // "S" standard, "Z" zero-rated, "E" exempt, "O" outside
  Rate rate;
};
/// UK VAT is 17.5 % until 2011-01-03 and 20 % from 2011-01-04. A sale in any other country leaves the United Kingdom as an
/// export or intra-community supply: zero-rated.
TaxOfLine tax_of_line(TaxClass tax_class, std::string_view location, Date date);

/// damage, theft, sample, found, mislabel, set_split or unspecified, from what the stock room wrote ("thrown away").
std::string_view adjustment_reason(std::string_view description);

}  // namespace tillsync::demo
