#include "packaging/demo.d/supply.h"

#include <algorithm>

#include "packaging/demo.d/random.h"
#include "packaging/demo.d/stores.h"
#include "packaging/demo.d/sums.h"
#include "packaging/demo.d/trade.h"

namespace tillsync::demo {
namespace {

constexpr std::int64_t kMilli = 1'000;
constexpr std::int64_t kSpareUnitsMax = 24;       // on a shelf beyond what will be sold
constexpr std::int64_t kDatesBetweenMax = 15;     // trading dates between two deliveries
constexpr std::int64_t kDeliveryLinesMax = 20;
constexpr std::int64_t kBoxUnits = 12;
constexpr std::int64_t kBoxesMax = 12;
constexpr std::int64_t kSpareBoxes = 4;
constexpr std::int64_t kDayMicros = 86'400'000'000;

Instant at_hour(Date date, std::int64_t hour) { return {date.days * kDayMicros + hour * 3'600'000'000}; }

StockMovement make_movement(std::string_view type, const std::vector<std::pair<Sku, Quantity>>& lines) {
  StockMovement movement;
  movement.type = type;
  for (const auto& [sku, qty] : lines) {
    MovementLine line;
    line.line_no = static_cast<std::int64_t>(movement.lines.size()) + 1;
    line.sku = sku;
    line.qty = qty;
    movement.lines.push_back(std::move(line));
  }
  return movement;
}

Delivery make_delivery(const std::string& location, std::vector<Sku> skus, Date sent, Date received, Random& random) {
  Delivery delivery;
  delivery.store = LocationId(location);
  delivery.sent = sent;
  delivery.received = received;
  const auto wanted = std::min<std::int64_t>(1 + random.below(kDeliveryLinesMax), static_cast<std::int64_t>(skus.size()));
  for (std::int64_t i = 0; i < wanted; ++i) {
    // A partial shuffle: each SKU at most once.
    const auto pick = static_cast<std::size_t>(i + random.below(static_cast<std::int64_t>(skus.size()) - i));
    std::swap(skus[static_cast<std::size_t>(i)], skus[pick]);
    const Sku& sku = skus[static_cast<std::size_t>(i)];
    const std::int64_t boxes = 1 + random.below(kBoxesMax);
    delivery.lines.emplace_back(sku, Quantity{boxes * kBoxUnits * kMilli});
    delivery.bought.emplace_back(sku, Quantity{(boxes + random.below(kSpareBoxes)) * kBoxUnits * kMilli});
  }
  return delivery;
}

std::string four_digits(std::size_t n) {
  std::string digits = std::to_string(n);
  if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
  return digits;
}

}  // namespace

void Demand::add(const Document& document) {
  Store& store = stores_[document.header.location.value];
  if (document.header.business_date) store.dates.insert(*document.header.business_date);
  for (const auto& [sku, change] : stock_changes(document)) {
    Shelf& shelf = store.shelves[sku.value];
    shelf.balance_milli += change.milli;
    shelf.lowest_milli = std::min(shelf.lowest_milli, shelf.balance_milli);
  }
}

Supply plan_supply(const Demand& demand, std::uint64_t seed) {
  Supply supply;
  for (const auto& [location, store] : demand.stores()) {
    Random random(seed ^ stable_hash(location));
    auto& opening = supply.openings[location];
    std::vector<Sku> skus;
    for (const auto& [sku, shelf] : store.shelves) {
      const std::int64_t spare = random.below(kSpareUnitsMax + 1) * kMilli;
      const std::int64_t qty = -shelf.lowest_milli + spare;
      if (qty > 0) opening.emplace_back(Sku(sku), Quantity{qty});
      skus.emplace_back(sku);
    }
    const std::vector<Date> dates(store.dates.begin(), store.dates.end());
    const auto last = static_cast<std::int64_t>(dates.size()) - 1;
    if (skus.empty() || last < 1) continue;
    for (std::int64_t i = 1 + random.below(std::min(last, kDatesBetweenMax)); i <= last; i += 1 + random.below(kDatesBetweenMax)) {
      const auto day = static_cast<std::size_t>(i);
      supply.deliveries.push_back(make_delivery(location, skus, dates[day - 1], dates[day], random));
    }
  }
  std::stable_sort(supply.deliveries.begin(), supply.deliveries.end(),
                   [](const Delivery& a, const Delivery& b) { return a.sent < b.sent; });
  for (std::size_t i = 0; i < supply.deliveries.size(); ++i) supply.deliveries[i].number = "T-" + four_digits(i + 1);
  return supply;
}

std::vector<Document> opening_documents(const LocationId& location, const TillId& till, Date date,
                                        const std::vector<std::pair<Sku, Quantity>>& lines) {
  std::vector<Document> documents;
  for (std::size_t first = 0; first < lines.size(); first += kOpeningLinesMax) {
    const std::size_t end = std::min(lines.size(), first + kOpeningLinesMax);
    const std::vector<std::pair<Sku, Quantity>> part(lines.begin() + static_cast<std::ptrdiff_t>(first),
                                                     lines.begin() + static_cast<std::ptrdiff_t>(end));
    documents.push_back({make_header("stock-movement/1", location, till, "OPEN-" + std::to_string(documents.size() + 1), date,
                                     at_hour(date, 0)),
                         make_movement("opening", part)});
  }
  return documents;
}

Document receipt_document(const Delivery& delivery) {
  StockMovement movement = make_movement("receipt", delivery.bought);
  movement.reference = "PO-" + delivery.number;
  return {make_header("stock-movement/1", warehouse(), till_id(warehouse(), 1), "R-" + delivery.number, delivery.sent,
                      at_hour(delivery.sent, 1)),
          std::move(movement)};
}

Document transfer_out_document(const Delivery& delivery) {
  StockMovement movement = make_movement("transfer_out", delivery.lines);
  movement.transfer_no = delivery.number;
  movement.counterpart = delivery.store.value;
  return {make_header("stock-movement/1", warehouse(), till_id(warehouse(), 1), "OUT-" + delivery.number, delivery.sent,
                      at_hour(delivery.sent, 2)),
          std::move(movement)};
}

Document transfer_in_document(const Delivery& delivery) {
  StockMovement movement = make_movement("transfer_in", delivery.lines);
  movement.transfer_no = delivery.number;
  movement.counterpart = warehouse().value;
  return {make_header("stock-movement/1", delivery.store, till_id(delivery.store, 1), "IN-" + delivery.number, delivery.received,
                      at_hour(delivery.received, 3)),
          std::move(movement)};
}

}  // namespace tillsync::demo
