#include "packaging/demo.d/post_client.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "common/base/limits.h"
#include "common/base/os.h"

namespace tillsync::demo {
namespace {

using nlohmann::json;

constexpr std::int64_t kBackoffFirstMs = 50;
constexpr std::int64_t kBackoffMaxMs = 1'000;
constexpr int kCreated = 201, kOk = 200;

std::int64_t count_warnings(const json& result) {
  const auto found = result.find("warnings");
  return found != result.end() && found->is_array() ? static_cast<std::int64_t>(found->size()) : 0;
}

std::string detail_of(const json& problem) {
  if (!problem.is_object()) return "";
  std::string text;
  for (const char* name : {"title", "detail", "pointer"})
    if (const auto found = problem.find(name); found != problem.end() && found->is_string() && !found->get<std::string>().empty())
      text += (text.empty() ? "" : ", ") + found->get<std::string>();
  return text;
}

/// One result among several: "code", and the members that the answer to it alone would have had.
int code_of(const json& result) {
  const auto found = result.is_object() ? result.find("code") : result.end();
  return found != result.end() && found->is_number_integer() ? found->get<int>() : 0;
}

}  // namespace

void PostOutcome::add(const PostOutcome& other) {
  accepted += other.accepted;
  known += other.known;
  warnings += other.warnings;
  retries += other.retries;
}

bool is_retryable(int status) { return status == 429 || status >= 500; }

Result<PostOutcome> read_answer(const HttpAnswer& answer, std::size_t count) {
  const json body = json::parse(answer.body, nullptr, false);
  if (answer.status != kOk && answer.status != kCreated)
    return fail(ErrorCode::kInvalid, "post documents", "the agent answered " + std::to_string(answer.status) + ": " + detail_of(body));
  PostOutcome outcome;
  if (count == 1) {
    if (!body.is_object()) return fail(ErrorCode::kCorrupt, "post documents", "the agent's answer is no JSON object");
    (answer.status == kCreated ? outcome.accepted : outcome.known) = 1;
    outcome.warnings = count_warnings(body);
    return outcome;
  }
  const json results = body.is_object() ? body.value("results", json()) : json();
  if (!results.is_array() || results.size() != count)
    return fail(ErrorCode::kCorrupt, "post documents", "the agent's answer does not have " + std::to_string(count) + " results");
  for (std::size_t i = 0; i < count; ++i) {
    const int status = code_of(results[i]);
    if (status != kOk && status != kCreated)
      return fail(ErrorCode::kInvalid, "post documents",
                  "document " + std::to_string(i + 1) + " of " + std::to_string(count) + " was answered with " +
                      std::to_string(status) + ": " + detail_of(results[i]));
    ++(status == kCreated ? outcome.accepted : outcome.known);
    outcome.warnings += count_warnings(results[i]);
  }
  return outcome;
}

Result<PostOutcome> PostClient::post(const std::vector<std::string>& documents) {
  TS_CHECK(!documents.empty() && documents.size() <= kDocumentsPerRequestMax);
  std::string body;
  if (documents.size() == 1) {
    body = documents[0];
  } else {
    for (const auto& document : documents) body += (body.empty() ? '[' : ',') + document;
    body += ']';
  }
  const Duration give_up = os::monotonic() + seconds(patience_s_);
  std::int64_t backoff_ms = kBackoffFirstMs;
  for (std::int64_t retries = 0;; ++retries) {
    const auto answer = http_.post_json(url_ + "/v1/documents", body);
    if (answer && !is_retryable(answer->status)) {
      auto outcome = read_answer(*answer, documents.size());
      if (outcome) outcome->retries = retries;
      return outcome;
    }
    if (os::monotonic() >= give_up)
      return fail(ErrorCode::kUnavailable, "post to " + url_,
                  answer ? "it answers " + std::to_string(answer->status) + ": " + answer->body.substr(0, 200) : answer.error().detail,
                  "gave up after " + std::to_string(patience_s_) + " s");
    std::this_thread::sleep_for(std::chrono::milliseconds(backoff_ms));
    backoff_ms = std::min(backoff_ms * 2, kBackoffMaxMs);
  }
}

Result<std::string> PostClient::status() {
  TS_ASSIGN_OR_RETURN(const HttpAnswer answer, http_.get(url_ + "/v1/status"));
  if (answer.status != kOk) return fail(ErrorCode::kUnavailable, "status of " + url_, "it answers " + std::to_string(answer.status));
  return answer.body;
}

}  // namespace tillsync::demo
