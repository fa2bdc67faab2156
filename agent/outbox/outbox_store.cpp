#include "agent/outbox/outbox.h"
#include "agent/outbox/schema.h"
#include "agent/outbox/state_store.h"
#include "common/crypto/crypto.h"
#include "common/sync/chain.h"

namespace tillsync::agent {
namespace {

constexpr std::string_view kInsertState =
    "INSERT INTO outbox_state (one, epoch, first_seq, acked_seq, acked_chain, oldest_held_seq, held_chain, incarnation) "
    "VALUES (1, $1, 1, 0, $2, 1, $2, $3)";
constexpr std::string_view kInsertIdentity =
    "INSERT INTO identity (identity_key, seq, content_hash, warnings, received_at) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (identity_key) DO NOTHING";
constexpr std::string_view kSelectIdentity = "SELECT seq, content_hash, warnings FROM identity WHERE identity_key = $1";
constexpr std::string_view kInsertConflict =
    "INSERT INTO identity_conflict (identity_key, content_hash, seq) VALUES ($1, $2, $3) "
    "ON CONFLICT (identity_key, content_hash) DO NOTHING";
constexpr std::string_view kInsertRow =
    "INSERT INTO outbox (seq, kind, content_hash, chain, received_at, correlation_id, payload) VALUES ($1, $2, $3, $4, $5, $6, $7)";
constexpr std::string_view kUpdateAcked = "UPDATE outbox_state SET acked_seq = $1, acked_chain = $2, incarnation = $3 WHERE one = 1";

constexpr std::string_view kSelectHashes = "SELECT seq, content_hash FROM outbox WHERE seq >= $1 ORDER BY seq LIMIT $2";
constexpr std::string_view kUpdateChain = "UPDATE outbox SET chain = $2 WHERE seq = $1";
constexpr std::string_view kUpdateEpoch =
    "UPDATE outbox_state SET epoch = $1, first_seq = $2, acked_seq = $2 - 1, acked_chain = $3, incarnation = $4 WHERE one = 1";
constexpr std::string_view kUpdateHeldChain = "UPDATE outbox_state SET held_chain = $1 WHERE one = 1";

// Rows leave in the order of seq, so that what is held has no holes; the newest row stays.
constexpr std::string_view kSelectPrunable =
    "SELECT seq, chain, received_at FROM outbox WHERE seq >= $1 AND seq <= $2 ORDER BY seq";
constexpr std::string_view kSelectUsed =  // bytes; pages that pruning freed are used again before the file grows
    "SELECT ((SELECT page_count FROM pragma_page_count()) - (SELECT freelist_count FROM pragma_freelist_count()))"
    " * (SELECT page_size FROM pragma_page_size())";
constexpr std::string_view kDeleteRows = "DELETE FROM outbox WHERE seq <= $1";
constexpr std::string_view kUpdateHeld = "UPDATE outbox_state SET oldest_held_seq = $1, held_chain = $2 WHERE one = 1";
constexpr std::string_view kSelectIdentities =
    "SELECT identity_key, seq, received_at FROM identity WHERE identity_key > $1 ORDER BY identity_key LIMIT $2";
constexpr std::string_view kDeleteIdentity = "DELETE FROM identity WHERE identity_key = $1";
constexpr std::string_view kDeleteConflicts = "DELETE FROM identity_conflict WHERE identity_key = $1";

constexpr std::int64_t kRebaseRowsPerStep = 1'000;

std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }
template <class Fixed>
sql::Param blob(const Fixed& value) {
  return sql::Blob{value.view()};
}
BytesView key_of(const NewRow& row) { return row.identity_key.empty() ? row.event_id.view() : BytesView(row.identity_key); }

}  // namespace

Result<std::unique_ptr<Outbox>> Outbox::open(sql::Connection& connection) {
  TS_RETURN_IF_ERROR(sql::migrate(connection, "agent/outbox", outbox_schema::migrations()));
  std::unique_ptr<Outbox> outbox(new Outbox(connection));
  TS_ASSIGN_OR_RETURN(auto stored, load_state(connection));
  if (!stored) {
    const auto epoch = random_fixed<EpochId>();
    const ChainHash seed = sync::chain_seed(epoch);
    TS_RETURN_IF_ERROR(connection.run(kInsertState, {blob(epoch), blob(seed), blob(IncarnationId{})}));
  }
  outbox->stale_ = true;
  TS_RETURN_IF_ERROR(outbox->load_if_stale());
  return outbox;
}

