#include "hub/api/if_match.h"

#include <nlohmann/json.hpp>

#include "hub/api/action_answers.h"
#include "hub/api/etag.h"

namespace tillsync::hub {

std::string revision_etag(std::int64_t revision) { return quoted_etag("r" + std::to_string(revision)); }

std::optional<std::string> if_match_of(const ApiCall& call) {
  const auto header = call.request.header("if-match");
  if (!header) return std::nullopt;
  return std::string(*header);
}

std::optional<StoredAnswer> refuse_unless_matched(const std::optional<std::string>& header, const std::string& etag, std::string_view current) {
  if (header && names_etag(*header, etag)) return std::nullopt;
  StoredAnswer refusal = header ? problem_answer(412, "changed_meanwhile", "Changed meanwhile", "it is no longer the version that If-Match names; look at `current`")
                                : problem_answer(428, "if_match_missing", "If-Match needed", "send If-Match with the ETag that you have read");
  nlohmann::json body = nlohmann::json::parse(refusal.body);
  body["current"] = nlohmann::json::parse(current, nullptr, false);
  refusal.body = body.dump();
  refusal.headers.emplace_back("ETag", etag);
  return refusal;
}

}  // namespace tillsync::hub
