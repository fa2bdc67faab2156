#include "agent/ingest/documents_member.h"

namespace tillsync::agent {

Result<void> DocumentsMember::write(Outbox& outbox, Inbox& /*inbox*/) {
  TS_ASSIGN_OR_RETURN(appended_, outbox.append(request_.rows));
  return {};
}

void DocumentsMember::finish(const Result<void>& outcome) {
  if (!outcome) {
    ++counters_.failed;
    reply(answer_of(problem_of(outcome.error())));
    return;
  }
  for (const Appended& appended : appended_) {
    switch (appended.status) {
      case AppendStatus::kAccepted: ++counters_.accepted; break;
      case AppendStatus::kDuplicate: ++counters_.duplicates; break;
      case AppendStatus::kConflict: ++counters_.conflicts; break;
    }
  }
  reply(answer_of(request_, appended_, location_));
}

}  // namespace tillsync::agent
