// The HTTP/1.1 server of agent and hub, on libmicrohttpd (epoll, few threads). A request is handed over whole (bounded); its
// answer may come later and from any thread: the connection is suspended until then and costs no thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/error.h"

namespace tillsync::http {

struct Request {
  std::string method;  // upper case
  std::string path;    // percent-decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;    // decoded, repeated names kept in order
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string peer;    // "127.0.0.1"

  /// First value; nullopt when absent. Header names are given in lower case.
  std::optional<std::string_view> header(std::string_view name) const;
  std::optional<std::string_view> parameter(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Answers one request once, from any thread. Dropped without an answer it sends 500.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void send(Response response) = 0;
};
/// Called on a server thread; must not block. Keep the responder and answer later where work is to be done.
using Handler = std::function<void(Request, std::unique_ptr<Responder>)>;

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0 = any free one
  unsigned threads = 1;
  std::size_t request_bytes_max = 16'000'000;  // 413 beyond it, before the body is kept
  unsigned connections_max = 512;
  unsigned idle_timeout_s = 75;
  std::string tls_certificate_pem, tls_key_pem;  // both set: HTTPS
};

/// "127.0.0.1:7080" or "[::1]:7080" into its parts; kInvalid else.
Result<std::pair<std::string, std::uint16_t>> parse_listen_address(std::string_view text);

class Server {
 public:
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Handler handler);
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;
  /// Takes no new connections; open ones may finish. Call before the program's last commit.
  virtual void stop_accepting() = 0;
};

}  // namespace tillsync::http
