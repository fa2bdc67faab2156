#include "agent/ingest/http_door.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "agent/ingest/documents_member.h"
#include "agent/ingest/inbox_items.h"
#include "common/base/limits.h"
#include "common/base/os.h"
#include "common/contract/masterdata.h"

namespace tillsync::agent {
namespace {

constexpr unsigned kServerThreads = 2;  // so that one till's large request does not hold the others up
constexpr unsigned kConnectionsMax = 256;
constexpr std::size_t kBodiesBytesMax = 48'000'000;
constexpr std::size_t kCorrelationIdBytesMax = 64;

http::Response response_of(const Answer& answer) {
  http::Response response;
  response.status = answer.code;
  response.body = answer.json;
  if (answer.is_problem()) response.content_type = "application/problem+json";
  if (answer.code == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}
http::Response response_of(const Problem& problem) { return response_of(answer_of(problem)); }

Problem bad_request(std::string detail) { return door_problem(422, "bad_request", "The request is not complete", std::move(detail)); }

DoorHeaders headers_of(const http::Request& request) {
  return {request.header("host"), request.header("origin"), request.header("authorization"), request.header("content-type")};
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// A correlation id that is none (too long, not printable) is left out: it is the caller's comfort, not the document.
std::string correlation_id_in(const http::Request& request) {
  const auto given = request.header("x-correlation-id");
  if (!given || given->size() > kCorrelationIdBytesMax) return "";
  for (const char c : *given)
    if (c < 0x21 || c > 0x7e) return "";
  return std::string(*given);
}

bool is_consumer_name(std::string_view name) { return !name.empty() && name.size() <= kConsumerNameBytesMax; }

}  // namespace

struct HttpDoor::Waiter {
  std::uint64_t after;
  std::unique_ptr<http::Responder> responder;
};

class HttpDoor::DocumentsRequest final : public DocumentsMember {
 public:
  DocumentsRequest(IngestedRequest request, IngestLoop& loop, std::string correlation_id, std::unique_ptr<http::Responder> responder)
      : DocumentsMember(std::move(request), loop.location(), loop.counters(), &loop.quota()),
        correlation_id_(std::move(correlation_id)),
        responder_(std::move(responder)) {}

 private:
  void reply(const Answer& answer) override {
    http::Response response = response_of(answer);
    if (!correlation_id_.empty()) response.headers.emplace_back("X-Correlation-Id", correlation_id_);
    responder_->send(std::move(response));
  }

  std::string correlation_id_;
  std::unique_ptr<http::Responder> responder_;
};

HttpDoor::HttpDoor(HttpDoorOptions options, IngestLoop& loop, DataReader& data, ReservationDoor& reservations, std::function<std::string()> status_json)
    : options_(std::move(options)), tokens_(options_.tokens_file), loop_(loop), data_(data), reservations_(reservations), status_json_(std::move(status_json)) {}

HttpDoor::~HttpDoor() {
  const std::lock_guard lock(mutex_);
  for (auto& [id, waiter] : waiters_) waiter.responder->send(response_of(Answer{200, inbox_json({}, waiter.after)}));
  waiters_.clear();
}

Result<std::unique_ptr<HttpDoor>> HttpDoor::open(HttpDoorOptions options, IngestLoop& loop, DataReader& data, ReservationDoor& reservations,
                                                 std::function<std::string()> status_json) {
  TS_ASSIGN_OR_RETURN(auto listen, http::parse_listen_address(options.listen));
  TS_ASSIGN_OR_RETURN(const auto in_file, read_till_tokens(options.tokens_file));
  const bool is_loopback = http::is_loopback(listen.first);
  const bool has_tokens = !options.rules.tokens.empty() || !in_file.empty();
  TS_RETURN_IF_ERROR(check_listen(is_loopback, has_tokens, !options.tls_certificate_pem.empty()));
  options.rules.needs_token = has_tokens;
  options.rules.hosts.push_back(options.listen);
  std::unique_ptr<HttpDoor> door(new HttpDoor(std::move(options), loop, data, reservations, std::move(status_json)));
  http::ServerOptions server;
  server.address = listen.first;
  server.port = listen.second;
  server.threads = kServerThreads;
  server.request_bytes_max = kRequestBytesMax;
  server.bodies_bytes_max = kBodiesBytesMax;
  server.connections_max = kConnectionsMax;
  server.tls_certificate_pem = door->options_.tls_certificate_pem;
  server.tls_key_pem = door->options_.tls_key_pem;
  TS_ASSIGN_OR_RETURN(door->server_, http::Server::start(server, [raw = door.get()](http::Request request, std::unique_ptr<http::Responder> responder) {
    raw->handle(std::move(request), std::move(responder));
  }));
  return door;
}

void HttpDoor::handle(http::Request request, std::unique_ptr<http::Responder> responder) {
  if (const auto refusal = check_caller(options_.rules, headers_of(request), *tokens_.current())) return responder->send(response_of(*refusal));
  const auto& path = request.segments;
  const bool is_v1 = !path.empty() && path[0] == "v1";
  const std::string_view resource = is_v1 && path.size() > 1 ? std::string_view(path[1]) : "";
  const bool is_get = request.method == "GET";
  const bool is_post = request.method == "POST";
  const auto wrong_method = [&](std::string_view allowed) {
    http::Response response = response_of(door_problem(405, "method_not_allowed", "That cannot be done here", "use " + std::string(allowed)));
    response.headers.emplace_back("Allow", allowed);
    responder->send(std::move(response));
  };

  if (resource == "documents" && path.size() == 2)
    return is_post ? post_documents(std::move(request), std::move(responder)) : wrong_method("POST");
  if (resource == "status" && path.size() == 2)
    return is_get ? responder->send(response_of(Answer{200, status_json_()})) : wrong_method("GET");
  if (resource == "inbox" && path.size() == 2) return is_get ? get_inbox(request, std::move(responder)) : wrong_method("GET");
  if (resource == "inbox" && path.size() == 3 && path[2] == "ack")
    return is_post ? ack_inbox(request, std::move(responder)) : wrong_method("POST");
  if (resource == "products" && path.size() == 3) return is_get ? responder->send(get_product(path[2])) : wrong_method("GET");
  if (resource == "stock" && path.size() == 3) {
    if (!is_get) return wrong_method("GET");
    const std::shared_ptr<http::Responder> shared = std::move(responder);
    return reservations_.availability(path[2], [shared](const Answer& answer) { shared->send(response_of(answer)); });
  }
  if (resource == "reservations" && (path.size() == 2 || path.size() == 4))
    return is_post ? ask_reservations(request, std::move(responder)) : wrong_method("POST");
  responder->send(response_of(door_problem(404, "not_found", "There is no such resource", request.method + " " + request.path)));
}

void HttpDoor::post_documents(http::Request request, std::unique_ptr<http::Responder> responder) {
  const auto syntax = check_content_type(headers_of(request));
  if (!syntax) {
    loop_.refused().count();
    return responder->send(response_of(syntax.error()));
  }
  const std::string correlation_id = correlation_id_in(request);
  auto ingested = ingest(request.body, *syntax, {loop_.location(), os::now(), correlation_id});
  if (!ingested) {
    loop_.refused().keep(request.body, ingested.error());
    return responder->send(response_of(ingested.error()));
  }
  for (const auto& refusal : ingested->refusals)
    if (refusal) loop_.refused().keep(request.body, *refusal);
  if (ingested->rows.empty()) return responder->send(response_of(answer_of(*ingested, {}, loop_.location())));
  const std::string answered_id = ingested->is_array ? correlation_id : ingested->rows[0].correlation_id;
  request.body.clear();
  loop_.submit(std::make_unique<DocumentsRequest>(std::move(*ingested), loop_, answered_id, std::move(responder)));
}

void HttpDoor::ask_reservations(const http::Request& request, std::unique_ptr<http::Responder> responder) {
  if (!request.body.empty()) {
    const auto syntax = check_content_type(headers_of(request));
    if (!syntax) return responder->send(response_of(syntax.error()));
    if (*syntax != Syntax::kJson)
      return responder->send(response_of(door_problem(415, "unsupported_media_type", "Content type not taken", "send Content-Type: application/json")));
  }
  const std::shared_ptr<http::Responder> shared = std::move(responder);
  const auto reply = [shared](const Answer& answer) { shared->send(response_of(answer)); };
  if (request.segments.size() == 2) return reservations_.reserve(request.body, request.header("idempotency-key").value_or(""), reply);
  static constexpr std::array<std::string_view, 6> kVerbs = {"confirm", "pick", "ready", "release", "extend", "break"};
  const std::string& verb = request.segments[3];
  if (std::ranges::find(kVerbs, verb) == kVerbs.end()) return reply(answer_of(door_problem(404, "not_found", "There is no such resource", "POST " + request.path)));
  reservations_.step(verb, request.segments[2], request.body, reply);
}

std::optional<http::Response> HttpDoor::inbox_answer(std::uint64_t after, bool even_empty) {
  const auto items = data_.with_inbox([&](InboxReader& inbox) { return inbox.items(after, kInboxItemsPerAnswerMax); });
  if (!items) return response_of(problem_of(items.error()));
  if (items->empty() && !even_empty) return std::nullopt;
  return response_of(Answer{200, inbox_json(*items, after)});
}

void HttpDoor::get_inbox(const http::Request& request, std::unique_ptr<http::Responder> responder) {
  const auto consumer = request.parameter("consumer");
  if (!consumer || !is_consumer_name(*consumer)) return responder->send(response_of(bad_request("say who reads: consumer=TILL")));
  std::optional<std::uint64_t> after;
  if (const auto text = request.parameter("after")) {
    after = number_in(*text);
    if (!after) return responder->send(response_of(bad_request("after is a whole number")));
  } else {
    const auto cursor = data_.with_inbox([&](InboxReader& inbox) { return inbox.cursor(*consumer); });
    if (!cursor) return responder->send(response_of(problem_of(cursor.error())));
    after = *cursor;
  }
  const auto wait_s = number_in(request.parameter("wait_s").value_or("0"));
  if (!wait_s || *wait_s > kInboxWaitSecondsMax)
    return responder->send(response_of(bad_request("wait_s is 0 to " + std::to_string(kInboxWaitSecondsMax))));

  std::uint64_t id = 0;
  {
    // Under the lock from the look to the wait, so that an item in between wakes this till too.
    const std::lock_guard lock(mutex_);
    if (auto answer = inbox_answer(*after, *wait_s == 0)) return responder->send(std::move(*answer));
    id = next_waiter_++;
    waiters_.emplace(id, Waiter{*after, std::move(responder)});
  }
  loop_.run_at(os::monotonic() + seconds(static_cast<std::int64_t>(*wait_s)), [this, id] { give_up_waiting(id); });
}

void HttpDoor::inbox_advanced() {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiters_, [this](auto& entry) {
    auto answer = inbox_answer(entry.second.after, false);
    if (!answer) return false;
    entry.second.responder->send(std::move(*answer));
    return true;
  });
}

void HttpDoor::give_up_waiting(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = waiters_.find(id);
  if (found == waiters_.end()) return;
  found->second.responder->send(response_of(Answer{200, inbox_json({}, found->second.after)}));
  waiters_.erase(found);
}

void HttpDoor::ack_inbox(const http::Request& request, std::unique_ptr<http::Responder> responder) {
  const auto syntax = check_content_type(headers_of(request));
  if (!syntax) return responder->send(response_of(syntax.error()));
  const auto tree = parse_tree(request.body, *syntax);
  if (!tree) return responder->send(response_of(tree.error()));
  const Value* consumer = tree->find("consumer");
  const Value* no = tree->find("no");
  const auto* name = consumer == nullptr ? nullptr : std::get_if<std::string>(&consumer->data);
  const auto* number = no == nullptr ? nullptr : std::get_if<NumberText>(&no->data);
  const auto acked = number == nullptr ? std::nullopt : number_in(number->text);
  if (name == nullptr || !is_consumer_name(*name) || !acked)
    return responder->send(response_of(bad_request(R"(send {"consumer":"TILL","no":N})")));
  const std::shared_ptr<http::Responder> shared = std::move(responder);
  loop_.submit([name = *name, acked = *acked](Outbox&, Inbox& inbox) { return inbox.acknowledge(name, acked, os::now()); },
               [shared](const Result<void>& outcome) {
                 if (outcome) return shared->send(response_of(Answer{200, R"({"status":"acknowledged"})"}));
                 const bool is_callers = outcome.error().code == ErrorCode::kInvalid;
                 shared->send(response_of(is_callers ? bad_request(outcome.error().detail) : problem_of(outcome.error())));
               });
}

http::Response HttpDoor::get_product(const std::string& sku_or_gtin) {
  const auto payload = data_.with_inbox([&](InboxReader& inbox) { return inbox.product(sku_or_gtin); });
  if (!payload) return response_of(problem_of(payload.error()));
  if (!*payload) return response_of(door_problem(404, "unknown_product", "There is no such product", "'" + sku_or_gtin + "' is no SKU and no GTIN known here"));
  const auto product = decode_product(**payload);
  if (!product) return response_of(problem_of(product.error()));
  return response_of(Answer{200, product_to_json(*product)});
}

}  // namespace tillsync::agent
