// Writes entries into balances in memory, in the order in which they are decided: the part of the ledger that holds its sums.
// Pure. Used by ledger.cpp only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/ledger/ledger.h"

namespace tillsync::hub {

class StockBook {
 public:
  StockBook(MicroBatch& batch, LedgerRows& rows, LedgerDecision& decision) : batch_(batch), rows_(rows), decision_(decision) {}

  /// All that follows is booked under this event; `document` is whose arrival brought it.
  void begin_event(std::int64_t event_no, std::size_t document);

  /// Books one change under the count rule: what lies at or before the latest count is written together with its opposite, so
  /// that entries add up to on hand and the count stands.
  void book(const PlannedChange& change, Instant at);
  /// Lets a count take effect. False when a newer count of the group stands already.
  bool apply_count(const GroupCount& count, const std::string& count_id);
  /// Counts everything of (state, owner) at the location that is not in `counted` as none, and remembers it for SKUs that
  /// come later.
  void apply_full(const CountSheet& sheet, const std::vector<GroupCount>& counted);

  /// The latest count that covers the key, itself or its whole location.
  struct Covered {
    Instant at;
    std::string_view count_id;
  };
  std::optional<Covered> count_of(const StockKey& key) const;
  /// How far the clocks of the current document's agent may be off; nothing when not known.
  std::optional<Duration> skew() const;

  void raise(std::string_view code, std::string subject, std::string cause_key, std::string detail, std::string pointer = {});
  /// Raises what is seen at the end of the batch only: stock that went below zero.
  void finish();

 private:
  Balance& balance(const StockKey& key);
  /// Gives a balance its number when it is the first time that something is booked there.
  Balance& opened(Balance& found);
  void add_entry(Balance& balance, std::int64_t change_milli, Instant at, std::string_view movement, std::int64_t line_no,
                 std::int64_t unit_cost_micro);
  void count_balance(Balance& balance, std::int64_t target_milli, Instant at);
  std::optional<Covered> count_of(const StockKey& key, const Balance* group) const;
  const std::vector<Balance*>& lots_of(const StockKey& group);
  void warn_of_order(const std::vector<Balance*>& lots, Instant at);

  MicroBatch& batch_;
  LedgerRows& rows_;
  LedgerDecision& decision_;
  std::int64_t event_no_ = 0;
  std::size_t document_ = 0;
  std::int64_t position_ = 0;
  bool has_lot_index_ = false;
  std::map<StockKey, std::vector<Balance*>> lots_;  // by group; made when the first count asks for it
};

}  // namespace tillsync::hub
