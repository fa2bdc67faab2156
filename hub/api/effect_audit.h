// Writes down what a call changed, in the transaction of the change. Facts and requests of programs are not of it: documents,
// reservations and leases are records themselves, with who, when and why.
#pragma once

#include "hub/access/audit_store.h"
#include "hub/api/api_call.h"
#include "hub/api/idempotency_store.h"

namespace tillsync::hub {

/// Who does it and by which route.
AuditStamp stamp_of(const ApiCall& call);

class EffectAudit {
 public:
  explicit EffectAudit(const ApiCall& call);
  /// Nothing for an answer that is a refusal, or that says nothing was changed. Writer thread.
  Result<void> record(sql::Connection& connection, const StoredAnswer& answer, Instant now) const;

 private:
  AuditStamp stamp_;
  std::string object_, reason_;
};

}  // namespace tillsync::hub
