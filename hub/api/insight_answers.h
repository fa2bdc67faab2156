// Bodies that both a route and the live view give. Without as_of, which whoever sends them adds.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "hub/api/api_context.h"
#include "hub/insight/alert_store.h"

namespace tillsync::hub {

/// {"figures", "needs", "needs_total"}.
Result<nlohmann::json> overview_json(ApiContext& context, sql::Connection& connection, Instant now);
/// {"exceptions", "postings", "newest"}.
Result<nlohmann::json> counts_json(const ApiContext& context, sql::Connection& connection, Instant now);
/// One of GET /v1/alerts.
nlohmann::json alert_item_json(const Alert& alert, Instant now);
/// The connections to ERPs as the overview sees them.
std::vector<BreakerFact> breaker_facts(const ApiContext& context);
/// With "as_of" in front of the members of an object; bytes that are no UTF-8 are replaced.
std::string with_as_of(const nlohmann::json& body, Instant now);

}  // namespace tillsync::hub
