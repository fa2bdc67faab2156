// Reads where the outbox stands: what reader and writer of outbox.h share. The thread of the connection.
#pragma once

#include "agent/outbox/outbox.h"

namespace tillsync::agent {

struct StoredState {
  OutboxState state;
  ChainHash held_chain;  // before oldest_held_seq
};

/// nullopt in a database that was just made.
Result<std::optional<StoredState>> load_state(sql::Connection& connection);

/// A stored hash or id; zeros where the stored bytes have another length, which the caller's comparison then finds.
template <class Fixed>
Fixed fixed_from(BytesView bytes) {
  return Fixed::from_view(bytes).value_or(Fixed{});
}

}  // namespace tillsync::agent
