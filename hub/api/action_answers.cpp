#include "hub/api/action_answers.h"

#include <nlohmann/json.hpp>

#include "hub/api/action_body.h"

namespace tillsync::hub {

using nlohmann::json;

void refuse_body(const ApiCall& call, const Problem& problem) {
  call.reply->problem(problem.status, problem.code, problem.title, problem.detail, problem.pointer);
}

StoredAnswer problem_answer(int status, std::string_view code, std::string_view title, std::string_view detail) {
  return {status, to_problem_json({static_cast<std::uint16_t>(status), std::string(code), std::string(title), std::string(detail), ""})};
}

Result<std::string> preview_json(ApiContext& context, const Result<CasePreview>& preview) {
  if (!preview) return std::unexpected(preview.error());
  if (preview->outcome.outcome == "no_posting" || preview->outcome.outcome == "no_exception") return std::unexpected(failure_of(preview->outcome));
  json body = {{"dry_run", true},
               {"outcome", preview->outcome.outcome},
               {"detail", preview->outcome.detail},
               {"posting", nullptr},
               {"balanced", preview->balance_problem.empty()},
               {"balance_problem", preview->balance_problem},
               {"erp_request", nullptr}};
  if (preview->effective) {
    body["posting"] = json::parse(posting_to_json(*preview->effective), nullptr, false);
    if (context.erp_request && preview->balance_problem.empty()) {
      const auto request = context.erp_request(*preview->effective);
      // What cannot be mapped would be refused in the same words; a dry run is there to say so.
      body["erp_request"] = request ? json::parse(*request, nullptr, false) : json{{"error", request.error().detail}};
    }
  }
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace tillsync::hub
