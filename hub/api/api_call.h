// One call of the API on its way: who asks, what was matched, and the answer to give. Made by api_server, used by the handlers.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/http/server.h"
#include "hub/access/caller.h"
#include "hub/api/router.h"

namespace tillsync::hub {

inline constexpr std::size_t kPageLimitDefault = 50;
inline constexpr std::size_t kPageLimitMax = 200;             // entries of one page
inline constexpr std::size_t kIdempotencyKeyBytesMax = 128;
inline constexpr std::int64_t kIdempotencyKeyDays = 7;
inline constexpr std::size_t kReasonBytesMax = 1'000;         // of a reason that a person gives

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The answer; the first call of json or problem counts. Any thread.
class ApiReply {
 public:
  ApiReply(std::unique_ptr<http::Responder> responder, std::string correlation_id)
      : responder_(std::move(responder)), correlation_id_(std::move(correlation_id)) {}
  void json(int status, std::string body, std::vector<std::pair<std::string, std::string>> headers = {});
  /// What the writer has decided: a problem from 400 on.
  void answer(int status, std::string body, Headers headers = {});
  void text(int status, std::string content_type, std::string body);
  /// 200 and a body that grows; nullptr where the answer was given already or cannot grow.
  std::unique_ptr<http::Stream> stream(std::string content_type);
  /// A JSON document that is passed on as it was put or signed: without as_of.
  void document(const Result<std::string>& body);
  /// An answer with headers of its own; it says itself how long it may be kept.
  void response(http::Response response);
  /// RFC 9457; `code` becomes urn:tillsync:problem:code.
  void problem(int status, std::string_view code, std::string_view title, std::string_view detail, std::string_view pointer = "",
               Headers headers = {});
  /// An operating failure as the problem that fits it (404, 409, 422, 503, 507, 500).
  void failure(const Error& error);
  /// TLS ended at a proxy that is trusted: the answer asks the browser to stay with it.
  void came_by_tls() { by_tls_ = true; }

  /// A read: objects that json() answers with say when they were read (as_of.h).
  void reads_at(Instant read_at) { read_at_ = read_at; }

 private:
  void send(http::Response response);
  void add_headers(http::Response& response) const;
  std::unique_ptr<http::Responder> responder_;
  std::string correlation_id_;
  std::optional<Instant> read_at_;
  bool by_tls_ = false;
};

struct ApiCall {
  http::Request request;
  std::vector<std::string> parameters;  // of the path
  Caller caller;
  std::string correlation_id;
  std::shared_ptr<ApiReply> reply;
  std::string action = {};   // "PUT /v1/users/{name}": the route, for the record
  std::string address = {};  // of the caller; behind a trusted proxy the one that it names
  bool by_tls = false;

  std::string_view parameter(std::string_view name) const { return request.parameter(name).value_or(""); }
};

inline constexpr std::string_view kStrictTransport = "max-age=31536000";

/// 200 with a JSON body that was made, or the failure as its problem.
void answer(const ApiCall& call, const Result<std::string>& body);
/// limit of a list: kInvalid when it is no number from 1 to kPageLimitMax.
Result<std::size_t> page_limit(const ApiCall& call);
/// A cursor that is a number; nullopt without `after`, kInvalid for anything that no `next` ever said.
Result<std::optional<std::int64_t>> page_after(const ApiCall& call);
/// How many rows a list has before paging; counted is counted_max + 1 when there are more than counted_max.
struct ListTotal {
  std::int64_t counted = 0, counted_max = 0;
};
/// {"items": […], "next": "…" | null}, and "total", "total_is_exact" with a total
std::string page_json(nlohmann::json items, std::optional<std::string> next, std::optional<ListTotal> total = {});

}  // namespace tillsync::hub
