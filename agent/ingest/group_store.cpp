#include "agent/ingest/group_store.h"

namespace tillsync::agent {
namespace {

using Members = std::span<const std::unique_ptr<GroupMember>>;

Result<void> write_and_commit(sql::Connection& connection, Outbox& outbox, Inbox& inbox, Members members) {
  const auto run = [&]() -> Result<void> {
    TS_ASSIGN_OR_RETURN(sql::Transaction transaction, sql::Transaction::begin(connection));
    for (const auto& member : members) TS_RETURN_IF_ERROR(member->write(outbox, inbox));
    return transaction.commit();
  };
  Result<void> outcome = run();
  // The transaction has gone at the end of run(): what the outbox reads again is what is on the disk.
  if (!outcome) outbox.forget_uncommitted();
  return outcome;
}

bool concerns_all(const Error& error) {
  return error.code == ErrorCode::kDiskFull || error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kCorrupt ||
         error.code == ErrorCode::kIo;
}

}  // namespace

std::vector<Result<void>> write_group(sql::Connection& connection, Outbox& outbox, Inbox& inbox, Members members) {
  if (members.empty()) return {};
  const Result<void> outcome = write_and_commit(connection, outbox, inbox, members);
  if (outcome || members.size() == 1 || concerns_all(outcome.error())) return std::vector(members.size(), outcome);
  std::vector<Result<void>> outcomes;
  for (std::size_t i = 0; i < members.size(); ++i) outcomes.push_back(write_and_commit(connection, outbox, inbox, members.subspan(i, 1)));
  return outcomes;
}

void commit_group(sql::Connection& connection, Outbox& outbox, Inbox& inbox, Members members) {
  const std::vector<Result<void>> outcomes = write_group(connection, outbox, inbox, members);
  for (std::size_t i = 0; i < members.size(); ++i) members[i]->finish(outcomes[i]);
}

}  // namespace tillsync::agent
