// /v1/runbooks: what to do about an exception, step by step.
#include <nlohmann/json.hpp>

#include "hub/api/api_context.h"
#include "hub/exceptions/catalogue.h"
#include "hub/exceptions/runbooks.h"

namespace tillsync::hub {

std::vector<Endpoint> runbook_endpoints() {
  return {
      {{"GET", "/v1/runbooks", Role::kViewer, Repeat::kSafe},
       [](ApiContext&, const ApiCall& call) {
         nlohmann::json items = nlohmann::json::array();
         for (const auto& [code, text] : runbooks()) {
           const CatalogueEntry& entry = catalogue_entry(code);
           items.push_back({{"code", code}, {"title", entry.title}, {"owner", to_string(entry.owner)}, {"due_hours", entry.due_hours}, {"runbook", runbook_path(code)}});
         }
         call.reply->json(200, page_json(std::move(items), std::nullopt));
       }},
      {{"GET", "/v1/runbooks/{code}", Role::kViewer, Repeat::kSafe},
       [](ApiContext&, const ApiCall& call) {
         std::string_view code = call.parameters[0];
         if (code.ends_with(".md")) code.remove_suffix(3);  // as in an exception's "runbook"
         const std::string_view text = runbook_of(code);
         if (text.empty()) return call.reply->problem(404, "not_found", "Not found", "there is no runbook for " + std::string(code));
         call.reply->text(200, "text/markdown; charset=utf-8", std::string(text));
       }},
  };
}

}  // namespace tillsync::hub
