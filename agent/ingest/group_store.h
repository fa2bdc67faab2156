// Group commit: what several doors and the sync loop want written goes into one transaction, one disk sync for all. A member
// that fails takes nobody with it. The writer thread of ingest_loop.h.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "agent/inbox/inbox.h"
#include "agent/outbox/outbox.h"
#include "common/base/error.h"
#include "common/sql/sql.h"

namespace tillsync::agent {

/// One thing to write and to be told about.
class GroupMember {
 public:
  virtual ~GroupMember() = default;
  /// Inside the transaction, on the writer's or the committer's thread. May be called again after a rollback: the first try must leave nothing in the member.
  virtual Result<void> write(Outbox& outbox, Inbox& inbox) = 0;
  /// Once, on the writer's thread, after COMMIT; or with the reason why nothing of this member was recorded.
  virtual void finish(const Result<void>& outcome) = 0;
  /// Roughly how many documents it writes; bounds the group.
  virtual std::size_t weight() const { return 1; }
};
using Group = std::vector<std::unique_ptr<GroupMember>>;

/// Writes and commits all; one outcome for each. When one fails, the group is rolled back and run again one by one; a full disk or
/// a lock fails the whole group at once, because it would fail each of them as well.
std::vector<Result<void>> write_group(sql::Connection& connection, Outbox& outbox, Inbox& inbox,
                                      std::span<const std::unique_ptr<GroupMember>> members);
/// The same, and finishes each.
void commit_group(sql::Connection& connection, Outbox& outbox, Inbox& inbox, std::span<const std::unique_ptr<GroupMember>> members);

}  // namespace tillsync::agent
