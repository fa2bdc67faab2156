// Who gets what: one request against the positions that were loaded. Pure. Source: ARCHITECTURE section 6.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hub/masterdata/product_facts.h"
#include "hub/reservations/reservation.h"

namespace tillsync::hub {

/// One place that a line may come from: the positions of its parts there, in the order of LineDemand::needs.
struct Source {
  LocationId location;
  std::vector<Position*> positions;
};

struct LineDemand {
  std::int64_t line_no = 0;
  Sku sku;
  std::int64_t qty_milli = 0;
  bool needs_stock = true;       // services, postage and the like need none
  bool is_bundle = false;        // comes in whole units only
  std::vector<PartNeed> needs;
  std::vector<Source> sources;   // best first
};

enum class Sourcing : std::uint8_t { kInOrder, kMostStock, kFewestParcels };
struct AllotmentRules {
  Sourcing sourcing = Sourcing::kInOrder;
  bool may_split = false;        // a line may come from several locations
  bool may_be_partial = false;   // less than asked is better than nothing
};

struct Allocation {
  std::size_t line = 0, source = 0;  // indexes
  std::int64_t qty_milli = 0;        // of the line's SKU
};
struct Shortage {
  std::size_t line = 0;
  std::int64_t available_milli = 0;  // what the line could have had on its own
};
struct Allotment {
  bool is_granted = false;
  std::vector<Allocation> allocations;  // empty when refused
  std::vector<Shortage> shortages;      // lines that got less than asked, or would have
};

/// Looks only: positions are the same afterwards. Two lines that share a part are told its units once. Granted when every line is
/// covered, or, partially, when something is given. kFewestParcels is exact up to three parcels out of kExactSourcesMax locations,
/// beyond that it takes the location that completes most lines first.
Allotment allot(const std::vector<LineDemand>& lines, const AllotmentRules& rules);

inline constexpr std::size_t kExactSourcesMax = 16;

/// What a source can give of a line.
std::int64_t units_at(const LineDemand& line, const Source& source);

}  // namespace tillsync::hub
