// One request and its answer: collects the body, calls the handler, suspends the connection while no answer is there, resumes it from
// whichever thread answers. Inside common/http only.
#pragma once

#include <microhttpd.h>

#include <memory>
#include <mutex>
#include <optional>

#include "common/http/connections.h"
#include "common/http/server.h"

namespace tillsync::http {

/// A problem+json answer of the server itself.
Response problem(int status, std::string_view title);

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<Connections> connections, MHD_Connection* connection, std::string target, const ServerOptions& options);

  // The server's thread of this connection calls these, in this order.

  /// The headers are there. An answer for requests whose body must not even be sent.
  std::optional<Response> begin(std::string_view method);
  /// False: cut the connection.
  bool take_body(std::string_view chunk);
  /// The request is complete. The answer, or nullopt: the connection is suspended until there is one.
  std::optional<Response> dispatch(const Handler& handler);
  /// What was answered when the connection is resumed.
  std::optional<Response> take_answer();
  bool is_begun() const { return begun_; }
  bool is_stream() const;
  /// The whole answer, of so many bytes, is handed to the server's library.
  void answering(std::size_t bytes) { connections_->set_answering(socket(), bytes); }
  /// The next bytes of a stream into `buffer`, 0 after suspending, or one of MHD_CONTENT_READER_END_….
  ssize_t read_stream(char* buffer, std::size_t size);
  /// The request has ended; the connection must not be touched any more.
  void end();

  // Any thread.

  void answer(Response response, bool is_stream);
  bool write_stream(std::string_view bytes);
  void close_stream();
  /// Answers with 503, or ends the stream: the server stops.
  void shut_down();

 private:
  Request build_request();
  std::size_t body_limit();
  int socket() const;
  void resume(std::unique_lock<std::mutex> lock);

  const std::shared_ptr<Connections> connections_;
  const ServerOptions& options_;  // of the server, which outlives its requests on its threads

  // Of the server's thread.
  std::size_t request_bytes_max_;
  std::string target_;
  std::string method_;
  bool begun_ = false;
  std::string body_;
  std::size_t body_bytes_seen_ = 0;
  std::size_t body_bytes_reserved_ = 0;
  int refusal_ = 0;  // status to answer once the body has passed by, unkept
  Clock::time_point begun_at_;

  mutable std::mutex mutex_;
  MHD_Connection* connection_;  // null once ended
  bool suspended_ = false;
  bool answered_ = false;
  std::optional<Response> response_;
  bool stream_ = false;
  bool stream_closed_ = false;
  bool stream_overrun_ = false;
  std::string stream_bytes_;
};

}  // namespace tillsync::http
