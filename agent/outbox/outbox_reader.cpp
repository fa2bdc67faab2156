#include "agent/outbox/outbox.h"
#include "agent/outbox/state_store.h"
#include "common/sync/chain.h"

namespace tillsync::agent {
namespace {

using sql::Row;

constexpr std::string_view kSelectRows =
    "SELECT seq, kind, content_hash, chain, received_at, correlation_id, payload FROM outbox WHERE seq >= $1 ORDER BY seq LIMIT $2";
constexpr std::string_view kSelectChain = "SELECT chain FROM outbox WHERE seq = $1";
constexpr std::string_view kSelectOldestWaiting = "SELECT received_at FROM outbox WHERE seq > $1 ORDER BY seq LIMIT 1";
constexpr std::string_view kSelectSize = "SELECT (SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size())";

std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t unsigned_of(std::int64_t value) { return static_cast<std::uint64_t>(value); }

Result<StoredState> load_existing(sql::Connection& connection) {
  TS_ASSIGN_OR_RETURN(auto stored, load_state(connection));
  if (!stored) return fail(ErrorCode::kNotFound, "read outbox", "it has never been used", "start the agent once");
  return std::move(*stored);
}

}  // namespace

Result<OutboxState> OutboxReader::state() {
  TS_ASSIGN_OR_RETURN(const StoredState stored, load_existing(connection_));
  return stored.state;
}

Result<std::vector<OutboxRow>> OutboxReader::rows(std::uint64_t first_seq, std::size_t count_max, std::size_t bytes_max) {
  std::vector<OutboxRow> rows;
  std::size_t bytes = 0;
  bool full = false;
  TS_RETURN_IF_ERROR(connection_.query(kSelectRows, {signed_of(first_seq), static_cast<std::int64_t>(count_max)}, [&](const Row& row) {
    if (full) return;  // the payloads of the rest are not even read
    const BytesView payload = row.blob(6);
    full = !rows.empty() && bytes + payload.size() > bytes_max;
    if (full) return;
    bytes += payload.size();
    rows.push_back(OutboxRow{unsigned_of(row.integer(0)), fixed_from<ChainHash>(row.blob(3)),
                             wire::Event{static_cast<wire::EventKind>(row.integer(1)), Instant{row.integer(4)}, std::string(row.text(5)),
                                         fixed_from<ContentHash>(row.blob(2)), Bytes(payload)}});
  }));
  return rows;
}

Result<std::optional<ChainHash>> OutboxReader::chain_at(std::uint64_t seq) {
  TS_ASSIGN_OR_RETURN(const StoredState stored, load_existing(connection_));
  const OutboxState& state = stored.state;
  std::optional<ChainHash> chain;
  if (seq + 1 < state.first_seq) return chain;
  if (seq + 1 == state.first_seq) return std::optional(sync::chain_seed(state.epoch));
  if (seq == state.acked_seq) return std::optional(state.acked_chain);
  if (seq + 1 == state.oldest_held_seq) return std::optional(stored.held_chain);
  TS_RETURN_IF_ERROR(connection_.query(kSelectChain, {signed_of(seq)}, [&](const Row& row) { chain = fixed_from<ChainHash>(row.blob(0)); }));
  return chain;
}

Result<OutboxStats> OutboxReader::stats() {
  TS_ASSIGN_OR_RETURN(const StoredState stored, load_existing(connection_));
  const OutboxState& state = stored.state;
  OutboxStats stats;
  stats.waiting = state.last_seq - std::min(state.acked_seq, state.last_seq);
  stats.rows = state.last_seq + 1 - std::min(state.oldest_held_seq, state.last_seq + 1);
  TS_RETURN_IF_ERROR(connection_.query(kSelectOldestWaiting, {signed_of(state.acked_seq)},
                                       [&](const Row& row) { stats.oldest_waiting = Instant{row.integer(0)}; }));
  TS_RETURN_IF_ERROR(connection_.query(kSelectSize, {}, [&](const Row& row) { stats.bytes = row.integer(0); }));
  return stats;
}

}  // namespace tillsync::agent
