#include "common/transport/context.h"
#include "common/transport/options.h"
#include "common/transport/socket.h"

namespace tillsync::transport {
namespace {

constexpr int kQueueFramesMax = 16;          // short, so that a control frame waits for few others
constexpr int kReconnectMs = 150;            // the first pause; ZeroMQ adds up to as much again at random to each
constexpr int kReconnectMaxMs = 650;         // the pauses double up to this: then every 0.65 to 0.8 s
constexpr int kConnectMaxMs = 3'000;         // a black hole is given up and tried again
constexpr int kMonitoredEvents = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                                 ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
constexpr int kMonitoredTries = ZMQ_EVENT_CONNECT_RETRIED;  // a line that is down for hours is not told each try

class ZmqDealer final : public DealerSocket {
 public:
  ZmqDealer(std::shared_ptr<Context> context, std::size_t frame_bytes_max)
      : context_(std::move(context)), socket_(context_->zmq(), zmq::socket_type::dealer), frame_bytes_max_(frame_bytes_max) {}
  ZmqDealer(const ZmqDealer&) = delete;
  ZmqDealer& operator=(const ZmqDealer&) = delete;
  // The monitor's writing end first: ZeroMQ would wait for ever to report to a reader that is gone.
  ~ZmqDealer() override { zmq_socket_monitor(socket_.handle(), nullptr, 0); }

  void use_curve(const CurveKeyPair& keys, const std::string& server_key) {
    socket_.set(zmq::sockopt::curve_serverkey, server_key);
    socket_.set(zmq::sockopt::curve_publickey, keys.public_key);
    socket_.set(zmq::sockopt::curve_secretkey, keys.secret_key);
  }

  void connect(const Endpoint& endpoint, const std::string& text, bool is_link) {
    set_common_options(socket_, frame_bytes_max_, kQueueFramesMax, is_link);
    socket_.set(zmq::sockopt::reconnect_ivl, kReconnectMs);
    socket_.set(zmq::sockopt::reconnect_ivl_max, kReconnectMaxMs);
    socket_.set(zmq::sockopt::connect_timeout, kConnectMaxMs);
    // Nothing is queued while there is no link: the session decides what to send first on a new one.
    socket_.set(zmq::sockopt::immediate, 1);
    if (endpoint.is_ipv6()) socket_.set(zmq::sockopt::ipv6, 1);
    monitor_ = open_monitor(context_->zmq(), socket_, context_->unique_name("dealer-monitor-"), is_link ? kMonitoredEvents : kMonitoredEvents | kMonitoredTries);
    socket_.connect(text);
  }

  std::optional<Bytes> receive() override {
    while (auto parts = receive_message(socket_))
      if (parts->size() == 1 && parts->front().size() <= frame_bytes_max_) return parts->front().to_string();
    return std::nullopt;
  }

  SendStatus send(BytesView frame) override {
    TS_CHECK(frame.size() <= frame_bytes_max_);
    while (zmq_send(socket_.handle(), frame.data(), frame.size(), ZMQ_DONTWAIT) < 0)
      if (zmq_errno() != EINTR) {
        is_refused_ = true;
        return SendStatus::kWouldBlock;
      }
    is_refused_ = false;
    return SendStatus::kSent;
  }

  bool has_work() const override {
    // Asking moves ZeroMQ on and takes the edge of both directions from the descriptor, so both must be told.
    return (socket_.get(zmq::sockopt::events) & (is_refused_ ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN)) != 0;
  }
  int descriptor() const override { return socket_.get(zmq::sockopt::fd); }
  int link_descriptor() const override { return monitor_.get(zmq::sockopt::fd); }

  std::vector<LinkEvent> link_events() override {
    std::vector<LinkEvent> events;
    while (auto message = receive_message(monitor_)) {
      switch (read_monitor_event(*message).event) {
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
          is_up_ = true;
          events.push_back(LinkEvent::kUp);
          break;
        case ZMQ_EVENT_DISCONNECTED:
          // A connection whose handshake failed disconnects as well; the link was not up then.
          if (std::exchange(is_up_, false)) events.push_back(LinkEvent::kDown);
          break;
        case ZMQ_EVENT_CONNECT_RETRIED: events.push_back(LinkEvent::kNobodyThere); break;
        default: events.push_back(LinkEvent::kHandshakeFailed); break;
      }
    }
    return events;
  }

 private:
  const std::shared_ptr<Context> context_;
  mutable zmq::socket_t socket_;
  mutable zmq::socket_t monitor_;
  const std::size_t frame_bytes_max_;
  bool is_up_ = false;
  bool is_refused_ = false;  // the last send() found no room
};

}  // namespace

Result<std::unique_ptr<DealerSocket>> DealerSocket::connect_curve(std::shared_ptr<Context> context, const std::string& endpoint,
                                                                  const CurveKeyPair& keys, const std::string& server_key,
                                                                  std::size_t frame_bytes_max) {
  TS_ASSIGN_OR_RETURN(const Endpoint parsed, parse_endpoint(endpoint));
  TS_RETURN_IF_ERROR(check_pair(keys));
  TS_RETURN_IF_ERROR(check_key(server_key));
  try {
    auto dealer = std::make_unique<ZmqDealer>(std::move(context), frame_bytes_max);
    dealer->use_curve(keys, server_key);
    dealer->connect(parsed, endpoint, true);
    return dealer;
  } catch (const zmq::error_t& error) {
    return std::unexpected(to_error(error, "connect to " + endpoint));
  }
}

Result<std::unique_ptr<DealerSocket>> DealerSocket::connect_plain(std::shared_ptr<Context> context, const std::string& endpoint,
                                                                  std::size_t frame_bytes_max) {
  TS_ASSIGN_OR_RETURN(const Endpoint parsed, parse_endpoint(endpoint));
  try {
    auto dealer = std::make_unique<ZmqDealer>(std::move(context), frame_bytes_max);
    dealer->connect(parsed, endpoint, false);
    return dealer;
  } catch (const zmq::error_t& error) {
    return std::unexpected(to_error(error, "connect to " + endpoint));
  }
}

}  // namespace tillsync::transport
