// GET /v1/audit: who changed what, newest first.
#include <nlohmann/json.hpp>

#include "hub/access/audit_store.h"
#include "hub/api/api_context.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

json text_json(const std::optional<std::string>& text) { return text ? json::parse(*text, nullptr, false) : json(); }

Result<std::optional<Instant>> instant_parameter(const ApiCall& call, std::string_view name) {
  const auto text = call.request.parameter(name);
  if (!text || text->empty()) return std::optional<Instant>{};
  TS_ASSIGN_OR_RETURN(const Instant at, parse_instant(*text));
  return std::optional(at);
}

Result<std::string> list_records(ApiContext& context, const ApiCall& call) {
  AuditFilter filter;
  filter.who = call.parameter("who");
  filter.action = call.parameter("action");
  filter.object = call.parameter("object");
  filter.q = call.parameter("q");
  TS_ASSIGN_OR_RETURN(filter.from, instant_parameter(call, "from"));
  TS_ASSIGN_OR_RETURN(filter.to, instant_parameter(call, "to"));
  TS_ASSIGN_OR_RETURN(filter.limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(filter.after, page_after(call));
  const auto connection = context.reads.borrow();
  const Instant now = context.now();
  TS_ASSIGN_OR_RETURN(const auto records, list_audit(*connection, filter));
  json items = json::array();
  for (const AuditRecord& record : records)
    items.push_back({{"audit_no", record.audit_no},
                     {"at", format_instant(record.at)},
                     {"who", record.stamp.who},
                     {"role", record.stamp.role},
                     {"address", record.stamp.address},
                     {"action", record.stamp.action},
                     {"object", record.change.object},
                     {"before", text_json(record.change.before)},
                     {"after", text_json(record.change.after)},
                     {"reason", record.change.reason},
                     {"correlation_id", record.stamp.correlation_id}});
  json page = {{"items", std::move(items)}, {"next", nullptr}, {"as_of", format_instant(now)}};
  if (records.size() == filter.limit) page["next"] = std::to_string(records.back().audit_no);
  return page.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::vector<Endpoint> audit_endpoints() {
  return {{{"GET", "/v1/audit", Role::kFinance, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_records(context, call)); }}};
}

}  // namespace tillsync::hub
