// What documents add up to per location: the left column of the balance POS = hub = ERP. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/base/decimal.h"
#include "common/base/error.h"
#include "common/contract/document.h"

namespace tillsync::demo {

/// documents: those that move money or stock; till events and training do not. closes: till-close/1, which the hub records and
/// does not post to the ERP. gross: of sales less returns, in minor units per currency. units: the net change of stock, in
/// thousandths.
struct LocationSums {
  std::int64_t documents = 0;
  std::int64_t closes = 0;
  std::map<std::string, std::int64_t> gross_minor;
  std::int64_t units_milli = 0;
  bool operator==(const LocationSums&) const = default;

  void add(const LocationSums& other);
  /// Everything that a POS has sent.
  std::int64_t sent() const { return documents + closes; }
};

/// Keyed by location id.
using SumsByLocation = std::map<std::string, LocationSums>;

/// What a document does to the stock of its location; training and lines that are no goods move nothing.
std::vector<std::pair<Sku, Quantity>> stock_changes(const Document& document);
LocationSums sums_of(const Document& document);

/// {"locations":[{"location":"GB","documents":3,"closes":1,"gross":{"GBP":"17.98"},"units":"-6"}]}: the form of the reference
/// ERP's summary, which has no closes, and of the file that `post` leaves for `balance`. Other members are passed over; a
/// location that stands there twice is added up.
std::string sums_to_json(const SumsByLocation& sums);
Result<SumsByLocation> sums_from_json(std::string_view text);

/// The hub's side of its reconciliation (GET /v1/reconciliation, one item per location and currency), added up per location.
/// It does not have the closes.
struct HubBooks {
  SumsByLocation sums;
  std::int64_t waiting = 0;  // postings that the ERP does not have yet
};
Result<HubBooks> hub_books_from_json(std::string_view text);

/// A page of GET /v1/events: the location of each event, and the cursor of the next page ("" = this was the last).
struct EventPage {
  std::vector<std::string> locations;
  std::string next;
};
Result<EventPage> event_page_from_json(std::string_view text);

}  // namespace tillsync::demo