Result<void> Outbox::load_if_stale() {
  if (!stale_) return {};
  TS_ASSIGN_OR_RETURN(const auto stored, load_state(connection_));
  if (!stored) return fail(ErrorCode::kCorrupt, "load outbox", "its state row is missing", "restore the data folder from a backup");
  state_ = stored->state;
  stale_ = false;
  return {};
}

void Outbox::forget_uncommitted() {
  stale_ = true;
  // An error is not lost: every call below begins with the same question.
  (void)load_if_stale();
}

Result<std::vector<Appended>> Outbox::append(std::span<const NewRow> rows) {
  TS_CHECK(connection_.in_transaction());
  TS_RETURN_IF_ERROR(load_if_stale());
  std::vector<Appended> results;
  results.reserve(rows.size());
  for (const NewRow& row : rows) {
    TS_ASSIGN_OR_RETURN(Appended appended, append_one(row));
    results.push_back(std::move(appended));
  }
  return results;
}

Result<Appended> Outbox::append_one(const NewRow& row) {
  const sql::Param key = sql::Blob{key_of(row)};
  const std::int64_t next_seq = signed_of(state_.last_seq + 1);
  TS_ASSIGN_OR_RETURN(const std::int64_t inserted,
                      connection_.run(kInsertIdentity, {key, next_seq, blob(row.content_hash), std::string_view(row.warnings),
                                                        row.received_at.micros}));
  Appended appended{AppendStatus::kAccepted, row.event_id, state_.last_seq + 1, row.warnings, row.content_hash};
  if (inserted == 1) {
    TS_RETURN_IF_ERROR(append_row(row, row.kind));
    return appended;
  }
  TS_RETURN_IF_ERROR(connection_.query(kSelectIdentity, {key}, [&appended](const sql::Row& first) {
    appended.seq = static_cast<std::uint64_t>(first.integer(0));
    appended.first_content_hash = fixed_from<ContentHash>(first.blob(1));
    appended.warnings = first.text(2);
  }));
  if (appended.first_content_hash == row.content_hash) {
    appended.status = AppendStatus::kDuplicate;
    return appended;
  }
  appended.status = AppendStatus::kConflict;
  TS_ASSIGN_OR_RETURN(const std::int64_t is_new_content, connection_.run(kInsertConflict, {key, blob(row.content_hash), next_seq}));
  if (is_new_content == 1) TS_RETURN_IF_ERROR(append_row(row, wire::EventKind::kConflict));
  return appended;
}

Result<void> Outbox::append_row(const NewRow& row, wire::EventKind kind) {
  const ChainHash chain = sync::chain_next(state_.last_chain, row.content_hash);
  TS_RETURN_IF_ERROR(connection_.run(kInsertRow, {signed_of(state_.last_seq + 1), static_cast<std::int64_t>(kind), blob(row.content_hash),
                                                  blob(chain), row.received_at.micros, std::string_view(row.correlation_id),
                                                  sql::Blob{row.payload}}));
  ++state_.last_seq;
  state_.last_chain = chain;
  return {};
}

Result<void> Outbox::acknowledge(const IncarnationId& incarnation, std::uint64_t seq, const ChainHash& chain) {
  TS_RETURN_IF_ERROR(load_if_stale());
  if (seq > state_.last_seq)
    return fail(ErrorCode::kInvalid, "acknowledge outbox", "seq " + std::to_string(seq) + " was never given, the last is " +
                                                               std::to_string(state_.last_seq));
  const bool other_hub_life = incarnation != state_.incarnation;
  if (!other_hub_life && seq <= state_.acked_seq) return {};
  TS_RETURN_IF_ERROR(connection_.run(kUpdateAcked, {signed_of(seq), blob(chain), blob(incarnation)}));
  state_.acked_seq = seq;
  state_.acked_chain = chain;
  state_.incarnation = incarnation;
  return {};
}

