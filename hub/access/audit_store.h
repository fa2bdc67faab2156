// Who changed what. Written in the transaction of the effect, never changed (triggers see to it). The thread of the connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"

namespace tillsync::hub {

/// Who does it, by which route: the part that is known before the effect.
struct AuditStamp {
  std::string who, role, address, action, correlation_id;
};
/// What it did. before, after: JSON that audit_text() has looked through.
struct AuditChange {
  std::string object;
  std::optional<std::string> before, after;
  std::string reason;
};
struct AuditRecord {
  std::int64_t audit_no = 0;
  Instant at;
  AuditStamp stamp;
  AuditChange change;
};

Result<void> insert_audit(sql::Connection& connection, const AuditStamp& stamp, const AuditChange& change, Instant now);

struct AuditFilter {
  std::string who = {}, action = {}, object = {};  // exact; object: or everything below it ("users" finds "users/ana"); action: or its beginning
  std::string q = {};               // anywhere in object, reason, before, after or correlation id
  std::optional<Instant> from = {}, to = {};  // from ≤ at < to
  std::optional<std::int64_t> after = {};  // audit_no, exclusive
  std::size_t limit = 50;
};
/// Newest first.
Result<std::vector<AuditRecord>> list_audit(sql::Connection& connection, const AuditFilter& filter);

}  // namespace tillsync::hub
