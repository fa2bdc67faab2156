#include "hub/reconcile/till_day.h"

#include <algorithm>

#include "hub/intake/intake.h"
#include "hub/reconcile/sequence_ranges.h"

namespace tillsync::hub {
namespace {

constexpr unsigned kPackedBits = 7;
constexpr std::uint64_t kPackedMask = (1U << kPackedBits) - 1;
constexpr unsigned kPackedBitsMax = 63;

void pack_number(Bytes& bytes, std::uint64_t number) {
  while (number > kPackedMask) {
    bytes.push_back(static_cast<char>((number & kPackedMask) | (kPackedMask + 1)));
    number >>= kPackedBits;
  }
  bytes.push_back(static_cast<char>(number));
}

const Sale* money_in(const Document& document) {
  if (const auto* sale = std::get_if<Sale>(&document.body)) return sale;
  return std::get_if<Return>(&document.body);
}

}  // namespace

std::string_view day_type(const Document& document) {
  if (document.header.mode == "training") return kTrainingType;
  if (document.header.mode != "live") return kOtherType;
  switch (document.body.index()) {
    case 0: return kSaleType;
    case 1: return kReturnType;
    case 2: return kMovementType;
    case 3: return kCloseType;
    case 4: return std::get<TillEvent>(document.body).type == "no_sale" ? kNoSaleType : kTillEventType;
    case 5: return kVoidType;
    default: return kOtherType;
  }
}
static_assert(std::is_same_v<std::variant_alternative_t<3, Body>, TillClose> && std::is_same_v<std::variant_alternative_t<5, Body>, Void>);

bool is_of_pos(std::string_view type) { return type != kMovementType && type != kOtherType; }

DayFigures& DayFigures::operator+=(const DayFigures& more) {
  documents += more.documents;
  net += more.net;
  tax += more.tax;
  gross += more.gross;
  rounding += more.rounding;
  discounts += more.discounts;
  units += more.units;
  return *this;
}

DayFigures& TillDayChange::total(std::string_view type, std::string_view currency) {
  for (DayTotal& one : totals) {
    if (one.type == type && one.currency == currency) return one.figures;
  }
  return totals.emplace_back(DayTotal{std::string(type), std::string(currency), {}}).figures;
}

void TillDayChange::add_part(std::string_view what, std::string_view label, std::string_view currency, std::int64_t amount) {
  for (DayPart& part : parts) {
    if (part.label != label || part.what != what || part.currency != currency) continue;
    part.amount += amount;
    return;
  }
  parts.push_back({std::string(what), std::string(label), std::string(currency), amount});
}

void add_money(TillDayChange& change, std::string_view type, const Sale& money, bool is_return, int sign) {
  if (is_return) sign = -sign;
  const std::string& currency = money.currency.code;
  DayFigures& figures = change.total(type, currency);
  figures.net += sign * summable(money.totals.net.minor);
  figures.tax += sign * summable(money.totals.tax.minor);
  figures.gross += sign * summable(money.totals.gross.minor);
  figures.rounding += sign * summable(money.totals.rounding.minor);
  for (const SaleLine& line : money.lines) {
    for (const Discount& discount : line.discounts) figures.discounts += sign * summable(discount.amount.minor);
    if (line.kind == "goods") figures.units += sign * summable(line.qty.milli);
  }
  for (const TaxSummary& tax : money.tax_summary) change.add_part(kTaxPart, tax.code, currency, sign * summable(tax.amount.minor));
  for (const Tender& tender : money.tenders) {
    change.add_part(kTenderPart, tender.type, currency, sign * summable(tender.amount.minor));
    if (tender.currency.code.empty() || tender.currency.code == currency) continue;
    change.add_part(kForeignPart, tender.type, currency, sign * summable(tender.amount.minor));
    change.add_part(kForeignTakenPart, tender.type, tender.currency.code, sign * summable(tender.foreign_amount.minor));
  }
}

void add_document(TillDayChange& change, const IncomingDocument& incoming) {
  const Document& document = *incoming.document;
  const std::string_view type = day_type(document);
  ++change.documents;
  change.event_nos.push_back(incoming.event_no);
  if (is_of_pos(type)) {
    if (type == kCloseType) ++change.closes;
    else ++change.traded;
    const auto sequence = document.header.sequence;
    if (sequence && is_sequence(*sequence)) {
      ++change.numbered;
      change.first_sequence = std::min(change.first_sequence.value_or(*sequence), *sequence);
      change.last_sequence = std::max(change.last_sequence.value_or(*sequence), *sequence);
    } else {
      ++change.unnumbered;
    }
  }
  const Sale* money = type == kSaleType || type == kReturnType ? money_in(document) : nullptr;
  ++change.total(type, money == nullptr ? std::string_view() : std::string_view(money->currency.code)).documents;
  if (money != nullptr) add_money(change, type, *money, type == kReturnType, 1);
}

Bytes pack_event_nos(const std::vector<std::int64_t>& event_nos) {
  Bytes packed;
  std::int64_t previous = 0;
  for (const std::int64_t event_no : event_nos) {
    pack_number(packed, static_cast<std::uint64_t>(event_no - previous));
    previous = event_no;
  }
  return packed;
}

std::vector<std::int64_t> unpack_event_nos(BytesView packed) {
  std::vector<std::int64_t> event_nos;
  std::int64_t previous = 0;
  std::uint64_t number = 0;
  unsigned bits = 0;
  for (const char c : packed) {
    const auto octet = static_cast<std::uint8_t>(c);
    if (bits >= kPackedBitsMax) break;
    number |= (octet & kPackedMask) << bits;
    bits += kPackedBits;
    if (octet > kPackedMask) continue;
    previous += static_cast<std::int64_t>(number);
    event_nos.push_back(previous);
    number = 0;
    bits = 0;
  }
  return event_nos;
}

}  // namespace tillsync::hub
