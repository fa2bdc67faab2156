// The command "verify": is every document that the outbox holds what was put in, and does the chain hold from the first to the last?
// Reads in bites on a connection of its own, so that sales and the log of the database go on.
#pragma once

#include <cstdint>
#include <functional>

#include "common/base/error.h"
#include "common/sql/sql.h"

namespace tillsync::agent {

struct OutboxCheck {
  std::uint64_t documents = 0, first_seq = 0, last_seq = 0, acked_seq = 0;
  std::uint64_t changed = 0;  // its bytes do not have its hash
  std::uint64_t broken = 0;   // links of the chain that do not hold
  bool is_sound() const { return changed == 0 && broken == 0; }
};

/// kUnavailable: a new epoch began meanwhile, or `goes_on` said no; ask again.
Result<OutboxCheck> check_outbox(sql::Connection& connection, const std::function<bool()>& goes_on);

}  // namespace tillsync::agent
