// A stock count as it is gathered: its areas come as documents of one count_id and are summed. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hub/ledger/movement_plan.h"
#include "hub/ledger/stock.h"

namespace tillsync::hub {

struct CountLine {
  std::int64_t event_no = 0;
  std::int64_t position = 0;  // in its document, lots apart
  std::string area;
  StockKey key;
  bool has_lots = false;
  std::int64_t qty_milli = 0;
  Instant counted_at;
};

struct CountSheet {
  LocationId location;
  std::string count_id;
  bool is_full = false;
  std::optional<std::int64_t> final_event_no;  // absent: it has taken no effect yet
  Instant final_at;
  std::vector<CountLine> lines;
  bool is_changed = false;
};

/// Without a count_id a count stands alone and is final.
std::string count_id_of(const StockMovement& count, std::int64_t event_no);
bool is_final_count(const StockMovement& count);

struct CountLines {
  std::vector<CountLine> lines;
  std::vector<UnknownLine> unknown_lines;
  BookedAt booked;         // of the document
  bool is_clamped = false; // some time was too far ahead of the receipt
};
/// TS_CHECK: the document is a count.
CountLines read_count(const IncomingDocument& incoming, Instant now, const GtinMap& gtins);

/// What was counted of one group (location, SKU, state, owner), all areas together.
struct GroupCount {
  StockKey group;
  Instant at;              // the latest of its lines
  std::int64_t total_milli = 0;
  bool has_lots = false;   // then every lot was counted, and those not named are none
  std::map<std::string, std::int64_t> by_lot;
};
/// In the order of their keys. A sum that leaves 64 bits stays at its bound.
std::vector<GroupCount> sum_groups(const CountSheet& sheet);

}  // namespace tillsync::hub
