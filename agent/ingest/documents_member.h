// A request's documents as a member of a group commit. Each door derives its own way to answer. Written on the writer thread.
#pragma once

#include "agent/ingest/answer.h"
#include "agent/ingest/counters.h"
#include "agent/ingest/group_store.h"
#include "agent/ingest/ingest.h"

namespace tillsync::agent {

/// request.rows is not empty: what was refused as a whole needs no commit.
class DocumentsMember : public GroupMember {
 public:
  /// quota: none = what is sold is held against nothing.
  DocumentsMember(IngestedRequest request, const LocationId& location, IngestCounters& counters, Quota* quota = nullptr)
      : request_(std::move(request)), location_(location), counters_(counters), quota_(quota) {}

  Result<void> write(Outbox& outbox, Inbox& inbox) final;
  void finish(const Result<void>& outcome) final;
  std::size_t weight() const final { return request_.rows.size(); }

 protected:
  virtual void reply(const Answer& answer) = 0;
  const IngestedRequest& request() const { return request_; }

 private:
  IngestedRequest request_;
  const LocationId& location_;  // of the loop, which outlives its members
  Result<std::vector<NewRow>> warned_rows();

  IngestCounters& counters_;
  Quota* quota_;
  std::vector<Appended> appended_;
};

}  // namespace tillsync::agent
