#include "hub/outbound/outbound_store.h"

#include <algorithm>

#include "common/base/limits.h"
#include "hub/outbound/schema.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kDropOlder = "DELETE FROM outbound_item WHERE scope = $1 AND kind = $2 AND key = $3";
constexpr std::string_view kQueue =
    "INSERT INTO outbound_item (item_no, scope, kind, key, payload, queued_at) VALUES ($1, $2, $3, $4, $5, $6)";
constexpr std::string_view kItems =
    "SELECT item_no, kind, key, payload FROM outbound_item WHERE item_no > $1 AND scope IN ($2, $3, $4, $5)"
    " ORDER BY item_no LIMIT $6";
constexpr std::string_view kLastNo = "SELECT coalesce(max(item_no), 0) FROM outbound_item";
constexpr std::string_view kAcknowledge =
    "INSERT INTO outbound_cursor (agent_id, acked_no, acked_at) VALUES ($1, $2, $3)"
    " ON CONFLICT (agent_id) DO UPDATE SET acked_no = excluded.acked_no, acked_at = excluded.acked_at"
    " WHERE excluded.acked_no > acked_no";
constexpr std::string_view kAcknowledged = "SELECT acked_no FROM outbound_cursor WHERE agent_id = $1";
// By way of negative numbers, so that no row meets another.
constexpr std::string_view kTurnAway = "UPDATE outbound_item SET item_no = -item_no";
constexpr std::string_view kRenumber = "UPDATE outbound_item SET item_no = $1 - item_no";
constexpr std::string_view kFirstNo = "SELECT coalesce(min(item_no), 0) FROM outbound_item";
constexpr std::string_view kIsBetween =
    "SELECT coalesce((SELECT min(item_no) FROM outbound_item) < $1, 0) AND NOT EXISTS (SELECT 1 FROM outbound_item WHERE item_no = $1)";
constexpr std::string_view kForgetCursors = "DELETE FROM outbound_cursor";

constexpr std::size_t kDeliverBytesMax = kBatchBytesMax / 2;
constexpr std::int64_t kMicrosPerNumber = 1'000;  // numbers may be given a thousand a second, for ever, without running ahead of the time
constexpr std::int64_t kDeliverRowsMax = static_cast<std::int64_t>(kBatchEventsMax);

template <class Record>
std::vector<OutboundItem> changed_items(const std::vector<Record>& records, const std::vector<PutDecision>& decisions) {
  std::vector<OutboundItem> items;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const PutStatus status = decisions[i].status;
    if (status != PutStatus::kCreated && status != PutStatus::kUpdated) continue;
    Record stored = records[i];
    if constexpr (requires { stored.version; }) stored.version = decisions[i].version;
    items.push_back(outbound_item(stored));
  }
  return items;
}

template <class Record, class Put>
Result<std::vector<PutDecision>> put_and_deliver(Put put, sql::Connection& connection, const std::vector<Record>& records,
                                                 std::string_view changed_by, Instant now) {
  TS_ASSIGN_OR_RETURN(auto decisions, put(connection, records, changed_by, now));
  TS_CHECK(decisions.size() == records.size());
  TS_RETURN_IF_ERROR(OutboundStore(connection).queue(changed_items(records, decisions), now));
  return decisions;
}

}  // namespace

Result<void> OutboundStore::migrate(sql::Connection& connection) {
  return sql::migrate(connection, "hub/outbound", outbound_schema::migrations());
}

Result<void> OutboundStore::queue(std::span<const OutboundItem> items, Instant now) {
  // Asked before an older item is dropped, which may be the last one. Not below the time, so that a database that was put back gives
  // no number that agents have seen already.
  TS_ASSIGN_OR_RETURN(const std::uint64_t last, last_no());
  std::int64_t no = std::max(static_cast<std::int64_t>(last), now.micros / kMicrosPerNumber);
  for (const OutboundItem& item : items) {
    const std::string_view scope = item.scope, kind = item.kind, key = item.key;
    TS_RETURN_IF_ERROR(connection_.run(kDropOlder, {scope, kind, key}));
    TS_RETURN_IF_ERROR(connection_.run(kQueue, {++no, scope, kind, key, sql::Blob{item.payload}, now.micros}));
  }
  return {};
}

