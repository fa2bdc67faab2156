// The hub's HTTP API: finds the route, asks who it is, hands the call to its handler. Serves until destroyed.
#pragma once

#include <memory>

#include "common/http/server.h"
#include "hub/api/api_context.h"

namespace tillsync::hub {

class ApiServer {
 public:
  static Result<std::unique_ptr<ApiServer>> start(const http::ServerOptions& options, ApiContext& context);
  std::uint16_t port() const { return server_->port(); }
  void stop_accepting() { server_->stop_accepting(); }

 private:
  ApiServer() = default;
  void handle(http::Request request, std::unique_ptr<http::Responder> responder);

  ApiContext* context_ = nullptr;
  std::vector<Endpoint> endpoints_;
  std::vector<Route> routes_;
  std::unique_ptr<http::Server> server_;  // last: its threads end before what they use
};

/// Every route of the API, for the server and for the test that walks through it.
std::vector<Endpoint> all_endpoints();

}  // namespace tillsync::hub
