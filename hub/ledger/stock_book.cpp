#include "hub/ledger/stock_book.h"

#include <algorithm>
#include <set>

#include "common/base/decimal.h"

namespace tillsync::hub {
namespace {

std::string place_and_sku(const StockKey& key) { return key.location.value + "/" + key.sku.value; }

/// Sums of parts may leave 64 bits on the way though the whole does not: unsigned numbers wrap around and come back.
std::int64_t changes_after(const Balance& balance, Instant at) {
  std::uint64_t sum = 0;
  for (const DatedChange& entry : balance.recent) {
    if (entry.at > at) sum += static_cast<std::uint64_t>(entry.change_milli);
  }
  return static_cast<std::int64_t>(sum);
}
std::int64_t wrapping_subtract(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

Duration distance(Instant a, Instant b) { return a < b ? b - a : a - b; }

}  // namespace

void StockBook::begin_event(std::int64_t event_no, std::size_t document) {
  event_no_ = event_no;
  document_ = document;
  position_ = 0;
}

Balance& StockBook::balance(const StockKey& key) {
  const auto [entry, is_new] = rows_.balances.try_emplace(key);
  if (is_new) entry->second.key = key;
  return opened(entry->second);
}

Balance& StockBook::opened(Balance& found) {
  if (found.balance_no != 0) return found;
  found.balance_no = rows_.next_balance_no++;
  found.is_watched = true;
  if (has_lot_index_) lots_[found.key.group()].push_back(&found);
  return found;
}

std::optional<StockBook::Covered> StockBook::count_of(const StockKey& key) const {
  const auto group = rows_.balances.find(key.lot.empty() ? key : key.group());
  return count_of(key, group == rows_.balances.end() ? nullptr : &group->second);
}

std::optional<StockBook::Covered> StockBook::count_of(const StockKey& key, const Balance* group) const {
  std::optional<Covered> own;
  if (group != nullptr && group->counted_at) own = Covered{*group->counted_at, group->count_id};
  if (rows_.full_counts.empty()) return own;
  const auto full = rows_.full_counts.find({key.location.value, key.state, key.owner});
  if (full == rows_.full_counts.end()) return own;
  // What the full count itself counted has its own time, which may be before the end of the whole count.
  if (own && (own->count_id == full->second.count_id || own->at > full->second.at)) return own;
  return Covered{full->second.at, full->second.count_id};
}

std::optional<Duration> StockBook::skew() const {
  const auto& measured = batch_.documents[document_].clock_skew;
  if (!measured || measured->micros == 0) return std::nullopt;
  return Duration{measured->micros < 0 ? -measured->micros : measured->micros};
}

void StockBook::raise(std::string_view code, std::string subject, std::string cause_key, std::string detail, std::string pointer) {
  ExceptionRaised raised;
  raised.code = code;
  raised.subject = std::move(subject);
  raised.cause_key = std::move(cause_key);
  raised.location = batch_.documents[document_].location;
  raised.event_no = event_no_;
  raised.pointer = std::move(pointer);
  raised.detail = std::move(detail);
  batch_.exceptions.push_back(std::move(raised));
}

void StockBook::add_entry(Balance& balance, std::int64_t change_milli, Instant at, std::string_view movement, std::int64_t line_no,
                          std::int64_t unit_cost_micro) {
  if (!balance.is_changed) {
    balance.is_changed = true;
    decision_.balances.push_back(&balance);
  }
  TS_CHECK(position_ < kEntriesPerEventMax);
  StockEntry entry;
  entry.entry_no = event_no_ * kEntriesPerEventMax + position_++;
  entry.balance = &balance;
  entry.change_milli = change_milli;
  entry.occurred_at = at;
  entry.movement = movement;
  entry.line_no = line_no;
  entry.unit_cost_micro = unit_cost_micro;
  entry.previous_entry_no = balance.last_entry_no;
  entry.latest_at = std::max(balance.latest_at, at);
  decision_.entries.push_back(entry);

  balance.on_hand_milli += change_milli;
  balance.last_entry_no = entry.entry_no;
  balance.latest_at = entry.latest_at;
  balance.last_event_no = event_no_;
  ++balance.entries;
  if (balance.is_watched)
    balance.recent.push_back({at, change_milli, movement != kCountMovement && movement != kCountCorrectionMovement});

  StockChanged& fact = batch_.stock_changes.emplace_back();
  fact.document = document_;
  fact.event_no = event_no_;
  fact.location = balance.key.location;
  fact.sku = balance.key.sku;
  fact.state = balance.key.state;
  fact.owner = balance.key.owner;
  fact.lot = balance.key.lot;
  fact.change = Quantity{change_milli};
  fact.on_hand = Quantity{balance.on_hand_milli};
  fact.movement = movement;
  fact.unit_cost = UnitPrice{unit_cost_micro};
}

void StockBook::book(const PlannedChange& change, Instant at) {
  Balance& target = change.balance != nullptr ? opened(*change.balance) : balance(change.key);
  const auto on_hand = checked_add(target.on_hand_milli, change.change_milli);
  if (change.change_milli == INT64_MIN || !on_hand || *on_hand == INT64_MIN) {
    raise("quantity_overflow", batch_.documents[document_].location.value + "/" + std::to_string(event_no_),
          "sku:" + change.key.sku.value, "SKU " + change.key.sku.value + ", line " + std::to_string(change.line_no));
    return;
  }
  const auto counted = change.key.lot.empty() ? count_of(change.key, &target) : count_of(change.key);
  add_entry(target, change.change_milli, at, change.movement, change.line_no, change.unit_cost_micro);
  if (!counted) return;
  if (at <= counted->at)
    add_entry(target, -change.change_milli, at, kCountCorrectionMovement, change.line_no, change.unit_cost_micro);
  const auto allowance = skew();
  if (allowance && distance(at, counted->at) <= *allowance)
    raise("count_order_uncertain", place_and_sku(change.key), "sku:" + change.key.sku.value,
          "a movement of " + format_instant(at) + " and the count of " + format_instant(counted->at) + " are closer than the clocks");
}

const std::vector<Balance*>& StockBook::lots_of(const StockKey& group) {
  if (!has_lot_index_) {
    has_lot_index_ = true;
    for (auto& [key, balance] : rows_.balances) {
      if (balance.balance_no != 0 && balance.is_watched) lots_[key.group()].push_back(&balance);
    }
    for (auto& [key, lots] : lots_)
      std::sort(lots.begin(), lots.end(), [](const Balance* a, const Balance* b) { return a->key < b->key; });
  }
  return lots_[group];
}

void StockBook::count_balance(Balance& balance, std::int64_t target_milli, Instant at) {
  const std::int64_t after = changes_after(balance, at);
  // on hand = counted + what came after it.
  const auto on_hand = checked_add(target_milli, after);
  const auto change = on_hand && *on_hand != INT64_MIN ? checked_add(*on_hand, -balance.on_hand_milli) : std::nullopt;
  if (!change) {
    raise("quantity_overflow", batch_.documents[document_].location.value + "/" + std::to_string(event_no_),
          "sku:" + balance.key.sku.value, "SKU " + balance.key.sku.value);
    return;
  }
  if (*change != 0) add_entry(balance, *change, at, kCountMovement, 0, 0);
}

void StockBook::warn_of_order(const std::vector<Balance*>& lots, Instant at) {
  const auto allowance = skew();
  if (!allowance) return;
  for (const Balance* balance : lots) {
    for (const DatedChange& entry : balance->recent) {
      if (!entry.is_movement || distance(entry.at, at) > *allowance) continue;
      raise("count_order_uncertain", place_and_sku(balance->key), "sku:" + balance->key.sku.value,
            "the count of " + format_instant(at) + " and a movement of " + format_instant(entry.at) + " are closer than the clocks");
      return;
    }
  }
}

bool StockBook::apply_count(const GroupCount& count, const std::string& count_id) {
  Instant at = count.at;
  if (const auto standing = count_of(count.group); standing && standing->at > at) {
    if (standing->count_id != count_id) return false;
    at = standing->at;  // a later area of the same count never takes its time back
  }
  Balance& unassigned = balance(count.group);
  for (const auto& [lot, milli] : count.by_lot) {
    StockKey key = count.group;
    key.lot = lot;
    if (count.has_lots) balance(key);
  }
  const std::vector<Balance*> lots = lots_of(count.group);
  warn_of_order(lots, at);
  if (count.has_lots) {
    for (Balance* lot : lots) {
      const auto named = count.by_lot.find(lot->key.lot);
      count_balance(*lot, named == count.by_lot.end() ? 0 : named->second, at);
    }
  } else {
    // Nobody knows which lots are short or over: the difference goes where no lot is named.
    std::int64_t rest = count.total_milli;
    for (const Balance* lot : lots) {
      if (!lot->key.lot.empty()) rest = wrapping_subtract(rest, wrapping_subtract(lot->on_hand_milli, changes_after(*lot, at)));
    }
    count_balance(unassigned, rest, at);
  }
  unassigned.counted_at = at;
  unassigned.counted_milli = count.total_milli;
  unassigned.count_id = count_id;
  if (!unassigned.is_changed) {
    unassigned.is_changed = true;
    decision_.balances.push_back(&unassigned);
  }
  return true;
}

void StockBook::apply_full(const CountSheet& sheet, const std::vector<GroupCount>& counted) {
  std::set<StockKey> named;
  std::set<FullCountKey> kinds;
  for (const GroupCount& group : counted) {
    named.insert(group.group);
    kinds.insert({group.group.location.value, group.group.state, group.group.owner});
  }
  std::set<StockKey> absent;
  for (const auto& [key, balance] : rows_.balances) {
    if (balance.balance_no == 0 || !balance.is_watched || !kinds.contains({key.location.value, key.state, key.owner})) continue;
    if (StockKey group = key.group(); !named.contains(group)) absent.insert(std::move(group));
  }
  for (const StockKey& group : absent) {
    GroupCount none;
    none.group = group;
    none.at = sheet.final_at;
    none.has_lots = true;
    apply_count(none, sheet.count_id);
  }
  for (const FullCountKey& kind : kinds) {
    FullCount& full = rows_.full_counts[kind];
    if (full.at > sheet.final_at) continue;
    full = FullCount{sheet.final_at, sheet.count_id, true};
  }
}

void StockBook::finish() {
  for (const Balance* balance : decision_.balances) {
    if (balance->on_hand_milli >= 0 || balance->was_negative || balance->last_event_no == 0) continue;
    ExceptionRaised raised;
    raised.code = "negative_stock";
    raised.subject = place_and_sku(balance->key) + "/" + balance->key.state;
    raised.cause_key = "sku:" + balance->key.sku.value;
    raised.location = balance->key.location;
    raised.event_no = balance->last_event_no;
    raised.detail = "on hand is " + format_quantity(Quantity{balance->on_hand_milli});
    if (!balance->key.lot.empty()) raised.detail += " of lot " + balance->key.lot;
    batch_.exceptions.push_back(std::move(raised));
  }
}

}  // namespace tillsync::hub
