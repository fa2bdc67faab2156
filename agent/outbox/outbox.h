// The agent's durable queue towards the hub. A document is in it before the POS gets its answer; acknowledged payloads stay
// for kPayloadRetentionDays (less when the database grows beyond its cap), identity, hash and first answer for kIdentityRetentionDays. Nothing else is ever deleted.
//
// One writer thread (agent/ingest's loop) owns the writing Outbox: append, acknowledge, rebase. The sync loop reads through an
// OutboxReader on a connection of its own.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/error.h"
#include "common/base/time.h"
#include "common/contract/codec.h"
#include "common/contract/document.h"
#include "common/sql/sql.h"
#include "common/wire/messages.h"

namespace tillsync::agent {

/// Where this outbox stands; the input of the sync session.
struct OutboxState {
  EpochId epoch;
  std::uint64_t first_seq = 1;       // of the epoch
  std::uint64_t last_seq = 0;        // 0 = nothing ever
  ChainHash last_chain;
  std::uint64_t acked_seq = 0;       // the hub has committed everything up to here
  ChainHash acked_chain;
  std::uint64_t oldest_held_seq = 1; // lower payloads were pruned
  IncarnationId incarnation;         // the hub's, as last seen; zero = never
};

/// What `append` is given: one document that passed ingest.
struct NewRow {
  wire::EventKind kind = wire::EventKind::kDocument;
  EventId event_id;
  /// The business identity as bytes that sort a till's documents by their number, so that one commit dirties few pages
  /// (identity_key of agent/ingest). Empty: event_id stands in for it.
  Bytes identity_key;
  ContentHash content_hash;
  std::string correlation_id;
  Instant received_at;
  Bytes payload;         // encode_document
  std::string warnings;  // JSON array text, "" = none; part of the answer that is given again
};

/// What the POS is told about one document. kAccepted: new. kDuplicate: the first answer again. kConflict: same identity,
/// other content; the second was kept as a conflict fact (once per content).
enum class AppendStatus { kAccepted, kDuplicate, kConflict };
struct Appended {
  AppendStatus status = AppendStatus::kAccepted;
  EventId event_id;
  std::uint64_t seq = 0;          // of the first document of this identity
  std::string warnings;
  ContentHash first_content_hash; // of the document that holds the identity
};

struct OutboxRow {
  std::uint64_t seq = 0;
  ChainHash chain;
  wire::Event event;
};

struct OutboxStats {
  std::uint64_t waiting = 0;                // not acknowledged
  std::optional<Instant> oldest_waiting;    // received_at
  std::uint64_t rows = 0;                   // held, acknowledged ones among them
  std::int64_t bytes = 0;                   // of the database file, without its log
};

/// finished: nothing older is left, so that the caller may wait a while before it asks again.
struct Pruned {
  std::uint64_t payloads = 0, identities = 0;
  bool finished = true;
};
inline constexpr std::uint64_t kPruneRowsMax = 256;        // payloads dropped by one call
inline constexpr std::uint64_t kPruneIdentitiesMax = 1'000; // identities looked at by one call

class OutboxReader {
 public:
  explicit OutboxReader(sql::Connection& connection) : connection_(connection) {}
  Result<OutboxState> state();
  /// Rows first_seq, first_seq+1, … until count_max rows or bytes_max payload bytes (at least one row when there is one).
  Result<std::vector<OutboxRow>> rows(std::uint64_t first_seq, std::size_t count_max, std::size_t bytes_max);
  /// The chain after seq in the present epoch; nullopt when the outbox does not know it (pruned, of an older epoch, or never had
  /// it). Before the epoch's first row it is the epoch's seed.
  Result<std::optional<ChainHash>> chain_at(std::uint64_t seq);
  Result<OutboxStats> stats();

 private:
  sql::Connection& connection_;
};

class Outbox {
 public:
  /// Migrates; draws the first epoch in a new database.
  static Result<std::unique_ptr<Outbox>> open(sql::Connection& connection);

  /// Inside the caller's transaction (the group commit): decides new, duplicate or conflict and writes. One result per row.
  /// After a rollback call forget_uncommitted().
  Result<std::vector<Appended>> append(std::span<const NewRow> rows);
  Result<std::vector<Appended>> append(std::initializer_list<NewRow> rows) { return append(std::span(rows.begin(), rows.size())); }
  /// The state is read again from the database; where that fails, at the next call.
  void forget_uncommitted();

  /// Records the hub's acknowledgement. Never moves back; a lower seq is ignored unless the incarnation changed. A seq that was
  /// never given is kInvalid.
  Result<void> acknowledge(const IncarnationId& incarnation, std::uint64_t seq, const ChainHash& chain);
  /// Starts a new epoch at first_seq: recomputes the chain of the rows held from there on, beginning with the epoch's seed.
  /// acked becomes first_seq - 1. Rows below oldest_held_seq are gone; the session declares them as a gap. kInvalid for 0 and
  /// for more than last_seq + 1.
  Result<OutboxState> rebase(const EpochId& epoch, std::uint64_t first_seq, const IncarnationId& incarnation);
  /// Inside the caller's transaction, as append and rebase are. Drops acknowledged payloads received before `payloads_before`
  /// and identities before `identities_before`, a bounded number per call; while the database uses more than `bytes_max`, young
  /// acknowledged payloads go as well. The newest row always stays: its seq and chain are where the next one goes on.
  Result<Pruned> prune(Instant payloads_before, Instant identities_before, std::int64_t bytes_max = std::numeric_limits<std::int64_t>::max());

  const OutboxState& state() const { return state_; }

 private:
  explicit Outbox(sql::Connection& connection) : connection_(connection) {}
  Result<void> load_if_stale();
  Result<Appended> append_one(const NewRow& row);
  Result<void> append_row(const NewRow& row, wire::EventKind kind);
  Result<bool> uses_more_than(std::int64_t bytes_max);
  Result<std::uint64_t> prune_payloads(Instant before);
  Result<Pruned> prune_identities(Instant before);

  sql::Connection& connection_;
  OutboxState state_;  // as of the current transaction
  bool stale_ = false;
  Bytes identity_sweep_;  // prune went through the identities up to this key
};

}  // namespace tillsync::agent
