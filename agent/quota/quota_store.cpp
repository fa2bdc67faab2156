#include "agent/quota/quota_store.h"

#include "agent/quota/schema.h"
#include "common/sql/migrate.h"

namespace tillsync::agent {
namespace {

using sql::Blob;
using sql::Row;

constexpr std::string_view kLeaseColumns = "SELECT lease_id, location, sku, qty_milli, used_milli, state, ends_at, item_no FROM quota_lease";
constexpr std::string_view kSelectLease = "SELECT lease_id, location, sku, qty_milli, used_milli, state, ends_at, item_no FROM quota_lease WHERE lease_id = $1";
constexpr std::string_view kSelectOpen =
    "SELECT lease_id, location, sku, qty_milli, used_milli, state, ends_at, item_no FROM quota_lease WHERE sku = $1 AND state = 'open'"
    " ORDER BY ends_at, lease_id";
constexpr std::string_view kSelectEnded =
    "SELECT lease_id, location, sku, qty_milli, used_milli, state, ends_at, item_no FROM quota_lease WHERE state = 'open' AND ends_at <= $1"
    " ORDER BY lease_id";
constexpr std::string_view kSelectNextEnd = "SELECT min(ends_at) FROM quota_lease WHERE state = 'open'";
constexpr std::string_view kPutLease =
    "INSERT INTO quota_lease (lease_id, location, sku, qty_milli, used_milli, state, ends_at, item_no) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    " ON CONFLICT (lease_id) DO UPDATE SET qty_milli = excluded.qty_milli, used_milli = excluded.used_milli, state = excluded.state,"
    " ends_at = excluded.ends_at, item_no = excluded.item_no";
constexpr std::string_view kDropLease = "DELETE FROM quota_lease WHERE lease_id = $1";
constexpr std::string_view kFreeze = "UPDATE quota_lease SET state = 'frozen' WHERE state = 'open'";

constexpr std::string_view kSelectRequest = "SELECT content_hash, state, status, answer FROM quota_request WHERE key = $1";
constexpr std::string_view kSelectPromise = "SELECT content_hash, state, status, answer FROM quota_request WHERE reservation_id = $1";
constexpr std::string_view kPutRequest =
    "INSERT INTO quota_request (key, content_hash, state, status, answer, reservation_id, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT (key) DO NOTHING";
constexpr std::string_view kAnswerRequest = "UPDATE quota_request SET state = 'answered', status = $2, answer = $3 WHERE key = $1 AND state = 'sent'";
constexpr std::string_view kForgetRequest = "DELETE FROM quota_request WHERE key = $1 AND state = 'sent'";
constexpr std::string_view kPruneRequests =
    "DELETE FROM quota_request WHERE key IN (SELECT key FROM quota_request WHERE asked_at < $1 ORDER BY asked_at LIMIT $2)";

constexpr std::string_view kPutShelf =
    "INSERT INTO quota_shelf (sku, on_hand_milli, reserved_milli, acked_seq) VALUES ($1, $2, $3, $4) ON CONFLICT (sku) DO UPDATE SET"
    " on_hand_milli = excluded.on_hand_milli, reserved_milli = excluded.reserved_milli, acked_seq = excluded.acked_seq";
constexpr std::string_view kDropShelf = "DELETE FROM quota_shelf WHERE sku = $1";
constexpr std::string_view kDropMoves = "DELETE FROM quota_move WHERE sku = $1 AND seq <= $2";
constexpr std::string_view kSelectShelf =
    "SELECT s.on_hand_milli + coalesce(sum(m.on_hand_milli), 0), s.reserved_milli + coalesce(sum(m.reserved_milli), 0) FROM quota_shelf s"
    " LEFT JOIN quota_move m ON m.sku = s.sku AND m.seq > s.acked_seq WHERE s.sku = $1 GROUP BY s.sku";
constexpr std::string_view kIsAnyWatched = "SELECT 1 FROM quota_shelf LIMIT 1";
constexpr std::string_view kIsWatched = "SELECT 1 FROM quota_shelf WHERE sku = $1";
constexpr std::string_view kAddMove =
    "INSERT INTO quota_move (sku, seq, on_hand_milli, reserved_milli) VALUES ($1, $2, $3, $4) ON CONFLICT (sku, seq) DO UPDATE SET"
    " on_hand_milli = on_hand_milli + excluded.on_hand_milli, reserved_milli = reserved_milli + excluded.reserved_milli";

std::string_view state_text(QuotaState state) {
  switch (state) {
    case QuotaState::kOpen: return "open";
    case QuotaState::kFrozen: return "frozen";
    case QuotaState::kClosed: return "closed";
  }
  TS_CHECK(false);
}

QuotaState state_of(std::string_view text) {
  if (text == "open") return QuotaState::kOpen;
  return text == "closed" ? QuotaState::kClosed : QuotaState::kFrozen;
}

QuotaLease lease_of(const Row& row) {
  QuotaLease lease;
  lease.lease_id = row.text(0);
  lease.location = LocationId(std::string(row.text(1)));
  lease.sku = Sku(std::string(row.text(2)));
  lease.qty_milli = row.integer(3);
  lease.used_milli = row.integer(4);
  lease.state = state_of(row.text(5));
  lease.ends_at = Instant{row.integer(6)};
  lease.item_no = static_cast<std::uint64_t>(row.integer(7));
  return lease;
}

StoredRequest request_of(const Row& row) {
  StoredRequest request;
  if (const auto hash = ContentHash::from_view(row.blob(0))) request.hash = *hash;
  const std::string_view state = row.text(1);
  request.state = state == "sent" ? RequestState::kSent : state == "promised" ? RequestState::kPromised : RequestState::kAnswered;
  request.status = static_cast<int>(row.integer(2));
  request.answer = row.text(3);
  return request;
}

}  // namespace

Result<std::unique_ptr<Quota>> Quota::open(sql::Connection& connection, RowOf row_of) {
  TS_RETURN_IF_ERROR(sql::migrate(connection, "agent/quota", quota_schema::migrations()));
  std::unique_ptr<Quota> quota(new Quota(connection, std::move(row_of)));
  TS_RETURN_IF_ERROR(connection.query(kIsAnyWatched, {}, [&quota](const Row&) { quota->is_watching_ = true; }));
  return quota;
}

// ---- leases

Result<std::optional<QuotaLease>> Quota::find_lease(std::string_view id) {
  std::optional<QuotaLease> found;
  TS_RETURN_IF_ERROR(connection_.query(kSelectLease, {id}, [&found](const Row& row) { found = lease_of(row); }));
  return found;
}

Result<std::vector<QuotaLease>> Quota::open_leases(const Sku& sku) {
  std::vector<QuotaLease> found;
  TS_RETURN_IF_ERROR(connection_.query(kSelectOpen, {sku.view()}, [&found](const Row& row) { found.push_back(lease_of(row)); }));
  return found;
}

Result<std::vector<QuotaLease>> Quota::leases() {
  std::vector<QuotaLease> found;
  TS_RETURN_IF_ERROR(connection_.query(kLeaseColumns, {}, [&found](const Row& row) { found.push_back(lease_of(row)); }));
  return found;
}

Result<void> Quota::put_lease(const QuotaLease& lease) {
  TS_RETURN_IF_ERROR(connection_.run(kPutLease, {std::string_view(lease.lease_id), lease.location.view(), lease.sku.view(), lease.qty_milli, lease.used_milli,
                                                 state_text(lease.state), lease.ends_at.micros, static_cast<std::int64_t>(lease.item_no)}));
  return {};
}

Result<void> Quota::close(QuotaLease lease, std::string_view why, Outbox& outbox, Instant now) {
  lease.state = QuotaState::kClosed;
  TS_RETURN_IF_ERROR(put_lease(lease));
  TS_RETURN_IF_ERROR(outbox.append({row_of_(lease_close_document(lease, why, now), now)}));
  return {};
}

Result<void> Quota::take_lease(const LeaseItem& item, Outbox& outbox, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto known, find_lease(item.lease.lease_id));
  if (known && known->item_no >= item.lease.item_no) return {};
  if (item.is_over) {
    TS_RETURN_IF_ERROR(connection_.run(kDropLease, {std::string_view(item.lease.lease_id)}));
    return {};
  }
  QuotaLease lease = item.lease;
  if (known) {
    lease.used_milli = known->used_milli;
    lease.state = known->state;  // what was closed or frozen here stays so
  }
  if (item.is_frozen && lease.state == QuotaState::kOpen) lease.state = QuotaState::kFrozen;
  if (item.is_ending && lease.state == QuotaState::kOpen) return close(std::move(lease), "the hub has ended it", outbox, now);
  return put_lease(lease);
}

