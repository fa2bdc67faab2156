#include "packaging/demo.d/line_meaning.h"

#include <array>
#include <string>

namespace tillsync::demo {
namespace {

struct SpecialCode {
  std::string_view code;
  LineMeaning meaning;
};

constexpr std::array<SpecialCode, 10> kSpecialCodes = {{
    {"POST", {"shipping", TaxClass::kTaxed}},          // postage charged to the customer: taxed as the goods that it carries
    {"DOT", {"shipping", TaxClass::kTaxed}},           // a day's postage of the web shop
    {"C2", {"shipping", TaxClass::kTaxed}},            // carriage, the freight to Ireland
    {"D", {"discount", TaxClass::kTaxed}},             // money off after the sale; takes its tax back with it
    {"M", {"service", TaxClass::kTaxed}},              // "Manual": an amount keyed by hand, with no stock behind it
    {"S", {"service", TaxClass::kTaxed}},              // samples charged or credited; the retailer keeps no stock of them
    {"BANK CHARGES", {"fee", TaxClass::kExempt}},      // money services are VAT exempt
    {"AMAZONFEE", {"fee", TaxClass::kOutside}},        // what the marketplace keeps; no supply by the retailer
    {"CRUK", {"donation", TaxClass::kOutside}},        // "CRUK Commission": the share given to Cancer Research UK
    {"B", {"account", TaxClass::kOutside}},            // "Adjust bad debt": a ledger entry, neither goods nor sale
}};
// "gift_0001_20" is a voucher of £20. The file's prices are 17.02 and 16.67, which are £20.00 without 17.5 % and 20 %: the
// retailer taxed vouchers when it sold them, so they carry the standard rate.
constexpr std::string_view kGiftPrefix = "gift_";
constexpr Rate kNoRate{0};
constexpr Rate kVat2010{175'000};
constexpr Rate kVat2011{200'000};
constexpr Date kVatChange{14'978};  // 2011-01-04

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_without_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

/// Whether `word` stands in `text` with no letter before it and, when `whole`, none behind it.
bool has_word(std::string_view text, std::string_view word, bool whole) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !is_letter(text[at - 1]);
    const std::size_t end = at + word.size();
    if (begins && (!whole || end == text.size() || !is_letter(text[end]))) return true;
  }
  return false;
}

struct ReasonWord {
  std::string_view word;
  bool whole;
  std::string_view reason;
};

// The first that fits wins, so what is surer stands first: "wrongly sold sets" is a set that was split, not a wrong label.
// What is only lost, missing, counted or "?" stays unspecified: nobody knew why.
constexpr std::array<ReasonWord, 34> kReasonWords = {{
    {"found", true, "found"},
    {"stolen", true, "theft"},
    {"theft", true, "theft"},
    {"set", true, "set_split"},
    {"sets", true, "set_split"},
    {"sold in 6", false, "set_split"},
    {"damage", false, "damage"},
    {"damges", true, "damage"},
    {"thrown", true, "damage"},
    {"throw", true, "damage"},
    {"wet", true, "damage"},
    {"rust", false, "damage"},
    {"mould", false, "damage"},
    {"broken", true, "damage"},
    {"breakage", false, "damage"},
    {"smashed", true, "damage"},
    {"crack", false, "damage"},
    {"crushed", true, "damage"},
    {"faulty", true, "damage"},
    {"unsaleable", true, "damage"},
    {"water", false, "damage"},
    {"sample", false, "sample"},
    {"mailout", true, "sample"},
    {"given away", true, "sample"},
    {"showroom", true, "sample"},
    {"display", true, "sample"},
    {"barcode", false, "mislabel"},
    {"code", false, "mislabel"},
    {"label", false, "mislabel"},
    {"mix up", false, "mislabel"},
    {"mixed up", true, "mislabel"},
    {"wrongly", true, "mislabel"},
    {"sold as", true, "mislabel"},
    {"incorrectly", true, "mislabel"},
}};

}  // namespace

LineMeaning line_meaning(std::string_view stock_code) {
  for (const auto& special : kSpecialCodes)
    if (equal_without_case(stock_code, special.code)) return special.meaning;
  if (equal_without_case(stock_code.substr(0, kGiftPrefix.size()), kGiftPrefix)) return {"gift_card", TaxClass::kTaxed};
  return {"goods", TaxClass::kTaxed};
}

TaxOfLine tax_of_line(TaxClass tax_class, std::string_view location, Date date) {
  if (tax_class == TaxClass::kExempt) return {"E", kNoRate};
  if (tax_class == TaxClass::kOutside) return {"O", kNoRate};
  if (location != "GB") return {"Z", kNoRate};
  return {"S", date < kVatChange ? kVat2010 : kVat2011};
}

std::string_view adjustment_reason(std::string_view description) {
  std::string text;
  for (const char c : description) text.push_back(lower(c));
  for (const auto& entry : kReasonWords)
    if (has_word(text, entry.word, entry.whole)) return entry.reason;
  return "unspecified";
}

}  // namespace tillsync::demo
