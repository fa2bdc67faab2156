// What the API asks about people: the registry of who may call, and the thread that works on passwords. Made at start, ends behind the
// HTTP server. Any thread.
#pragma once

#include <memory>
#include <string>

#include "hub/access/access_registry.h"
#include "hub/access/password_loop.h"
#include "hub/writer/commands.h"

namespace tillsync::hub {

struct Access {
  AccessRegistry registry;
  PasswordLoop passwords;

  explicit Access(AccessLimits limits) : registry(limits) {}
  static Result<std::unique_ptr<Access>> open(sql::Connection& connection, AccessLimits limits = {});
  /// What was used since the last time, to be committed with the next group.
  Result<void> save_last_uses(WriterPort& writer, Instant now);
};

/// A hash that no password has, of the same cost as a real one: what the name of nobody is held against. Slow the first time.
const std::string& hash_of_nobody();

}  // namespace tillsync::hub
