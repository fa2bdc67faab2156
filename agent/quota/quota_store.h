// Leases, requests and what is known of the shelf, in the agent's database. The writer's thread, inside the transaction of the group
// commit: a promise, what is left of its lease and its document in the outbox are one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/outbox/outbox.h"
#include "agent/quota/quota.h"
#include "common/base/error.h"
#include "common/sql/sql.h"
#include "common/wire/messages.h"

namespace tillsync::agent {

/// Units that a document has sold, or taken out of a promise.
struct SoldUnits {
  std::size_t line = 0;  // index, for the pointer of a warning
  Sku sku;
  std::int64_t qty_milli = 0;
  std::string reservation_id;
};

/// One row for the outbox, as agent/ingest makes it of a till's document.
using RowOf = std::function<NewRow(const Document& document, Instant now)>;

class Quota {
 public:
  /// Migrates. row_of: how a document becomes a row of the outbox.
  static Result<std::unique_ptr<Quota>> open(sql::Connection& connection, RowOf row_of);

  /// Inbox items: leases and shelves are taken, all others passed over. A lease that the hub ends is closed at once, behind its
  /// last promise.
  Result<void> take_items(std::span<const wire::InboxItem> items, Outbox& outbox, Instant now);
  /// A new epoch: what was promised before may not be known to this disk.
  Result<void> freeze();
  /// Closes leases whose time is over; when the next one ends.
  Result<std::optional<Instant>> close_ended(Outbox& outbox, Instant now);

  Result<std::optional<StoredRequest>> find_request(std::string_view key);
  Result<std::optional<StoredRequest>> find_promise(std::string_view reservation_id);
  Result<void> note_sent(std::string_view key, const ContentHash& hash, Instant now);
  /// The hub has decided; what a request says that was answered already stays.
  Result<void> note_answer(std::string_view key, int status, std::string_view answer);
  /// The hub has not decided: the key is free.
  Result<void> forget_request(std::string_view key);
  /// Out of the open leases, if they cover all of it: the answer; nullopt when they do not.
  Result<std::optional<std::string>> promise(const ReservationRequest& request, const ContentHash& hash, const LocationId& own,
                                             std::string promise_id, Outbox& outbox, Instant now);

  /// Whether the hub has told of any shelf: without one, nothing is known of what is sold.
  bool is_watching() const { return is_watching_; }
  /// Units of which more is reserved for others than will be left: the lines. seq: of the document, once it is appended.
  Result<std::vector<SoldUnits>> promised_elsewhere(std::span<const SoldUnits> sold);
  Result<void> note_sold(std::span<const SoldUnits> sold, std::uint64_t seq);

  /// Drops requests asked before, a bounded number per call; how many.
  Result<std::uint64_t> prune(Instant asked_before);
  Result<std::vector<QuotaLease>> leases();

 private:
  Quota(sql::Connection& connection, RowOf row_of) : connection_(connection), row_of_(std::move(row_of)) {}
  Result<std::optional<QuotaLease>> find_lease(std::string_view id);
  Result<std::vector<QuotaLease>> open_leases(const Sku& sku);
  Result<void> put_lease(const QuotaLease& lease);
  Result<void> close(QuotaLease lease, std::string_view why, Outbox& outbox, Instant now);
  Result<void> take_lease(const LeaseItem& item, Outbox& outbox, Instant now);
  Result<void> take_shelf(const ShelfItem& item, Outbox& outbox);
  Result<void> add_move(const Sku& sku, std::uint64_t seq, std::int64_t on_hand_milli, std::int64_t reserved_milli);

  sql::Connection& connection_;
  RowOf row_of_;
  bool is_watching_ = false;  // never taken back: a rollback or the last shelf's going only makes it look in vain
};

inline constexpr std::int64_t kRequestsPrunedMax = 256;
inline constexpr std::int64_t kRequestRetentionDays = 35;

}  // namespace tillsync::agent
