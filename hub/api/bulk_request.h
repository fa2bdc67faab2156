// What a bulk is asked to do, read from its body: by a synchronous route, and again from the stored request when an interrupted one goes on. Pure.
#pragma once

#include <expected>
#include <string>

#include "common/contract/problem.h"
#include "hub/api/action_body.h"
#include "hub/exceptions/cause_reader.h"
#include "hub/postings/posting_bulk_store.h"

namespace tillsync::hub {

/// All open exceptions of one code and cause.
struct CauseBulk {
  CauseScope scope;
  CaseRequest request;
};
/// {"action", "code", "cause", "location"?, …}
std::expected<CauseBulk, Problem> read_cause_bulk(ActionBody& body, const std::string& who);

struct ReplayBulk {
  ReplayRange range;
  std::string who, reason;
};
/// {"from", "to", "location"?, "kind"?, "reason"}
std::expected<ReplayBulk, Problem> read_replay_bulk(ActionBody& body, const std::string& who);

/// Both dates, both belonging to the range; or both instants, the second not. under: of the pointers of problems, "" or "/selection".
std::expected<ReplayRange, Problem> replay_range(const std::string& from, const std::string& to, const std::string& location, const std::string& kind,
                                                 const std::string& under = {});

}  // namespace tillsync::hub