Result<void> Quota::take_items(std::span<const wire::InboxItem> items, Outbox& outbox, Instant now) {
  for (const wire::InboxItem& item : items) {
    if (item.kind == "lease/1") {
      // What cannot be read is no lease: nothing is promised out of it, and its units stay set apart at the hub.
      if (const auto lease = read_lease_item(item.payload, item.no, now)) TS_RETURN_IF_ERROR(take_lease(*lease, outbox, now));
    } else if (item.kind == "shelf/1") {
      if (const auto shelf = read_shelf_item(item.payload)) TS_RETURN_IF_ERROR(take_shelf(*shelf, outbox));
    }
  }
  return {};
}

Result<void> Quota::freeze() {
  TS_RETURN_IF_ERROR(connection_.run(kFreeze));
  return {};
}

Result<std::optional<Instant>> Quota::close_ended(Outbox& outbox, Instant now) {
  std::vector<QuotaLease> ended;
  TS_RETURN_IF_ERROR(connection_.query(kSelectEnded, {now.micros}, [&ended](const Row& row) { ended.push_back(lease_of(row)); }));
  for (QuotaLease& lease : ended) TS_RETURN_IF_ERROR(close(std::move(lease), "its time is over", outbox, now));
  std::optional<Instant> next;
  TS_RETURN_IF_ERROR(connection_.query(kSelectNextEnd, {}, [&next](const Row& row) {
    if (!row.is_null(0)) next = Instant{row.integer(0)};
  }));
  return next;
}

