#include "hub/api/api_call.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "common/contract/problem.h"
#include "hub/api/as_of.h"

namespace tillsync::hub {
namespace {

struct FailureShape {
  int status;
  std::string_view title;
};

FailureShape shape_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid: return {422, "Not understood"};
    case ErrorCode::kLimitExceeded: return {422, "Over a limit"};
    case ErrorCode::kUnsupported: return {422, "Not supported"};
    case ErrorCode::kNotFound: return {404, "Not found"};
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kConflict: return {409, "Conflict"};
    case ErrorCode::kDenied: return {403, "Not allowed"};
    case ErrorCode::kUnavailable:
    case ErrorCode::kShuttingDown:
    case ErrorCode::kTimeout: return {503, "Not available now"};
    case ErrorCode::kDiskFull: return {507, "Disk full"};
    case ErrorCode::kIo:
    case ErrorCode::kCorrupt:
    case ErrorCode::kInternal: return {500, "The hub failed"};
  }
  return {500, "The hub failed"};
}

}  // namespace

void ApiReply::add_headers(http::Response& response) const {
  response.headers.emplace_back("X-Correlation-Id", correlation_id_);
  if (std::ranges::none_of(response.headers, [](const auto& header) { return header.first == "Cache-Control"; }))
    response.headers.emplace_back("Cache-Control", "no-store");
  if (by_tls_) response.headers.emplace_back("Strict-Transport-Security", kStrictTransport);
}

std::unique_ptr<http::Stream> ApiReply::stream(std::string content_type) {
  if (!responder_) return nullptr;
  http::Response head{200, std::move(content_type), "", {{"X-Accel-Buffering", "no"}}};  // a proxy must not hold events back
  add_headers(head);
  const auto responder = std::move(responder_);
  return responder->send_stream(std::move(head));
}

void ApiReply::send(http::Response response) {
  if (!responder_) return;
  add_headers(response);
  auto responder = std::move(responder_);
  responder->send(std::move(response));
}

void ApiReply::json(int status, std::string body, std::vector<std::pair<std::string, std::string>> headers) {
  if (read_at_) body = with_as_of(std::move(body), *read_at_);
  send({status, "application/json", std::move(body), std::move(headers)});
}

void ApiReply::document(const Result<std::string>& body) {
  if (!body) return failure(body.error());
  send({200, "application/json", *body, {}});
}

void ApiReply::answer(int status, std::string body, Headers headers) {
  const char* type = status >= 400 ? "application/problem+json" : body.empty() ? "" : "application/json";
  send({status, type, std::move(body), std::move(headers)});
}

void ApiReply::text(int status, std::string content_type, std::string body) { send({status, std::move(content_type), std::move(body), {}}); }

void ApiReply::response(http::Response response) { send(std::move(response)); }

void ApiReply::problem(int status, std::string_view code, std::string_view title, std::string_view detail, std::string_view pointer,
                       Headers headers) {
  const Problem problem{static_cast<std::uint16_t>(status), std::string(code), std::string(title), std::string(detail), std::string(pointer)};
  send({status, "application/problem+json", to_problem_json(problem), std::move(headers)});
}

void ApiReply::failure(const Error& error) {
  const FailureShape shape = shape_of(error.code);
  const std::string detail = error.hint.empty() ? error.detail : error.detail + "; " + error.hint;
  problem(shape.status, to_string(error.code), shape.title, detail);
}

void answer(const ApiCall& call, const Result<std::string>& body) {
  if (body)
    call.reply->json(200, *body);
  else
    call.reply->failure(body.error());
}

Result<std::size_t> page_limit(const ApiCall& call) {
  const auto text = call.request.parameter("limit");
  if (!text) return kPageLimitDefault;
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (error != std::errc() || end != text->data() + text->size() || limit < 1 || limit > kPageLimitMax)
    return fail(ErrorCode::kInvalid, "read limit", "limit must be a number from 1 to " + std::to_string(kPageLimitMax));
  return limit;
}

Result<std::optional<std::int64_t>> page_after(const ApiCall& call) {
  const auto text = call.request.parameter("after");
  if (!text) return std::optional<std::int64_t>{};
  std::int64_t after = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), after);
  if (error != std::errc() || end != text->data() + text->size() || after < 0)
    return fail(ErrorCode::kInvalid, "read after", "after must be the `next` of an earlier page");
  return std::optional(after);
}

std::string page_json(nlohmann::json items, std::optional<std::string> next, std::optional<ListTotal> total) {
  nlohmann::json page;
  page["items"] = items.is_array() ? std::move(items) : nlohmann::json::array();
  page["next"] = nullptr;
  if (next) page["next"] = *next;
  if (total) {
    page["total"] = std::min(total->counted, total->counted_max);
    page["total_is_exact"] = total->counted <= total->counted_max;
  }
  return page.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace tillsync::hub
