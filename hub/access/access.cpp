#include "hub/access/access.h"

#include "common/crypto/crypto.h"
#include "hub/access/last_use_store.h"

namespace tillsync::hub {

Result<std::unique_ptr<Access>> Access::open(sql::Connection& connection, AccessLimits limits) {
  auto access = std::make_unique<Access>(limits);
  TS_RETURN_IF_ERROR(access->registry.load(connection));
  return access;
}

Result<void> Access::save_last_uses(WriterPort& writer, Instant now) {
  Task task;
  task.name = "save last uses";
  // A loss costs one interval of information, so nobody waits for the commit.
  task.apply = [uses = registry.take_last_uses(now), policy = registry.limits().session](sql::Connection& connection, Instant at) {
    return hub::save_last_uses(connection, uses, policy, at);
  };
  task.done = [](const Result<void>&) {};
  return writer.submit(Priority::kRequest, std::move(task));
}

const std::string& hash_of_nobody() {
  static const std::string hash = hash_password(random_secret("")).value_or("");
  return hash;
}

}  // namespace tillsync::hub
