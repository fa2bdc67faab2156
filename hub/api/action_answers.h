// What the steps of people are answered with: refusals of their bodies, and dry runs.
#pragma once

#include <string>

#include "hub/api/api_context.h"
#include "hub/api/case_actions.h"

namespace tillsync::hub {

void refuse_body(const ApiCall& call, const Problem& problem);
/// A refusal that an effect decides on.
StoredAnswer problem_answer(int status, std::string_view code, std::string_view title, std::string_view detail);

/// {"dry_run": true, "outcome", "detail", "posting": … | null, "balanced", "balance_problem", "erp_request": … | null}. A posting or an exception that
/// is not there is an error; every other outcome is an answer.
Result<std::string> preview_json(ApiContext& context, const Result<CasePreview>& preview);

}  // namespace tillsync::hub
