#include <filesystem>
#include <thread>

#include "common/base/ipc_path.h"
#include "common/base/os.h"
#include "common/transport/context.h"
#include "common/transport/handshake_watch.h"
#include "common/transport/options.h"
#include "common/transport/socket.h"

namespace tillsync::transport {
namespace {

constexpr int kCurveQueueFramesMax = 64;   // per peer and direction
constexpr int kPlainQueueFramesMax = 256;  // a till may have many small requests in flight
constexpr int kMonitoredEvents = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
                                 ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                                 ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_MONITOR_STOPPED;

// Of a plain ROUTER: the first byte of the routing id that the caller sees tells how the peer frames its messages.
constexpr char kBare = 'b';
constexpr char kDelimited = 'd';

class ZmqRouter final : public RouterSocket {
 public:
  ZmqRouter(std::shared_ptr<Context> context, std::size_t frame_bytes_max, bool is_plain)
      : context_(std::move(context)),
        socket_(context_->zmq(), zmq::socket_type::router),
        counters_(std::make_shared<Counters>()),
        frame_bytes_max_(frame_bytes_max),
        is_plain_(is_plain) {}
  ZmqRouter(const ZmqRouter&) = delete;
  ZmqRouter& operator=(const ZmqRouter&) = delete;

  ~ZmqRouter() override {
    if (!ipc_path_.empty()) {
      // ZeroMQ leaves the file behind; a client must not find a door that nobody opens.
      std::error_code not_ours_any_more;
      std::filesystem::remove(ipc_path_, not_ours_any_more);
    }
    if (!domain_.empty()) context_->remove_domain(domain_);
    if (monitor_thread_.joinable()) {
      zmq_socket_monitor(socket_.handle(), nullptr, 0);
      monitor_thread_.join();
    }
  }

  void serve_curve(const CurveKeyPair& keys, Context::Admit admit) {
    domain_ = context_->add_domain(std::move(admit), counters_);
    socket_.set(zmq::sockopt::curve_server, 1);
    socket_.set(zmq::sockopt::curve_secretkey, keys.secret_key);
    socket_.set(zmq::sockopt::zap_domain, domain_);
    zmq::socket_t monitor = open_monitor(context_->zmq(), socket_, context_->unique_name("router-monitor-"), kMonitoredEvents);
    monitor_thread_ = std::thread([counters = counters_, moved = std::move(monitor)]() mutable { count_failures(*counters, moved); });
  }

  void bind(const Endpoint& endpoint, const std::string& text) {
    set_common_options(socket_, frame_bytes_max_, is_plain_ ? kPlainQueueFramesMax : kCurveQueueFramesMax, !is_plain_);
    socket_.set(zmq::sockopt::router_mandatory, 1);
    if (endpoint.is_ipv6()) socket_.set(zmq::sockopt::ipv6, 1);
    socket_.bind(text);
    ipc_path_ = endpoint.path;
  }

