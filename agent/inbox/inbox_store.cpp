#include "agent/inbox/inbox.h"
#include "agent/inbox/schema.h"
#include "common/contract/masterdata.h"
#include "common/sql/migrate.h"

namespace tillsync::agent {
namespace {

constexpr std::string_view kDeleteOlder = "DELETE FROM inbox WHERE kind = $1 AND key = $2";
constexpr std::string_view kInsertItem = "INSERT INTO inbox (no, kind, key, payload) VALUES ($1, $2, $3, $4)";
constexpr std::string_view kDeleteGtins = "DELETE FROM inbox_gtin WHERE sku = $1";
constexpr std::string_view kInsertGtin =
    "INSERT INTO inbox_gtin (gtin, sku) VALUES ($1, $2) ON CONFLICT (gtin) DO UPDATE SET sku = excluded.sku";
constexpr std::string_view kUpsertConsumer =
    "INSERT INTO inbox_consumer (consumer, acked_no, seen_at) VALUES ($1, $2, $3) "
    "ON CONFLICT (consumer) DO UPDATE SET acked_no = max(acked_no, excluded.acked_no), seen_at = max(seen_at, excluded.seen_at)";
constexpr std::string_view kSelectSlowest = "SELECT min(acked_no) FROM inbox_consumer WHERE seen_at >= $1";
// The newest item stays, whatever it is: its no is what the hub is told.
constexpr std::string_view kDeleteRead =
    "DELETE FROM inbox WHERE no IN (SELECT no FROM inbox WHERE no <= $1 AND no < (SELECT max(no) FROM inbox) "
    "AND kind NOT IN ('product/1', 'price/1', 'config/1') ORDER BY no LIMIT $2)";

constexpr std::int64_t kPruneItemsMax = 256;

}  // namespace

Result<std::unique_ptr<Inbox>> Inbox::open(sql::Connection& connection) {
  TS_RETURN_IF_ERROR(sql::migrate(connection, "agent/inbox", inbox_schema::migrations()));
  return std::unique_ptr<Inbox>(new Inbox(connection));
}

Result<void> Inbox::append(std::span<const wire::InboxItem> items) {
  TS_CHECK(connection_.in_transaction());
  TS_ASSIGN_OR_RETURN(std::uint64_t last, InboxReader(connection_).last_no());
  for (const wire::InboxItem& item : items) {
    if (item.no <= last) continue;
    const std::string_view kind = item.kind;
    const std::string_view key = item.key;
    if (!key.empty()) TS_RETURN_IF_ERROR(connection_.run(kDeleteOlder, {kind, key}));
    TS_RETURN_IF_ERROR(connection_.run(kInsertItem, {static_cast<std::int64_t>(item.no), kind, key, sql::Blob{item.payload}}));
    last = item.no;
    if (kind != "product/1") continue;
    // A product that this version cannot read is delivered all the same; it only has no GTINs to be found by.
    const auto product = decode_product(item.payload);
    if (!product) continue;
    TS_RETURN_IF_ERROR(connection_.run(kDeleteGtins, {key}));
    for (const Gtin& gtin : product->gtins) TS_RETURN_IF_ERROR(connection_.run(kInsertGtin, {std::string_view(gtin.gtin), key}));
  }
  return {};
}

Result<void> Inbox::acknowledge(std::string_view consumer, std::uint64_t no, Instant now) {
  TS_ASSIGN_OR_RETURN(const std::uint64_t last, InboxReader(connection_).last_no());
  if (no > last)
    return fail(ErrorCode::kInvalid, "acknowledge inbox", "item " + std::to_string(no) + " was not delivered, the last is " +
                                                              std::to_string(last));
  TS_RETURN_IF_ERROR(connection_.run(kUpsertConsumer, {consumer, static_cast<std::int64_t>(no), now.micros}));
  return {};
}

Result<std::uint64_t> Inbox::prune(Instant consumers_seen_since) {
  std::int64_t slowest = 0;
  TS_RETURN_IF_ERROR(connection_.query(kSelectSlowest, {consumers_seen_since.micros},
                                       [&slowest](const sql::Row& row) { slowest = row.is_null(0) ? 0 : row.integer(0); }));
  if (slowest == 0) return 0;
  TS_ASSIGN_OR_RETURN(const std::int64_t dropped, connection_.run(kDeleteRead, {slowest, kPruneItemsMax}));
  return static_cast<std::uint64_t>(dropped);
}

}  // namespace tillsync::agent