Result<OutboxState> Outbox::rebase(const EpochId& epoch, std::uint64_t first_seq, const IncarnationId& incarnation) {
  TS_CHECK(connection_.in_transaction());
  TS_RETURN_IF_ERROR(load_if_stale());
  if (first_seq == 0 || first_seq > state_.last_seq + 1)
    return fail(ErrorCode::kInvalid, "rebase outbox", "an epoch cannot begin at " + std::to_string(first_seq) + ", the last seq is " +
                                                          std::to_string(state_.last_seq));
  const ChainHash seed = sync::chain_seed(epoch);
  TS_RETURN_IF_ERROR(connection_.run(kUpdateEpoch, {blob(epoch), signed_of(first_seq), blob(seed), blob(incarnation)}));
  if (first_seq <= state_.oldest_held_seq) TS_RETURN_IF_ERROR(connection_.run(kUpdateHeldChain, {blob(seed)}));

  ChainHash chain = seed;
  std::uint64_t next = first_seq;
  while (next <= state_.last_seq) {
    std::vector<std::pair<std::int64_t, ChainHash>> step;
    TS_RETURN_IF_ERROR(connection_.query(kSelectHashes, {signed_of(next), kRebaseRowsPerStep}, [&](const sql::Row& row) {
      chain = sync::chain_next(chain, fixed_from<ContentHash>(row.blob(1)));
      step.emplace_back(row.integer(0), chain);
    }));
    if (step.empty()) break;
    std::vector<sql::Param> params;
    for (const auto& [seq, after] : step) params.insert(params.end(), {seq, blob(after)});
    TS_RETURN_IF_ERROR(connection_.run_each(kUpdateChain, 2, params));
    next = static_cast<std::uint64_t>(step.back().first) + 1;
  }
  stale_ = true;
  TS_RETURN_IF_ERROR(load_if_stale());
  return state_;
}

Result<Pruned> Outbox::prune(Instant payloads_before, Instant identities_before, std::int64_t bytes_max) {
  TS_CHECK(connection_.in_transaction());
  TS_RETURN_IF_ERROR(load_if_stale());
  TS_ASSIGN_OR_RETURN(const bool too_large, uses_more_than(bytes_max));
  if (too_large) payloads_before = Instant{std::numeric_limits<std::int64_t>::max()};
  TS_ASSIGN_OR_RETURN(const std::uint64_t payloads, prune_payloads(payloads_before));
  TS_ASSIGN_OR_RETURN(Pruned pruned, prune_identities(identities_before));
  pruned.payloads = payloads;
  pruned.finished = pruned.finished && payloads < kPruneRowsMax;
  return pruned;
}

Result<bool> Outbox::uses_more_than(std::int64_t bytes_max) {
  std::int64_t used = 0;
  TS_RETURN_IF_ERROR(connection_.query(kSelectUsed, {}, [&](const sql::Row& row) { used = row.integer(0); }));
  return used > bytes_max;
}

Result<std::uint64_t> Outbox::prune_payloads(Instant before) {
  const std::uint64_t first = state_.oldest_held_seq;
  const std::uint64_t newest_prunable = std::min(state_.acked_seq, state_.last_seq == 0 ? 0 : state_.last_seq - 1);
  std::uint64_t last = first - 1;
  ChainHash chain;
  bool old = true;
  TS_RETURN_IF_ERROR(connection_.query(
      kSelectPrunable, {signed_of(first), signed_of(std::min(newest_prunable, first + kPruneRowsMax - 1))}, [&](const sql::Row& row) {
        // A clock that was set back leaves a younger row between older ones; pruning waits for it.
        old = old && row.integer(2) < before.micros;
        if (!old) return;
        last = static_cast<std::uint64_t>(row.integer(0));
        chain = fixed_from<ChainHash>(row.blob(1));
      }));
  const std::uint64_t count = last + 1 - first;
  if (count == 0) return 0;
  TS_RETURN_IF_ERROR(connection_.run(kDeleteRows, {signed_of(last)}));
  TS_RETURN_IF_ERROR(connection_.run(kUpdateHeld, {signed_of(last + 1), blob(chain)}));
  state_.oldest_held_seq = last + 1;
  return count;
}

Result<Pruned> Outbox::prune_identities(Instant before) {
  std::vector<Bytes> old_keys;
  std::uint64_t looked_at = 0;
  Bytes last_key;
  const std::uint64_t oldest_held = state_.oldest_held_seq;
  TS_RETURN_IF_ERROR(connection_.query(
      kSelectIdentities, {sql::Blob{identity_sweep_}, signed_of(kPruneIdentitiesMax)}, [&](const sql::Row& row) {
        ++looked_at;
        last_key = row.blob(0);
        // While its document is held the identity stays, whatever the clock says: a waiting document is never taken twice.
        if (row.integer(2) < before.micros && static_cast<std::uint64_t>(row.integer(1)) < oldest_held) old_keys.push_back(last_key);
      }));
  for (const Bytes& key : old_keys) {
    TS_RETURN_IF_ERROR(connection_.run(kDeleteConflicts, {sql::Blob{key}}));
    TS_RETURN_IF_ERROR(connection_.run(kDeleteIdentity, {sql::Blob{key}}));
  }
  const bool swept = looked_at < kPruneIdentitiesMax;
  identity_sweep_ = swept ? Bytes{} : last_key;
  return Pruned{0, old_keys.size(), swept};
}

}  // namespace tillsync::agent
