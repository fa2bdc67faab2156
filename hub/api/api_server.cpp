#include "hub/api/api_server.h"

#include "common/crypto/crypto.h"
#include "common/log/log.h"
#include "hub/api/admission.h"
#include "hub/api/console_handlers.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kCorrelationIdBytesMax = 64;
// On every answer, unless it says otherwise itself: nothing of the API is a page, and no page of others may hold one of it.
const Headers kSecurityHeaders = {{"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
                                  {"X-Content-Type-Options", "nosniff"},
                                  {"X-Frame-Options", "DENY"},
                                  {"Referrer-Policy", "no-referrer"},
                                  {"Cross-Origin-Resource-Policy", "same-origin"},
                                  {"Cross-Origin-Opener-Policy", "same-origin"}};

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
                    runbook_endpoints(), overview_endpoints(), trace_endpoints(), stream_endpoints(), operation_endpoints(), session_endpoints(),
                    user_endpoints(), token_endpoints(), audit_endpoints(), kpi_endpoints(), alert_endpoints()})
    all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
  return all;
}

Result<std::unique_ptr<ApiServer>> ApiServer::start(const http::ServerOptions& options, ApiContext& context) {
  std::unique_ptr<ApiServer> server(new ApiServer);
  server->context_ = &context;
  server->endpoints_ = all_endpoints();
  for (const auto& [route, handler] : server->endpoints_) server->routes_.push_back(route);
  http::ServerOptions secured = options;
  secured.headers.insert(secured.headers.end(), kSecurityHeaders.begin(), kSecurityHeaders.end());
  secured.body_bytes_max = [&context, known = options.request_bytes_max](const http::Request& head) {
    return is_known(context, head) ? known : http::kSmallBodyBytes;
  };
  if (context.listen.is_tls) secured.headers.emplace_back("Strict-Transport-Security", kStrictTransport);
  TS_ASSIGN_OR_RETURN(server->server_,
                      http::Server::start(secured, [raw = server.get()](http::Request request, std::unique_ptr<http::Responder> responder) {
                        raw->handle(std::move(request), std::move(responder));
                      }));
  return server;
}

void ApiServer::handle(http::Request request, std::unique_ptr<http::Responder> responder) {
  ApiCall call;
  call.correlation_id = correlation_id_of(request);
  call.reply = std::make_shared<ApiReply>(std::move(responder), call.correlation_id);
  const auto reply = call.reply;
  const ClientSide client = client_side_of(request, context_->listen);
  call.address = client.address;
  call.by_tls = client.by_tls;
  if (client.by_tls && !context_->listen.is_tls) reply->came_by_tls();
  Match match = find_route(routes_, request.method, request.segments);
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
  // Probes of a load balancer name any host; they tell nothing.
  if (route.pattern.starts_with("/v1") && !is_own_host(request, client, context_->listen)) {
    reply->problem(421, "foreign_host", "Not this host", "the hub is not reached by this name: use its address, or add the name to listen.hosts in hub.toml");
    return;
  }
  call.action = std::string(route.method) + " " + std::string(route.pattern);
  call.request = std::move(request);
  if (route.role != Role::kPublic && !admit(*context_, route, client, call)) return;
  if (!call.request.body.empty() && !is_taken(call.request, route)) {
    reply->problem(415, "unsupported_media_type", "Content type not taken",
                   route.takes_msgpack ? "send Content-Type: application/json or application/msgpack" : "send Content-Type: application/json");
    return;
  }
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
