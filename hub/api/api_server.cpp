#include "hub/api/api_server.h"

#include "common/crypto/crypto.h"
#include "common/log/log.h"
#include "hub/api/console_handlers.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kCorrelationIdBytesMax = 64;
constexpr std::string_view kBearer = "Bearer ";

/// The caller's id when it is short and printable, else a new one.
std::string correlation_id_of(const http::Request& request) {
  const auto given = request.header("x-correlation-id");
  if (given && !given->empty() && given->size() <= kCorrelationIdBytesMax &&
      std::ranges::all_of(*given, [](char c) { return c > ' ' && c < 127; }))
    return std::string(*given);
  return random_secret("c_");
}

bool is_taken(const http::Request& request, const Route& route) {
  const auto type = request.header("content-type");
  return type && (type->starts_with("application/json") || (route.takes_msgpack && type->starts_with("application/msgpack")));
}

}  // namespace

std::vector<Endpoint> all_endpoints() {
  std::vector<Endpoint> all;
  for (auto part : {health_endpoints(), event_endpoints(), document_endpoints(), masterdata_endpoints(), stock_endpoints(), posting_endpoints(),
                    exception_endpoints(), fleet_endpoints(), reconciliation_endpoints(), close_endpoints(), reservation_endpoints(), bulk_endpoints(),
                    runbook_endpoints(), overview_endpoints(), trace_endpoints(), stream_endpoints(), operation_endpoints()})
    all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
  return all;
}

Result<std::unique_ptr<ApiServer>> ApiServer::start(const http::ServerOptions& options, ApiContext& context) {
  std::unique_ptr<ApiServer> server(new ApiServer);
  server->context_ = &context;
  server->endpoints_ = all_endpoints();
  for (const auto& [route, handler] : server->endpoints_) server->routes_.push_back(route);
  TS_ASSIGN_OR_RETURN(server->server_,
                      http::Server::start(options, [raw = server.get()](http::Request request, std::unique_ptr<http::Responder> responder) {
                        raw->handle(std::move(request), std::move(responder));
                      }));
  return server;
}

void ApiServer::handle(http::Request request, std::unique_ptr<http::Responder> responder) {
  ApiCall call;
  call.correlation_id = correlation_id_of(request);
  call.reply = std::make_shared<ApiReply>(std::move(responder), call.correlation_id);
  const auto reply = call.reply;
  Match match = find_route(routes_, request.method, request.path);
  if (match.status == MatchStatus::kNoSuchPath && is_for_console(request)) {
    reply->response(console_response(console_files(), request, random_secret("")));
    return;
  }
  if (match.status == MatchStatus::kNoSuchPath) {
    reply->problem(404, "no_such_path", "Not found", "there is nothing at " + request.path);
    return;
  }
  if (match.status == MatchStatus::kNoSuchMethod) {
    reply->problem(405, "no_such_method", "Method not allowed", request.path + " takes " + match.allowed, "", {{"Allow", match.allowed}});
    return;
  }
  const auto& [route, handler] = endpoints_[match.route];
  if (route.role != Role::kPublic) {
    const auto authorization = request.header("authorization");
    const bool has_token = authorization && authorization->starts_with(kBearer);
    const auto caller = has_token ? context_->authenticate(authorization->substr(kBearer.size())) : std::nullopt;
    if (!caller) {
      reply->problem(401, "unauthorised", "Token needed", has_token ? "the token is unknown or has expired" : "send Authorization: Bearer TOKEN", "",
                     {{"WWW-Authenticate", "Bearer"}});
      return;
    }
    if (caller->role < route.role) {
      reply->problem(403, "forbidden", "Not allowed", "this needs the role " + std::string(to_string(route.role)) + ", the token has " +
                                                           std::string(to_string(caller->role)));
      return;
    }
    call.caller = *caller;
  }
  if (!request.body.empty() && !is_taken(request, route)) {
    reply->problem(415, "unsupported_media_type", "Content type not taken",
                   route.takes_msgpack ? "send Content-Type: application/json or application/msgpack" : "send Content-Type: application/json");
    return;
  }
  call.request = std::move(request);
  call.parameters = std::move(match.parameters);
  if (route.method == "GET" && route.role != Role::kPublic) reply->reads_at(context_->now());
  try {
    handler(*context_, std::move(call));
  } catch (const std::exception& error) {  // of libraries below; an answer is owed all the same
    log::error("API handler failed", {{"route", route.pattern}, {"detail", std::string_view(error.what())}});
    reply->problem(500, "internal", "The hub failed", "see its log under the correlation id");
  }
}

}  // namespace tillsync::hub