Result<std::vector<wire::InboxItem>> OutboundStore::items(const AgentId& agent_id, const LocationId& location, std::uint64_t after) {
  TS_ASSIGN_OR_RETURN(const auto record, MasterdataReader(connection_).location(location));
  std::vector<std::string> scopes = scopes_of(agent_id, location, record ? std::string_view(record->group) : std::string_view());
  scopes.resize(4, "*");
  std::vector<wire::InboxItem> items;
  std::size_t bytes = 0;
  bool full = false;
  TS_RETURN_IF_ERROR(connection_.query(
      kItems,
      {static_cast<std::int64_t>(after), std::string_view(scopes[0]), std::string_view(scopes[1]), std::string_view(scopes[2]),
       std::string_view(scopes[3]), kDeliverRowsMax},
      [&](const sql::Row& row) {
        const BytesView payload = row.blob(3);
        full = full || (!items.empty() && bytes + payload.size() > kDeliverBytesMax);
        if (full) return;  // the next call goes on from here
        bytes += payload.size();
        items.push_back({.no = static_cast<std::uint64_t>(row.integer(0)),
                         .kind = std::string(row.text(1)),
                         .key = std::string(row.text(2)),
                         .payload = Bytes(payload)});
      }));
  return items;
}

Result<std::uint64_t> OutboundStore::last_no() {
  std::uint64_t last = 0;
  TS_RETURN_IF_ERROR(connection_.query(kLastNo, {}, [&](const sql::Row& row) { last = static_cast<std::uint64_t>(row.integer(0)); }));
  return last;
}

Result<void> OutboundStore::acknowledge(const AgentId& agent_id, std::uint64_t no, Instant now) {
  TS_RETURN_IF_ERROR(connection_.run(kAcknowledge, {agent_id.view(), static_cast<std::int64_t>(no), now.micros}));
  return {};
}

Result<std::uint64_t> OutboundStore::acknowledged(const AgentId& agent_id) {
  std::uint64_t acked = 0;
  TS_RETURN_IF_ERROR(connection_.query(kAcknowledged, {agent_id.view()},
                                       [&](const sql::Row& row) { acked = static_cast<std::uint64_t>(row.integer(0)); }));
  return acked;
}

Result<void> OutboundStore::renumber_above(std::uint64_t no) {
  TS_ASSIGN_OR_RETURN(const std::uint64_t last, last_no());
  std::int64_t first = 0;
  TS_RETURN_IF_ERROR(connection_.query(kFirstNo, {}, [&](const sql::Row& row) { first = row.integer(0); }));
  const std::int64_t step = static_cast<std::int64_t>(std::max(last, no)) + 1 - first;
  TS_RETURN_IF_ERROR(connection_.run(kTurnAway));
  TS_RETURN_IF_ERROR(connection_.run(kRenumber, {step}));
  TS_RETURN_IF_ERROR(connection_.run(kForgetCursors));
  return {};
}

Result<bool> OutboundStore::is_cursor_doubtful(const AgentId& agent_id, std::uint64_t cursor) {
  TS_ASSIGN_OR_RETURN(const std::uint64_t acked, acknowledged(agent_id));
  if (cursor <= acked) return false;
  bool is_doubtful = false;
  TS_RETURN_IF_ERROR(connection_.query(kIsBetween, {static_cast<std::int64_t>(cursor)}, [&](const sql::Row& row) { is_doubtful = row.integer(0) != 0; }));
  return is_doubtful;
}

Result<std::vector<PutDecision>> put_and_deliver_locations(sql::Connection& connection, const std::vector<Location>& locations,
                                                           std::string_view changed_by, Instant now) {
  return put_and_deliver(&put_locations, connection, locations, changed_by, now);
}

Result<std::vector<PutDecision>> put_and_deliver_products(sql::Connection& connection, const std::vector<Product>& products,
                                                          std::string_view changed_by, Instant now) {
  return put_and_deliver(&put_products, connection, products, changed_by, now);
}

Result<std::vector<PutDecision>> put_and_deliver_prices(sql::Connection& connection, const std::vector<Price>& prices,
                                                        std::string_view changed_by, Instant now) {
  return put_and_deliver(&put_prices, connection, prices, changed_by, now);
}

}  // namespace tillsync::hub