// ---- requests

Result<std::optional<StoredRequest>> Quota::find_request(std::string_view key) {
  std::optional<StoredRequest> found;
  TS_RETURN_IF_ERROR(connection_.query(kSelectRequest, {key}, [&found](const Row& row) { found = request_of(row); }));
  return found;
}

Result<std::optional<StoredRequest>> Quota::find_promise(std::string_view reservation_id) {
  std::optional<StoredRequest> found;
  TS_RETURN_IF_ERROR(connection_.query(kSelectPromise, {reservation_id}, [&found](const Row& row) { found = request_of(row); }));
  return found;
}

Result<void> Quota::note_sent(std::string_view key, const ContentHash& hash, Instant now) {
  TS_RETURN_IF_ERROR(connection_.run(kPutRequest, {key, Blob{hash.view()}, std::string_view("sent"), std::int64_t{0}, std::string_view(), std::string_view(), now.micros}));
  return {};
}

Result<void> Quota::note_answer(std::string_view key, int status, std::string_view answer) {
  TS_RETURN_IF_ERROR(connection_.run(kAnswerRequest, {key, std::int64_t{status}, answer}));
  return {};
}

Result<void> Quota::forget_request(std::string_view key) {
  TS_RETURN_IF_ERROR(connection_.run(kForgetRequest, {key}));
  return {};
}

