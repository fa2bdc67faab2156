#include "hub/api/effect_audit.h"

#include "hub/access/audit_text.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kObjectBytesMax = 500;

/// "users/ana" of "/v1/users/ana".
std::string object_of(std::string_view path) {
  constexpr std::string_view kPrefix = "/v1/";
  if (path.starts_with(kPrefix)) path.remove_prefix(kPrefix.size());
  return std::string(path.substr(0, kObjectBytesMax));
}

}  // namespace

AuditStamp stamp_of(const ApiCall& call) {
  return {call.caller.name, std::string(to_string(call.caller.role)), call.address,
          call.action.empty() ? call.request.method + " " + call.request.path : call.action, call.correlation_id};
}

EffectAudit::EffectAudit(const ApiCall& call) : stamp_(stamp_of(call)), object_(object_of(call.request.path)), reason_(reason_of(call.request.body)) {}

Result<void> EffectAudit::record(sql::Connection& connection, const StoredAnswer& answer, Instant now) const {
  if (answer.status >= 400 || !answer.is_change) return {};
  AuditChange change = answer.audit;
  if (change.object.empty()) change.object = object_;
  if (change.reason.empty()) change.reason = reason_;
  change.before = change.before ? audit_text(*change.before) : std::nullopt;
  change.after = audit_text(change.after ? *change.after : answer.body);
  return insert_audit(connection, stamp_, change, now);
}

}  // namespace tillsync::hub