  std::optional<RoutedFrame> receive() override;
  SendStatus send(BytesView routing_id, BytesView frame) override;
  bool has_work() const override { return (socket_.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0; }
  int descriptor() const override { return socket_.get(zmq::sockopt::fd); }
  std::string endpoint() const override { return socket_.get(zmq::sockopt::last_endpoint); }
  HandshakeCounters counters() const override {
    return {counters_->denied, counters_->failed, counters_->dropped_messages};
  }

 private:
  static void count_failures(Counters& counters, zmq::socket_t& monitor);
  std::optional<RoutedFrame> accept(std::vector<zmq::message_t>& parts) const;

  const std::shared_ptr<Context> context_;
  mutable zmq::socket_t socket_;
  const std::shared_ptr<Counters> counters_;
  const std::size_t frame_bytes_max_;
  const bool is_plain_;
  std::string domain_;
  std::string ipc_path_;
  std::thread monitor_thread_;
};

/// Runs on a thread of its own: a monitor that nobody reads would in the end block ZeroMQ's I/O thread.
void ZmqRouter::count_failures(Counters& counters, zmq::socket_t& monitor) {
  HandshakeWatch watch(milliseconds(kHandshakeMaxMs));
  try {
    while (true) {
      std::vector<zmq::message_t> parts;
      do {
        parts.emplace_back();
        while (!monitor.recv(parts.back())) continue;
      } while (parts.back().more());
      const MonitorEvent event = read_monitor_event(parts);
      switch (event.event) {
        case ZMQ_EVENT_MONITOR_STOPPED: return;
        case ZMQ_EVENT_ACCEPTED: watch.on_accepted(event.value, os::monotonic()); break;
        case ZMQ_EVENT_DISCONNECTED: watch.on_disconnected(event.value, os::monotonic()); break;
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: watch.on_settled(os::monotonic()); break;
        default: watch.on_failed(); break;
      }
      counters.failed = watch.failed();
    }
  } catch (const zmq::error_t&) {
    // The context ends.
  }
}

std::optional<RoutedFrame> ZmqRouter::accept(std::vector<zmq::message_t>& parts) const {
  const bool delimited = is_plain_ && parts.size() == 3 && parts[1].size() == 0;
  if (!delimited && parts.size() != 2) return std::nullopt;
  const zmq::message_t& body = parts.back();
  if (body.size() > frame_bytes_max_) return std::nullopt;
  const std::string_view id = parts.front().to_string_view();
  RoutedFrame frame;
  if (is_plain_) {
    frame.routing_id = delimited ? kDelimited : kBare;
  } else {
    // ZeroMQ's own ids begin with a zero byte, which it lets no peer choose.
    if (id.empty() || id.front() != '\0') return std::nullopt;
    if (const char* key = zmq_msg_gets(parts.back().handle(), "User-Id"); key != nullptr) frame.peer_key = key;
    if (const char* address = zmq_msg_gets(parts.back().handle(), "Peer-Address"); address != nullptr) frame.peer_address = address;
  }
  frame.routing_id += id;
  frame.frame = body.to_string_view();
  return frame;
}

std::optional<RoutedFrame> ZmqRouter::receive() {
  while (auto parts = receive_message(socket_)) {
    if (auto frame = accept(*parts)) return frame;
    ++counters_->dropped_messages;
  }
  return std::nullopt;
}

SendStatus ZmqRouter::send(BytesView routing_id, BytesView frame) {
  TS_CHECK(frame.size() <= frame_bytes_max_ && !routing_id.empty());
  const bool delimited = is_plain_ && routing_id.front() == kDelimited;
  if (is_plain_) routing_id.remove_prefix(1);
  // The first part finds the peer and its room; the parts behind it cannot fail any more.
  while (zmq_send(socket_.handle(), routing_id.data(), routing_id.size(), ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) {
    if (zmq_errno() == EINTR) continue;
    return zmq_errno() == EAGAIN ? SendStatus::kWouldBlock : SendStatus::kPeerGone;
  }
  if (delimited) socket_.send(zmq::message_t(), zmq::send_flags::sndmore);
  socket_.send(zmq::buffer(frame), zmq::send_flags::none);
  return SendStatus::kSent;
}

}  // namespace

Result<std::unique_ptr<RouterSocket>> RouterSocket::bind_curve(std::shared_ptr<Context> context, const std::string& endpoint,
                                                               const CurveKeyPair& keys,
                                                               std::function<bool(std::string_view peer_key)> admit,
                                                               std::size_t frame_bytes_max) {
  TS_ASSIGN_OR_RETURN(const Endpoint parsed, parse_endpoint(endpoint));
  TS_RETURN_IF_ERROR(check_pair(keys));
  try {
    auto router = std::make_unique<ZmqRouter>(std::move(context), frame_bytes_max, false);
    router->serve_curve(keys, std::move(admit));
    router->bind(parsed, endpoint);
    return router;
  } catch (const zmq::error_t& error) {
    return std::unexpected(to_error(error, "listen on " + endpoint));
  }
}

Result<std::unique_ptr<RouterSocket>> RouterSocket::bind_plain(std::shared_ptr<Context> context, const std::string& endpoint,
                                                               std::size_t frame_bytes_max) {
  TS_ASSIGN_OR_RETURN(const Endpoint parsed, parse_endpoint(endpoint));
  const bool is_ipc = parsed.kind == Endpoint::Kind::kIpc;
  if (!is_ipc && !parsed.is_loopback())
    return fail(ErrorCode::kDenied, "listen on " + endpoint, "a socket without keys may be reached from this machine only",
                "use ipc:// or tcp://127.0.0.1:port");
  if (is_ipc) TS_RETURN_IF_ERROR(os::clear_ipc_path(parsed.path));
  try {
    auto router = std::make_unique<ZmqRouter>(std::move(context), frame_bytes_max, true);
    router->bind(parsed, endpoint);
    if (is_ipc) TS_RETURN_IF_ERROR(os::restrict_ipc_path(parsed.path));
    return router;
  } catch (const zmq::error_t& error) {
    return std::unexpected(to_error(error, "listen on " + endpoint));
  }
}

}  // namespace tillsync::transport
