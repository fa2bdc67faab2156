// GET /healthz, /readyz, /metrics, /v1/openapi.json.
#include <nlohmann/json.hpp>

#include "hub/api/api_context.h"
#include "hub/api/openapi.h"

namespace tillsync::hub {

std::vector<Endpoint> health_endpoints() {
  return {
      {{"GET", "/healthz", Role::kPublic, Repeat::kSafe},
       [](ApiContext&, const ApiCall& call) { call.reply->json(200, R"({"status":"ok","version":")" TILLSYNC_VERSION R"("})"); }},
      {{"GET", "/readyz", Role::kPublic, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) {
         if (const auto reason = context.not_ready())
           call.reply->problem(503, "not_ready", "Not ready", *reason);
         else
           call.reply->json(200, R"({"status":"ready","version":")" TILLSYNC_VERSION R"("})");
       }},
      {{"GET", "/metrics", Role::kPublic, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) {
         call.reply->text(200, "text/plain; version=0.0.4; charset=utf-8", context.metrics_text());
       }},
      {{"GET", "/v1/openapi.json", Role::kPublic, Repeat::kSafe},
       [](ApiContext&, const ApiCall& call) { call.reply->text(200, "application/json", std::string(openapi_json())); }},
  };
}

}  // namespace tillsync::hub
