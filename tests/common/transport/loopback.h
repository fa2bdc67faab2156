// Waits for what a test expects, and plain ways to reach a ROUTER that the product does not have.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "common/transport/socket.h"

namespace tillsync::transport {

inline constexpr std::size_t kTestFrameBytesMax = 100'000;

/// Polls until `condition` holds; false after so long that only a fault can explain it.
template <class Condition>
bool eventually(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

inline std::optional<RoutedFrame> next_frame(RouterSocket& router) {
  std::optional<RoutedFrame> frame;
  eventually([&] { return (frame = router.receive()).has_value(); });
  return frame;
}

inline std::optional<Bytes> next_frame(DealerSocket& dealer) {
  std::optional<Bytes> frame;
  eventually([&] { return (frame = dealer.receive()).has_value(); });
  return frame;
}

inline bool send_eventually(DealerSocket& dealer, BytesView frame) {
  return eventually([&] { return dealer.send(frame) == SendStatus::kSent; });
}

/// Waits for one kind of link event; others are passed over.
inline bool link_becomes(DealerSocket& dealer, DealerSocket::LinkEvent wanted) {
  return eventually([&] {
    for (const DealerSocket::LinkEvent event : dealer.link_events())
      if (event == wanted) return true;
    return false;
  });
}

inline int port_of(const std::string& endpoint) { return std::stoi(endpoint.substr(endpoint.rfind(':') + 1)); }

/// A bare TCP connection to a port of this machine.
class TcpClient {
 public:
  explicit TcpClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  TcpClient(const TcpClient&) = delete;
  TcpClient& operator=(const TcpClient&) = delete;
  ~TcpClient() { ::close(socket_); }
  bool connected() const { return connected_; }
  void send(std::string_view bytes) { static_cast<void>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL)); }

 private:
  int socket_;
  bool connected_ = false;
};

}  // namespace tillsync::transport
