#include <microhttpd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "common/base/net.h"
#include "common/http/exchange.h"
#include "common/http/server.h"

namespace tillsync::http {
namespace {

constexpr std::size_t kStreamBlockBytes = 4'096;
constexpr std::chrono::milliseconds kGoodbyeMax(1'000);  // how long a stopping server waits for its last answers to be taken
constexpr const char* kTlsPriorities = "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1";

using ExchangePointer = std::shared_ptr<Exchange>;

struct ResponseDeleter {
  void operator()(MHD_Response* response) const { MHD_destroy_response(response); }
};
using ResponsePointer = std::unique_ptr<MHD_Response, ResponseDeleter>;

ResponsePointer make_body(std::string body) {
  auto* owned = new std::string(std::move(body));
  return ResponsePointer(MHD_create_response_from_buffer_with_free_callback_cls(
      owned->size(), owned->data(), [](void* text) { delete static_cast<std::string*>(text); }, owned));
}

ResponsePointer make_stream(const ExchangePointer& exchange) {
  return ResponsePointer(MHD_create_response_from_callback(
      MHD_SIZE_UNKNOWN, kStreamBlockBytes,
      [](void* pointer, std::uint64_t, char* buffer, std::size_t size) {
        return (*static_cast<ExchangePointer*>(pointer))->read_stream(buffer, size);
      },
      new ExchangePointer(exchange), [](void* pointer) { delete static_cast<ExchangePointer*>(pointer); }));
}

class MhdServer final : public Server {
 public:
  MhdServer(const ServerOptions& options, Handler handler)
      : options_(options),
        handler_(std::move(handler)),
        connections_(std::make_shared<Connections>(
            options.connections_max, options.bodies_bytes_max,
            Connections::Patience{options.head_timeout, std::chrono::seconds(options.idle_timeout_s), options.answer_grace})) {}
  MhdServer(const MhdServer&) = delete;
  MhdServer& operator=(const MhdServer&) = delete;
  ~MhdServer() override;

  Result<void> listen();
  std::uint16_t port() const override { return port_; }
  void stop_accepting() override;

 private:
  static void remember_message(void* self, const char* format, va_list arguments) {
    std::vsnprintf(static_cast<MhdServer*>(self)->message_, sizeof message_, format, arguments);
  }
  MHD_Result on_request(MHD_Connection* connection, const char* method, const char* bytes, std::size_t* size,
                        const ExchangePointer& exchange);
  MHD_Result queue(MHD_Connection* connection, Response response, const ExchangePointer& exchange) const;

  const ServerOptions options_;
  const Handler handler_;
  const std::shared_ptr<Connections> connections_;
  MHD_Daemon* daemon_ = nullptr;
  int quiesced_socket_ = -1;
  std::uint16_t port_ = 0;
  char message_[256] = {};
};

MHD_Result MhdServer::queue(MHD_Connection* connection, Response response, const ExchangePointer& exchange) const {
  const bool is_whole = !exchange->is_stream();
  const std::size_t bytes = response.body.size();
  const ResponsePointer made = exchange->is_stream() ? make_stream(exchange) : make_body(std::move(response.body));
  if (made == nullptr) return MHD_NO;
  if (!response.content_type.empty()) MHD_add_response_header(made.get(), "Content-Type", response.content_type.c_str());
  for (const auto& [name, value] : response.headers) MHD_add_response_header(made.get(), name.c_str(), value.c_str());
  for (const auto& [name, value] : options_.headers)
    if (MHD_get_response_header(made.get(), name.c_str()) == nullptr) MHD_add_response_header(made.get(), name.c_str(), value.c_str());
  if (connections_->closing) MHD_add_response_header(made.get(), "Connection", "close");
  if (is_whole) exchange->answering(bytes);
  return MHD_queue_response(connection, static_cast<unsigned>(response.status), made.get());
}

MHD_Result MhdServer::on_request(MHD_Connection* connection, const char* method, const char* bytes, std::size_t* size,
                                 const ExchangePointer& exchange) {
  if (!exchange->is_begun()) {
    connections_->add(exchange);
    std::optional<Response> refusal = exchange->begin(method);
    return refusal ? queue(connection, std::move(*refusal), exchange) : MHD_YES;
  }
  if (*size > 0) {
    const bool taken = exchange->take_body({bytes, *size});
    *size = 0;
    return taken ? MHD_YES : MHD_NO;
  }
  std::optional<Response> answer = exchange->take_answer();
  if (!answer) answer = exchange->dispatch(handler_);
  return answer ? queue(connection, std::move(*answer), exchange) : MHD_YES;
}

Result<void> MhdServer::listen() {
  const std::string where = options_.address + ":" + std::to_string(options_.port);
  const bool tls = !options_.tls_certificate_pem.empty() && !options_.tls_key_pem.empty();
  TS_ASSIGN_OR_RETURN(const os::SocketAddress address, os::SocketAddress::parse(options_.address, options_.port));

  unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  if (address.is_ipv6()) flags |= MHD_USE_IPv6;
  if (tls) flags |= MHD_USE_TLS;
  const auto number = [](auto value) { return static_cast<std::intptr_t>(value); };
  const auto pointer = [](const void* value) { return const_cast<void*>(value); };
  std::vector<MHD_OptionItem> items = {
      {MHD_OPTION_SOCK_ADDR, 0, address.get()},
      {MHD_OPTION_CONNECTION_LIMIT, number(options_.connections_max), nullptr},
      {MHD_OPTION_CONNECTION_TIMEOUT, number(options_.idle_timeout_s), nullptr},
      {MHD_OPTION_CONNECTION_MEMORY_LIMIT, number(kHeaderBytesMax), nullptr},
  };
  if (options_.threads > 1) items.push_back({MHD_OPTION_THREAD_POOL_SIZE, number(options_.threads), nullptr});
  if (tls) {
    items.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, pointer(options_.tls_certificate_pem.c_str())});
    items.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, pointer(options_.tls_key_pem.c_str())});
    items.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, pointer(kTlsPriorities)});
  }
  items.push_back({MHD_OPTION_END, 0, nullptr});

  // libmicrohttpd hands these its closure as void*; each casts back to what it was given.
  const auto handle = [](void* self, MHD_Connection* connection, const char*, const char* method, const char*,
                         const char* bytes, std::size_t* size, void** state) -> MHD_Result {
    return static_cast<MhdServer*>(self)->on_request(connection, method, bytes, size, *static_cast<ExchangePointer*>(*state));
  };
  const auto begin = [](void* self, const char* target, MHD_Connection* connection) -> void* {
    auto& server = *static_cast<MhdServer*>(self);
    return new ExchangePointer(
        std::make_shared<Exchange>(server.connections_, connection, target, server.options_));
  };
  const auto end = [](void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    const std::unique_ptr<ExchangePointer> exchange(static_cast<ExchangePointer*>(std::exchange(*state, nullptr)));
    if (exchange != nullptr) (*exchange)->end();
  };
  const auto connect = [](void* self, MHD_Connection* connection, void**, MHD_ConnectionNotificationCode code) {
    const int socket = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    Connections& connections = *static_cast<MhdServer*>(self)->connections_;
    code == MHD_CONNECTION_NOTIFY_STARTED ? connections.opened(socket) : connections.closed(socket);
  };
  // The target is decoded by parse_target from its raw form, so the library's own decoding is switched off.
  const auto keep_escapes = [](void*, MHD_Connection*, char* text) { return std::strlen(text); };

  errno = 0;
  daemon_ = MHD_start_daemon(
      flags, options_.port, nullptr, nullptr, +handle, this,
      MHD_OPTION_EXTERNAL_LOGGER, &MhdServer::remember_message, this,
      MHD_OPTION_URI_LOG_CALLBACK, +begin, this,
      MHD_OPTION_NOTIFY_COMPLETED, +end, this,
      MHD_OPTION_NOTIFY_CONNECTION, +connect, this,
      MHD_OPTION_UNESCAPE_CALLBACK, +keep_escapes, nullptr,
      MHD_OPTION_ARRAY, items.data(), MHD_OPTION_END);
  if (daemon_ == nullptr) {
    const int reason = errno;
    const std::string detail = message_[0] != '\0' ? std::string(message_) : std::string(std::strerror(reason));
    if (reason == EADDRINUSE)
      return fail(ErrorCode::kUnavailable, "listen on " + where, "the port is taken", "stop the other program, or choose another port");
    if (reason == EACCES) return fail(ErrorCode::kDenied, "listen on " + where, detail, "choose a port above 1023");
    return fail(ErrorCode::kInvalid, "listen on " + where, detail, tls ? "check certificate and key" : "");
  }
  port_ = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT)->port;
  return {};
}

void MhdServer::stop_accepting() {
  if (connections_->closing.exchange(true)) return;
  quiesced_socket_ = MHD_quiesce_daemon(daemon_);
  // Callers must be turned away, not left in the kernel's queue.
  if (quiesced_socket_ >= 0) os::cut(quiesced_socket_);
}

MhdServer::~MhdServer() {
  if (daemon_ == nullptr) return;
  stop_accepting();
  // From here on nothing is suspended any more: a daemon must not be stopped while something is.
  connections_->stopping = true;
  for (const ExchangePointer& exchange : connections_->exchanges()) exchange->shut_down();
  connections_->wait_until_empty(kGoodbyeMax);
  MHD_stop_daemon(daemon_);
  if (quiesced_socket_ >= 0) os::close_socket(quiesced_socket_);
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Handler handler) {
  auto server = std::make_unique<MhdServer>(options, std::move(handler));
  TS_RETURN_IF_ERROR(server->listen());
  return server;
}

}  // namespace tillsync::http
