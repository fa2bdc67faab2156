// Where the goods come from, which the file does not say: opening stock that covers everything that is sold, and goods that
// the warehouse receives and sends to the stores. Made up from a seed. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/contract/document.h"

namespace tillsync::demo {

inline constexpr std::size_t kOpeningLinesMax = 1'000;  // lines of one opening document; a shop has several thousand SKUs

/// How far below zero the trade would take each SKU of a store if it began with nothing, and when the store traded.
class Demand {
 public:
  /// In the order of time.
  void add(const Document& document);

  struct Shelf {
    std::int64_t balance_milli = 0, lowest_milli = 0;
  };
  struct Store {
    std::map<std::string, Shelf> shelves;  // by SKU
    std::set<Date> dates;
  };
  const std::map<std::string, Store>& stores() const { return stores_; }

 private:
  std::map<std::string, Store> stores_;  // by location id
};

struct Delivery {
  std::string number;  // "T-0001"
  LocationId store;
  Date sent, received;  // both are dates on which the store trades
  std::vector<std::pair<Sku, Quantity>> lines;
  std::vector<std::pair<Sku, Quantity>> bought;  // what the warehouse received for it: at least as much of each SKU
};

struct Supply {
  std::map<std::string, std::vector<std::pair<Sku, Quantity>>> openings;  // by location id
  std::vector<Delivery> deliveries;                                       // in the order of `sent`
};

/// Every store that trades on two dates or more gets at least one delivery.
Supply plan_supply(const Demand& demand, std::uint64_t seed);

/// stock-movement/1 of type `opening`, as many as the lines need; numbers "OPEN-1", ….
std::vector<Document> opening_documents(const LocationId& location, const TillId& till, Date date,
                                        const std::vector<std::pair<Sku, Quantity>>& lines);
/// `receipt` and `transfer_out` at the warehouse, `transfer_in` at the store; the last two share the transfer_no.
Document receipt_document(const Delivery& delivery);
Document transfer_out_document(const Delivery& delivery);
Document transfer_in_document(const Delivery& delivery);

}  // namespace tillsync::demo