Result<std::optional<std::string>> Quota::promise(const ReservationRequest& request, const ContentHash& hash, const LocationId& own,
                                                  std::string promise_id, Outbox& outbox, Instant now) {
  std::vector<QuotaLease> leases;
  std::vector<std::string_view> seen;
  for (const ReservationLine& line : request.lines) {
    if (std::ranges::find(seen, line.sku.view()) != seen.end()) continue;
    seen.push_back(line.sku.view());
    TS_ASSIGN_OR_RETURN(auto of_sku, open_leases(line.sku));
    std::ranges::move(of_sku, std::back_inserter(leases));
  }
  const auto parts = plan_promise(request, leases, own, now);
  if (!parts) return std::optional<std::string>{};
  std::string answer = promise_json(request, leases, *parts, promise_id, now);
  TS_ASSIGN_OR_RETURN(const auto appended, outbox.append({row_of_(promise_document(request, leases, *parts, promise_id, now), now)}));
  for (const PromisePart& part : *parts) {
    QuotaLease& lease = leases[part.lease];
    lease.used_milli += part.qty_milli;
    TS_RETURN_IF_ERROR(put_lease(lease));
    if (lease.location == own) TS_RETURN_IF_ERROR(add_move(lease.sku, appended[0].seq, 0, part.qty_milli));
  }
  TS_RETURN_IF_ERROR(connection_.run(kPutRequest, {std::string_view(request.idempotency_key), Blob{hash.view()}, std::string_view("promised"), std::int64_t{201},
                                                   std::string_view(answer), std::string_view(promise_id), now.micros}));
  return std::optional(std::move(answer));
}

Result<std::uint64_t> Quota::prune(Instant asked_before) {
  TS_ASSIGN_OR_RETURN(const std::int64_t dropped, connection_.run(kPruneRequests, {asked_before.micros, kRequestsPrunedMax}));
  return static_cast<std::uint64_t>(dropped);
}

// ---- the shelf

Result<void> Quota::take_shelf(const ShelfItem& item, Outbox& outbox) {
  const auto acked = static_cast<std::int64_t>(outbox.state().acked_seq);
  is_watching_ = true;
  TS_RETURN_IF_ERROR(connection_.run(kDropMoves, {item.sku.view(), acked}));
  if (item.reserved_milli == 0 && item.leased_milli == 0)
    TS_RETURN_IF_ERROR(connection_.run(kDropShelf, {item.sku.view()}));
  else
    TS_RETURN_IF_ERROR(connection_.run(kPutShelf, {item.sku.view(), item.on_hand_milli, item.reserved_milli, acked}));
  return {};
}

Result<void> Quota::add_move(const Sku& sku, std::uint64_t seq, std::int64_t on_hand_milli, std::int64_t reserved_milli) {
  bool is_watched = false;
  TS_RETURN_IF_ERROR(connection_.query(kIsWatched, {sku.view()}, [&is_watched](const Row&) { is_watched = true; }));
  if (!is_watched) return {};
  TS_RETURN_IF_ERROR(connection_.run(kAddMove, {sku.view(), static_cast<std::int64_t>(seq), on_hand_milli, reserved_milli}));
  return {};
}

Result<std::vector<SoldUnits>> Quota::promised_elsewhere(std::span<const SoldUnits> sold) {
  std::vector<SoldUnits> taken;
  for (const SoldUnits& units : sold) {
    if (!units.reservation_id.empty() || units.qty_milli <= 0) continue;
    std::int64_t short_of = 0;
    TS_RETURN_IF_ERROR(connection_.query(kSelectShelf, {units.sku.view()}, [&](const Row& row) {
      const std::int64_t free = row.integer(0) - row.integer(1);
      short_of = std::min(units.qty_milli, units.qty_milli - std::max<std::int64_t>(0, free));
    }));
    if (short_of <= 0) continue;
    SoldUnits one = units;
    one.qty_milli = short_of;
    taken.push_back(std::move(one));
  }
  return taken;
}

Result<void> Quota::note_sold(std::span<const SoldUnits> sold, std::uint64_t seq) {
  for (const SoldUnits& units : sold) TS_RETURN_IF_ERROR(add_move(units.sku, seq, -units.qty_milli, units.reservation_id.empty() ? 0 : -units.qty_milli));
  return {};
}

}  // namespace tillsync::agent
