#include "hub/ledger/count_sheet.h"

#include "common/base/decimal.h"

namespace tillsync::hub {
namespace {

std::int64_t bounded_add(std::int64_t a, std::int64_t b) { return checked_add(a, b).value_or(b < 0 ? INT64_MIN + 1 : INT64_MAX); }

}  // namespace

std::string count_id_of(const StockMovement& count, std::int64_t event_no) {
  return count.count_id.empty() ? "event:" + std::to_string(event_no) : count.count_id;
}

bool is_final_count(const StockMovement& count) { return count.final_count || count.count_id.empty(); }

CountLines read_count(const IncomingDocument& incoming, Instant now, const GtinMap& gtins) {
  const Document& document = *incoming.document;
  TS_CHECK(is_count(document));
  const auto& count = std::get<StockMovement>(document.body);
  CountLines read;
  read.booked = booked_at(document.header.occurred_at, incoming, now);
  read.is_clamped = read.booked.is_clamped;
  for (std::size_t index = 0; index < count.lines.size(); ++index) {
    const MovementLine& line = count.lines[index];
    Sku sku = sku_of(line.sku, line.gtin, gtins);
    if (sku.empty()) {
      read.unknown_lines.push_back({index});
      continue;
    }
    const BookedAt at = line.counted_at ? booked_at(line.counted_at, incoming, now) : read.booked;
    read.is_clamped = read.is_clamped || at.is_clamped;
    CountLine made;
    made.event_no = incoming.event_no;
    made.area = count.area;
    made.key = StockKey{incoming.location, std::move(sku), state_text(line.state), line.owner, {}};
    made.has_lots = !line.lots.empty();
    made.counted_at = at.at;
    if (!made.has_lots) {
      made.position = static_cast<std::int64_t>(read.lines.size());
      made.qty_milli = line.qty.milli;
      read.lines.push_back(std::move(made));
      continue;
    }
    for (auto& [lot, milli] : split_by_lot(line.qty, line.lots)) {
      CountLine part = made;
      part.position = static_cast<std::int64_t>(read.lines.size());
      part.key.lot = std::move(lot);
      part.qty_milli = milli;
      read.lines.push_back(std::move(part));
    }
  }
  return read;
}

std::vector<GroupCount> sum_groups(const CountSheet& sheet) {
  std::map<StockKey, GroupCount> groups;
  for (const CountLine& line : sheet.lines) {
    StockKey key = line.key.group();
    GroupCount& group = groups[key];
    if (group.by_lot.empty()) {
      group.group = std::move(key);
      group.at = line.counted_at;
    }
    group.at = std::max(group.at, line.counted_at);
    group.has_lots = group.has_lots || line.has_lots;
    group.total_milli = bounded_add(group.total_milli, line.qty_milli);
    std::int64_t& lot = group.by_lot[line.key.lot];
    lot = bounded_add(lot, line.qty_milli);
  }
  std::vector<GroupCount> sums;
  sums.reserve(groups.size());
  for (auto& [key, group] : groups) sums.push_back(std::move(group));
  return sums;
}

}  // namespace tillsync::hub
