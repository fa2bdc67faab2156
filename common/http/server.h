// The HTTP/1.1 server of agent and hub, on libmicrohttpd (epoll, few threads). A request is handed over whole (bounded); its
// answer may come later and from any thread: the connection is suspended until then and costs no thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/error.h"

namespace tillsync::http {

struct Request {
  std::string method;  // upper case; a HEAD arrives as GET, and the server leaves the body of its answer out
  std::string path;    // percent-decoded, without the query; never holds a NUL
  std::vector<std::string> segments;  // the path's parts between slashes, each decoded: "/v1/stock/A%2FB" ends in "A/B"
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

/// A body that grows (server-sent events). Any thread. Its end, or that of the object, ends the answer.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Never blocks. False when the peer is gone or has fallen kStreamBytesMax behind (it is cut off then), or the server stops.
  virtual bool write(std::string_view bytes) = 0;
};
inline constexpr std::size_t kStreamBytesMax = 1'000'000;  // written and not yet taken by the peer

/// Answers one request once, from any thread. Dropped without an answer it sends 500. Harmless after the server's end.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void send(Response response) = 0;
  /// Sends status and headers now and the body as it is written. nullptr where that is not possible: `head` was sent whole then.
  virtual std::unique_ptr<Stream> send_stream(Response head) {
    send(std::move(head));
    return nullptr;
  }
};
/// Called on a server thread; must not block. Keep the responder and answer later where work is to be done. What it throws
/// becomes 500.
using Handler = std::function<void(Request, std::unique_ptr<Responder>)>;

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0 = any free one
  unsigned threads = 1;
  std::size_t request_bytes_max = 16'000'000;  // 413 beyond it, before the body is kept
  /// Asked with the head of a request whose body is above kSmallBodyBytes, or of a length that is not told: how many bytes may it have? Must
  /// not block. So strangers cannot fill what all bodies share. Empty: request_bytes_max.
  std::function<std::size_t(const Request& head)> body_bytes_max = {};
  std::size_t bodies_bytes_max = 64'000'000;   // bodies of all requests that are not yet answered; 503 beyond it
  unsigned connections_max = 512;
  unsigned idle_timeout_s = 75;                // without a byte, and for a further request's head in all
  std::chrono::milliseconds head_timeout{20'000};  // for the first request's head in all (TLS handshake with it), however it trickles
  std::chrono::milliseconds answer_grace{60'000};  // for an answer to be taken; and a second more for each 1,000 bytes
  std::string tls_certificate_pem, tls_key_pem;  // both set: HTTPS
  std::vector<std::pair<std::string, std::string>> headers = {};  // on every answer that does not have one of the name itself
};

inline constexpr std::size_t kSmallBodyBytes = 64 * 1024;  // taken from anybody
inline constexpr std::size_t kHeaderBytesMax = 16 * 1024;  // request line and headers of one request: 414 or 431 beyond it

/// "127.0.0.1:7080" or "[::1]:7080" into its parts; kInvalid else. Numbers only: a name could move to another interface.
Result<std::pair<std::string, std::uint16_t>> parse_listen_address(std::string_view text);
/// 127.0.0.0/8 or ::1.
bool is_loopback(std::string_view address);

/// Its destructor answers what still waits with 503 and joins the threads.
class Server {
 public:
  /// kInvalid: address, certificate or key cannot be read. kUnavailable: the port is taken. kDenied: a port below 1024.
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Handler handler);
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;
  /// Takes no new connections and answers new requests on open ones with 503; requests that are here already may finish. Connections are closed behind
  /// their answer. Call before the program's last commit.
  virtual void stop_accepting() = 0;
};

}  // namespace tillsync::http
