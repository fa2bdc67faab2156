#include "packaging/demo.d/stores.h"

#include <array>
#include <utility>

#include "packaging/demo.d/random.h"

namespace tillsync::demo {
namespace {

// ISO 3166-1 where the country has a code; "EU" is reserved there; "XC" and "ZZ" are from its user-assigned part.
constexpr std::array<std::pair<std::string_view, std::string_view>, 38> kCountries = {{
    {"Australia", "AU"},      {"Austria", "AT"},     {"Bahrain", "BH"},
    {"Belgium", "BE"},        {"Brazil", "BR"},      {"Canada", "CA"},
    {"Channel Islands", "XC"},{"Cyprus", "CY"},      {"Czech Republic", "CZ"},
    {"Denmark", "DK"},        {"EIRE", "IE"},        {"European Community", "EU"},
    {"Finland", "FI"},        {"France", "FR"},      {"Germany", "DE"},
    {"Greece", "GR"},         {"Hong Kong", "HK"},   {"Iceland", "IS"},
    {"Israel", "IL"},         {"Italy", "IT"},       {"Japan", "JP"},
    {"Lebanon", "LB"},        {"Lithuania", "LT"},   {"Malta", "MT"},
    {"Netherlands", "NL"},    {"Norway", "NO"},      {"Poland", "PL"},
    {"Portugal", "PT"},       {"RSA", "ZA"},         {"Saudi Arabia", "SA"},
    {"Singapore", "SG"},      {"Spain", "ES"},       {"Sweden", "SE"},
    {"Switzerland", "CH"},    {"USA", "US"},         {"United Arab Emirates", "AE"},
    {"United Kingdom", "GB"}, {"Unspecified", "ZZ"},
}};
constexpr std::size_t kFallbackLettersMax = 24;

}  // namespace

LocationId location_of_country(std::string_view country) {
  for (const auto& [name, code] : kCountries)
    if (name == country) return LocationId(std::string(code));
  std::string id = "X-";
  for (const char c : country) {
    if (id.size() == 2 + kFallbackLettersMax) break;
    if (c >= 'a' && c <= 'z')
      id.push_back(static_cast<char>(c - 'a' + 'A'));
    else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
      id.push_back(c);
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::uint64_t hash = stable_hash(country);
  id.push_back('-');
  for (int shift = 12; shift >= 0; shift -= 4) id.push_back(kDigits[(hash >> shift) & 0xF]);
  return LocationId(std::move(id));
}

LocationId warehouse() { return LocationId("WH"); }

int till_count(const LocationId& location, int gb_tills) { return location.value == "GB" ? gb_tills : 1; }

TillId till_id(const LocationId& location, int n) { return TillId(location.value + "-" + std::to_string(n)); }

TillId till_of_invoice(const LocationId& location, std::string_view invoice_number, int gb_tills) {
  const auto tills = static_cast<std::uint64_t>(till_count(location, gb_tills));
  return till_id(location, static_cast<int>(stable_hash(invoice_number) % tills) + 1);
}

}  // namespace tillsync::demo
