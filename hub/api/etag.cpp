#include "hub/api/etag.h"

#include <nlohmann/json.hpp>

#include "common/base/bytes.h"
#include "common/crypto/crypto.h"
#include "hub/api/action_answers.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kEtagHashBytes = 12;

}  // namespace

std::string etag_of(std::int64_t revision) { return "\"r" + std::to_string(revision) + "\""; }

std::string etag_of(std::string_view content) {
  const Sha256Digest digest = sha256({content});
  return "\"" + to_base32({digest.data(), kEtagHashBytes}) + "\"";
}

bool if_match(std::string_view header, std::string_view etag) {
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    std::string_view one = header.substr(0, comma);
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one == "*" || one == etag) return true;
  }
  return false;
}

std::optional<std::string> if_match_of(const ApiCall& call) {
  const auto header = call.request.header("if-match");
  if (!header) return std::nullopt;
  return std::string(*header);
}

std::optional<StoredAnswer> refuse_unless_matched(const std::optional<std::string>& header, const std::string& etag, std::string_view current) {
  if (header && if_match(*header, etag)) return std::nullopt;
  StoredAnswer refusal = header ? problem_answer(412, "changed_meanwhile", "Changed meanwhile", "it is no longer the version that If-Match names; look at `current`")
                                : problem_answer(428, "if_match_missing", "If-Match needed", "send If-Match with the ETag that you have read");
  nlohmann::json body = nlohmann::json::parse(refusal.body);
  body["current"] = nlohmann::json::parse(current, nullptr, false);
  refusal.body = body.dump();
  refusal.headers.emplace_back("ETag", etag);
  return refusal;
}

}  // namespace tillsync::hub
