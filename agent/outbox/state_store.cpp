#include "agent/outbox/state_store.h"

#include "common/sync/chain.h"

namespace tillsync::agent {
namespace {

constexpr std::string_view kSelectState =
    "SELECT epoch, first_seq, acked_seq, acked_chain, oldest_held_seq, held_chain, incarnation FROM outbox_state WHERE one = 1";
constexpr std::string_view kSelectLast = "SELECT seq, chain FROM outbox ORDER BY seq DESC LIMIT 1";

std::uint64_t unsigned_of(std::int64_t value) { return static_cast<std::uint64_t>(value); }

}  // namespace

Result<std::optional<StoredState>> load_state(sql::Connection& connection) {
  std::optional<StoredState> found;
  TS_RETURN_IF_ERROR(connection.query(kSelectState, {}, [&found](const sql::Row& row) {
    found.emplace();
    found->state.epoch = fixed_from<EpochId>(row.blob(0));
    found->state.first_seq = unsigned_of(row.integer(1));
    found->state.acked_seq = unsigned_of(row.integer(2));
    found->state.acked_chain = fixed_from<ChainHash>(row.blob(3));
    found->state.oldest_held_seq = unsigned_of(row.integer(4));
    found->held_chain = fixed_from<ChainHash>(row.blob(5));
    found->state.incarnation = fixed_from<IncarnationId>(row.blob(6));
  }));
  if (!found) return found;
  OutboxState& state = found->state;
  state.last_chain = sync::chain_seed(state.epoch);
  TS_RETURN_IF_ERROR(connection.query(kSelectLast, {}, [&state](const sql::Row& row) {
    state.last_seq = unsigned_of(row.integer(0));
    // Rows below first_seq were confirmed under an older epoch; their chain is none of this one.
    if (state.last_seq >= state.first_seq) state.last_chain = fixed_from<ChainHash>(row.blob(1));
  }));
  return found;
}

}  // namespace tillsync::agent
