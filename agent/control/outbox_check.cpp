#include "agent/control/outbox_check.h"

#include <algorithm>
#include <optional>

#include "agent/outbox/outbox.h"
#include "common/contract/codec.h"
#include "common/sync/chain.h"

namespace tillsync::agent {
namespace {

constexpr std::size_t kRowsPerBite = 256;
constexpr std::size_t kBytesPerBite = 4'000'000;

/// What was kept without being read (opaque) has a hash of its bytes as they came, which ingest alone knows how to make.
bool is_changed(const OutboxRow& row) {
  if (row.event.kind != wire::EventKind::kDocument && row.event.kind != wire::EventKind::kConflict) return false;
  const auto document = decode_document(row.event.payload);
  return !document || content_hash(*document) != row.event.content_hash;
}

}  // namespace

Result<OutboxCheck> check_outbox(sql::Connection& connection, const std::function<bool()>& goes_on) {
  OutboxReader reader(connection);
  TS_ASSIGN_OR_RETURN(const OutboxState before, reader.state());
  OutboxCheck check;
  check.acked_seq = before.acked_seq;
  std::uint64_t next = before.oldest_held_seq;
  // Behind the row before.
  TS_ASSIGN_OR_RETURN(std::optional<ChainHash> chain, reader.chain_at(std::max(next, before.first_seq) - 1));
  while (true) {
    TS_ASSIGN_OR_RETURN(const auto rows, reader.rows(next, kRowsPerBite, kBytesPerBite));
    if (rows.empty()) break;
    for (const OutboxRow& row : rows) {
      if (check.documents++ == 0) check.first_seq = row.seq;
      // A row that was pruned meanwhile: the chain goes on from the next one.
      if (row.seq != next && check.documents > 1) chain.reset();
      next = row.seq + 1;
      check.last_seq = row.seq;
      if (is_changed(row)) ++check.changed;
      if (row.seq < before.first_seq) continue;  // of an older epoch
      if (chain && sync::chain_next(*chain, row.event.content_hash) != row.chain) ++check.broken;
      chain = row.chain;
    }
    if (!goes_on()) return fail(ErrorCode::kUnavailable, "check the outbox", "the agent stops");
  }
  TS_ASSIGN_OR_RETURN(const OutboxState after, reader.state());
  if (after.epoch != before.epoch) return fail(ErrorCode::kUnavailable, "check the outbox", "a new epoch began meanwhile", "ask again");
  return check;
}

}  // namespace tillsync::agent
