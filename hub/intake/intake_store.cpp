#include "hub/intake/intake_store.h"

#include <set>

#include "common/contract/contract_names.h"
#include "hub/intake/schema.h"
#include "hub/writer/bulk_insert.h"

namespace tillsync::hub {
namespace {

using sql::Blob;
using sql::Param;
using sql::Row;

constexpr std::string_view kSelectCounters =
    "SELECT (SELECT coalesce(max(event_no), 0) FROM event), (SELECT coalesce(max(epoch_no), 0) FROM agent_epoch),"
    " (SELECT indexed_to FROM event_id_state)";
constexpr std::size_t kIdentityWidth = 5;
constexpr std::string_view kSelectEvent =
    "SELECT event_no, content_hash FROM event WHERE document_no = $1 AND location = $2 AND till = $3 AND contract = $4"
    " AND series = $5 AND verdict = 'new'";
constexpr std::string_view kSelectOpaque = "SELECT event_no, content_hash FROM event WHERE event_id = $1 AND verdict = 'opaque'";
constexpr std::string_view kIndexIds =
    "INSERT INTO event_by_id (event_id, event_no) SELECT event_id, event_no FROM event WHERE event_no > $1 AND event_no <= $2"
    " ORDER BY event_id";
constexpr std::string_view kMoveIndexed = "UPDATE event_id_state SET indexed_to = $1";
constexpr std::string_view kSelectConflict = "SELECT 1 FROM event_conflict WHERE event_id = $1 AND content_hash = $2";
constexpr std::string_view kSelectEpoch =
    "SELECT epoch_no, first_seq, last_seq, last_chain FROM agent_epoch WHERE agent_id = $1 AND epoch = $2 /* for update */";
constexpr std::size_t kEventWidth = 19;
constexpr std::string_view kInsertEvent =
    "INSERT INTO event (event_no, event_id, epoch_no, seq, verdict, contract, location, till, series, document_no, business_date,"
    " occurred_at, agent_received_at, received_at, correlation_id, content_hash, mode, source, payload) VALUES";
constexpr std::string_view kInsertConflict =
    "INSERT INTO event_conflict (event_id, content_hash, exception_id, epoch_no, seq, location, source, agent_received_at,"
    " received_at, correlation_id, payload) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
constexpr std::string_view kUpsertEpoch =
    "INSERT INTO agent_epoch (epoch_no, agent_id, epoch, first_seq, last_seq, last_chain, started_at, updated_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (epoch_no) DO UPDATE SET last_seq = excluded.last_seq,"
    " last_chain = excluded.last_chain, updated_at = excluded.updated_at";
constexpr std::string_view kInsertGap =
    "INSERT INTO event_gap (epoch_no, first_seq, last_seq, location, reason, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)";
constexpr std::string_view kAddTotal =
    "INSERT INTO event_total (location, business_date, contract, mode, currency, documents, gross_minor)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (location, business_date, contract, mode, currency) DO UPDATE SET"
    " documents = documents + excluded.documents, gross_minor = gross_minor + excluded.gross_minor";

Param nullable(const std::optional<Instant>& instant) { return instant ? Param(instant->micros) : Param(nullptr); }
Param nullable(const std::optional<Date>& date) { return date ? Param(std::int64_t{date->days}) : Param(nullptr); }
Param number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

const EpochState* state_of(const IncomingDocument& incoming, const IntakeRows& rows) {
  if (incoming.agent_id.empty()) return nullptr;
  const auto found = rows.epochs.find({incoming.agent_id, incoming.epoch});
  TS_CHECK(found != rows.epochs.end());
  return &found->second;
}

/// The correlation id as it is stored: nothing where it is the event id's text, so that the index holds only real ones.
std::string_view stored_correlation(const IncomingDocument& incoming) {
  if (incoming.correlation_id.starts_with("e_") && incoming.correlation_id == event_id_text(incoming.event_id)) return {};
  return incoming.correlation_id;
}

Result<void> load_events(sql::Connection& connection, const MicroBatch& batch, IntakeRows& rows) {
  std::vector<Param> params;
  std::vector<const IncomingDocument*> asked;
  params.reserve(batch.documents.size() * kIdentityWidth);
  asked.reserve(batch.documents.size());
  rows.events.reserve(batch.documents.size());
  const auto keep = [&rows](const IncomingDocument& incoming, const Row& row) {
    const auto hash = ContentHash::from_view(row.blob(1));
    rows.events.emplace(incoming.event_id, KnownEvent{row.integer(0), hash.value_or(ContentHash{})});
  };
  for (const IncomingDocument& incoming : batch.documents) {
    if (!incoming.document) {
      TS_RETURN_IF_ERROR(connection.query(kSelectOpaque, {Blob{incoming.event_id.view()}},
                                          [&](const Row& row) { keep(incoming, row); }));
      continue;
    }
    const Header& header = incoming.document->header;
    params.insert(params.end(), {header.document_no.view(), incoming.location.view(), header.till.view(),
                                 contract_name(header.contract), header.series.view()});
    asked.push_back(&incoming);
  }
  return connection.query_each(kSelectEvent, kIdentityWidth, params,
                               [&](std::size_t index, const Row& row) { keep(*asked[index], row); });
}

Result<void> load_conflicts(sql::Connection& connection, const MicroBatch& batch, IntakeRows& rows) {
  std::vector<Param> params;
  std::vector<const IncomingDocument*> asked;
  std::set<EventId> seen;
  for (const IncomingDocument& incoming : batch.documents) {
    // Whatever is neither known nor a claim is new, unless it comes twice in this batch.
    const bool is_first = seen.insert(incoming.event_id).second;
    if (is_first && incoming.kind != wire::EventKind::kConflict && !rows.events.contains(incoming.event_id)) continue;
    params.insert(params.end(), {Blob{incoming.event_id.view()}, Blob{incoming.content_hash.view()}});
    asked.push_back(&incoming);
  }
  return connection.query_each(kSelectConflict, 2, params, [&](std::size_t index, const Row&) {
    rows.conflicts.emplace(ConflictKey{asked[index]->event_id, asked[index]->content_hash}, true);
  });
}

Result<void> load_epoch(sql::Connection& connection, const AgentId& agent_id, const EpochId& epoch, IntakeRows& rows) {
  const EpochKey key{agent_id, epoch};
  if (agent_id.empty() || rows.epochs.contains(key)) return {};
  EpochState& state = rows.epochs[key];
  return connection.query(kSelectEpoch, {agent_id.view(), Blob{epoch.view()}}, [&state](const Row& row) {
    state.epoch_no = row.integer(0);
    state.first_seq = static_cast<std::uint64_t>(row.integer(1));
    state.last_seq = static_cast<std::uint64_t>(row.integer(2));
    state.last_chain = ChainHash::from_view(row.blob(3)).value_or(ChainHash{});
  });
}

Result<void> write_events(sql::Connection& connection, const MicroBatch& batch, const IntakeRows& rows,
                          const std::vector<std::size_t>& indexes) {
  static const Header no_header;
  std::vector<Param> params;
  params.reserve(indexes.size() * kEventWidth);
  for (const std::size_t index : indexes) {
    const IncomingDocument& incoming = batch.documents[index];
    const Header& header = incoming.document ? incoming.document->header : no_header;
    const EpochState* epoch = state_of(incoming, rows);
    params.insert(params.end(),
                  {incoming.event_no, Blob{incoming.event_id.view()}, epoch == nullptr ? Param(nullptr) : Param(epoch->epoch_no),
                   epoch == nullptr ? Param(nullptr) : number(incoming.seq),
                   std::string_view(incoming.verdict == Verdict::kOpaque ? "opaque" : "new"), contract_name(header.contract),
                   incoming.location.view(), header.till.view(), header.series.view(), header.document_no.view(),
                   nullable(header.business_date), nullable(header.occurred_at), incoming.agent_received_at.micros, batch.now.micros,
                   stored_correlation(incoming), Blob{incoming.content_hash.view()},
                   incoming.document ? std::string_view(header.mode) : std::string_view(), std::string_view(incoming.source),
                   Blob{incoming.payload}});
  }
  static const BulkInsert insert(kInsertEvent, kEventWidth);
  return insert.run(connection, params);
}

Result<void> write_conflict(sql::Connection& connection, const MicroBatch& batch, const IntakeRows& rows,
                            const IncomingDocument& incoming) {
  const EpochState* epoch = state_of(incoming, rows);
  const ExceptionId exception_id = conflict_exception_id(identity_of(*incoming.document, incoming.location), incoming.content_hash);
  TS_RETURN_IF_ERROR(connection.run(
      kInsertConflict,
      {Blob{incoming.event_id.view()}, Blob{incoming.content_hash.view()}, exception_id.view(),
       epoch == nullptr ? Param(nullptr) : Param(epoch->epoch_no), epoch == nullptr ? Param(nullptr) : number(incoming.seq),
       incoming.location.view(), std::string_view(incoming.source), incoming.agent_received_at.micros, batch.now.micros,
       stored_correlation(incoming), Blob{incoming.payload}}));
  return {};
}

Result<void> write_epochs(sql::Connection& connection, const MicroBatch& batch, const IntakeRows& rows) {
  for (const auto& [key, state] : rows.epochs) {
    if (!state.is_changed) continue;
    TS_RETURN_IF_ERROR(connection.run(kUpsertEpoch, {state.epoch_no, key.first.view(), Blob{key.second.view()}, number(state.first_seq),
                                                     number(state.last_seq), Blob{state.last_chain.view()}, batch.now.micros}));
  }
  return {};
}

}  // namespace

Result<void> migrate_intake(sql::Connection& connection) {
  return sql::migrate(connection, "hub/intake", intake_schema::migrations());
}

Result<void> load_counters(sql::Connection& connection, IntakeRows& rows) {
  return connection.query(kSelectCounters, {}, [&rows](const Row& row) {
    rows.next_event_no = row.integer(0) + 1;
    rows.next_epoch_no = row.integer(1) + 1;
    rows.indexed_to = row.integer(2);
  });
}

Result<void> load_intake_rows(sql::Connection& connection, const MicroBatch& batch, IntakeRows& rows) {
  TS_RETURN_IF_ERROR(load_events(connection, batch, rows));
  TS_RETURN_IF_ERROR(load_conflicts(connection, batch, rows));
  const IncomingDocument* previous = nullptr;
  for (const IncomingDocument& incoming : batch.documents) {
    if (previous != nullptr && previous->agent_id == incoming.agent_id && previous->epoch == incoming.epoch) continue;
    TS_RETURN_IF_ERROR(load_epoch(connection, incoming.agent_id, incoming.epoch, rows));
    previous = &incoming;
  }
  for (const GapDeclared& declared : batch.gaps)
    TS_RETURN_IF_ERROR(load_epoch(connection, declared.agent_id, declared.gap.epoch, rows));
  for (const CursorMoved& cursor : batch.cursors) TS_RETURN_IF_ERROR(load_epoch(connection, cursor.agent_id, cursor.epoch, rows));
  return {};
}

Result<void> write_intake(sql::Connection& connection, const MicroBatch& batch, const IntakeRows& rows,
                          const IntakeDecision& decision) {
  TS_RETURN_IF_ERROR(write_events(connection, batch, rows, decision.events));
  for (const std::size_t index : decision.conflicts)
    TS_RETURN_IF_ERROR(write_conflict(connection, batch, rows, batch.documents[index]));
  TS_RETURN_IF_ERROR(write_epochs(connection, batch, rows));
  for (const GapDeclared& missing : decision.gaps) {
    const EpochState& state = rows.epochs.at({missing.agent_id, missing.gap.epoch});
    TS_RETURN_IF_ERROR(connection.run(kInsertGap, {state.epoch_no, number(missing.gap.first_seq), number(missing.gap.last_seq),
                                                   missing.location.view(), std::string_view(missing.gap.reason), batch.now.micros}));
  }
  for (const auto& [key, total] : decision.totals) {
    const auto& [location, date, contract, mode, currency] = key;
    TS_RETURN_IF_ERROR(connection.run(kAddTotal, {std::string_view(location), date, std::string_view(contract), std::string_view(mode),
                                                  std::string_view(currency), total.documents, total.gross_minor}));
  }
  return {};
}

Result<void> index_event_ids(sql::Connection& connection, bool is_idle, IntakeRows& rows) {
  const std::int64_t last = rows.next_event_no - 1;
  if (last - rows.indexed_to < (is_idle ? kEventIdsUnindexedIdle : kEventIdsUnindexedMax)) return {};
  TS_RETURN_IF_ERROR(connection.run(kIndexIds, {rows.indexed_to, last}));
  TS_RETURN_IF_ERROR(connection.run(kMoveIndexed, {last}));
  rows.indexed_to = last;
  return {};
}

}  // namespace tillsync::hub
