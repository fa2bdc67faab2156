// What is kept of a location, business date and till: how many documents of each type, their sums per currency, tax code and tender,
// and which sequence numbers they bear. Adds documents up; pure.
//
// Signs are those of a till's close: sales positive, returns negative, voids the opposite of what they take back.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/contract/document.h"
#include "hub/writer/micro_batch.h"

namespace tillsync::hub {

struct DayKey {
  LocationId location;
  Date business_date;
  auto operator<=>(const DayKey&) const = default;
};
struct TillKey {
  LocationId location;
  TillId till;
  auto operator<=>(const TillKey&) const = default;
};
struct TillDayKey {
  LocationId location;
  Date business_date;
  TillId till;
  auto operator<=>(const TillDayKey&) const = default;

  DayKey day() const { return {location, business_date}; }
  TillKey of_till() const { return {location, till}; }
};

// Types of documents, as stored and shown.
inline constexpr std::string_view kSaleType = "sale";
inline constexpr std::string_view kReturnType = "return";
inline constexpr std::string_view kVoidType = "void";
inline constexpr std::string_view kNoSaleType = "no_sale";
inline constexpr std::string_view kTillEventType = "till_event";
inline constexpr std::string_view kTrainingType = "training";  // of any contract
inline constexpr std::string_view kCloseType = "close";
inline constexpr std::string_view kMovementType = "stock_movement";
inline constexpr std::string_view kOtherType = "other";        // promises, ends of leases, unknown modes
std::string_view day_type(const Document& document);
/// What a till's sequence runs over, and what makes a till one that has traded. Movements and what agents say themselves do not.
bool is_of_pos(std::string_view type);

/// Amounts in minor units, units in thousandths.
struct DayFigures {
  std::int64_t documents = 0, net = 0, tax = 0, gross = 0, rounding = 0, discounts = 0, units = 0;
  bool operator==(const DayFigures&) const = default;
  DayFigures& operator+=(const DayFigures& more);
};
struct DayTotal {
  std::string type, currency;  // currency "" = of documents without money
  DayFigures figures;
  bool operator==(const DayTotal&) const = default;
};

// Parts of the money of sales, returns and voids.
inline constexpr std::string_view kTaxPart = "tax";                // label: tax code
inline constexpr std::string_view kTenderPart = "tender";          // label: tender type; in the document's currency
inline constexpr std::string_view kForeignPart = "foreign";        // of these, what was paid in another currency
inline constexpr std::string_view kForeignTakenPart = "foreign_taken";  // the same in that other currency
struct DayPart {
  std::string what, label, currency;
  std::int64_t amount = 0;
  bool operator==(const DayPart&) const = default;
};

/// What documents add to a till's day.
struct TillDayChange {
  std::int64_t documents = 0;    // of every type
  std::int64_t traded = 0;       // of the POS, closes left out
  std::int64_t numbered = 0, unnumbered = 0;  // of the POS: with a sequence number and without
  std::int64_t doubled = 0;      // whose number another document of the till bears
  std::int64_t closes = 0;
  std::optional<std::int64_t> first_sequence, last_sequence;
  std::vector<std::int64_t> event_nos;  // ascending
  std::vector<DayTotal> totals;  // few: searched one by one
  std::vector<DayPart> parts;

  DayFigures& total(std::string_view type, std::string_view currency);
  void add_part(std::string_view what, std::string_view label, std::string_view currency, std::int64_t amount);
};

/// Adds one document: its count, and its sums where it is a sale or return. A void's sums come with its effect (add_money).
/// Training counts and adds no sum. Figures beyond what is summable (hub/intake) are left out.
void add_document(TillDayChange& change, const IncomingDocument& incoming);
/// The sums of a sale (is_return: of a return) under `type`, times `sign`; counts no document.
void add_money(TillDayChange& change, std::string_view type, const Sale& money, bool is_return, int sign);

/// Event numbers as bytes: the first one, then the distances, each 7 bits a byte with the lowest first and the high bit on all bytes but
/// the last. [300, 301, 303] = ac 02 01 02.
Bytes pack_event_nos(const std::vector<std::int64_t>& event_nos);
/// Stops at bytes that are no such list.
std::vector<std::int64_t> unpack_event_nos(BytesView packed);

}  // namespace tillsync::hub
