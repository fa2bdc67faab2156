#include "packaging/demo.d/relay_loop.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <thread>

using namespace tillsync;
using namespace tillsync::demo;

namespace {

/// A blocking loopback socket that gives up after some seconds, so that no fault can hang the test.
class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {
    const timeval patience{20, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  static sockaddr_in address(std::uint16_t port) {
    sockaddr_in loopback{};
    loopback.sin_family = AF_INET;
    loopback.sin_port = htons(port);
    loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return loopback;
  }
  static Socket connect(std::uint16_t port) {
    Socket made(::socket(AF_INET, SOCK_STREAM, 0));
    const auto to = address(port);
    REQUIRE(::connect(made.descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    return made;
  }
  static Socket listen(std::uint16_t& port) {
    Socket made(::socket(AF_INET, SOCK_STREAM, 0));
    auto at = address(0);
    socklen_t length = sizeof at;
    REQUIRE(::bind(made.descriptor_, reinterpret_cast<const sockaddr*>(&at), length) == 0);
    REQUIRE(::listen(made.descriptor_, 8) == 0);
    ::getsockname(made.descriptor_, reinterpret_cast<sockaddr*>(&at), &length);
    port = ntohs(at.sin_port);
    return made;
  }
  Socket accept() { return Socket(::accept(descriptor_, nullptr, nullptr)); }
  void send(const std::string& text) {
    std::size_t at = 0;
    while (at < text.size()) {
      const ssize_t put = ::send(descriptor_, text.data() + at, text.size() - at, MSG_NOSIGNAL);
      if (put <= 0) return;
      at += static_cast<std::size_t>(put);
    }
  }
  void end() { ::shutdown(descriptor_, SHUT_WR); }
  /// Up to `bytes`, less when the other side ends or resets.
  std::string receive(std::size_t bytes) {
    std::string text;
    std::array<char, 65'536> buffer;
    while (text.size() < bytes) {
      const ssize_t got = ::recv(descriptor_, buffer.data(), std::min(buffer.size(), bytes - text.size()), 0);
      if (got <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
  }
  bool is_ended() {
    char byte = 0;
    const ssize_t got = ::recv(descriptor_, &byte, 1, 0);
    return got == 0 || (got < 0 && errno != EAGAIN);
  }

 private:
  int descriptor_;
};

struct Running {
  std::uint16_t hub_port = 0;
  Socket hub = Socket::listen(hub_port);
  std::unique_ptr<RelayLoop> relay;
  std::thread thread;

  Running() {
    auto opened = RelayLoop::open({0, 0, hub_port});
    REQUIRE(opened);
    relay = std::move(*opened);
    thread = std::thread([this] { static_cast<void>(relay->run()); });
  }
  ~Running() {
    relay->stop();
    thread.join();
  }
  std::string order(std::string_view text) {
    const auto answer = order_relay(relay->control_port(), text);
    return answer ? *answer : "error";
  }
};

}  // namespace

TEST_CASE("relay: bytes pass both ways, and so does the end", "[demo]") {
  Running running;
  Socket store = Socket::connect(running.relay->port());
  Socket hub = running.hub.accept();
  store.send("hello");
  CHECK(hub.receive(5) == "hello");
  hub.send("welcome");
  CHECK(store.receive(7) == "welcome");
  CHECK(running.order("status") == "up 1");
  store.end();
  CHECK(hub.receive(1).empty());
  hub.send("last words");
  CHECK(store.receive(10) == "last words");
  hub.end();
  CHECK(store.is_ended());
}

TEST_CASE("relay: more than fits into its memory arrives whole", "[demo]") {
  Running running;
  Socket store = Socket::connect(running.relay->port());
  Socket hub = running.hub.accept();
  std::string large(3'000'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7 % 251);
  std::thread sender([&] { store.send(large); });
  const std::string arrived = hub.receive(large.size());
  sender.join();
  CHECK(arrived == large);
}

TEST_CASE("relay: switched off it cuts what stands and what comes, switched on it serves again", "[demo]") {
  Running running;
  Socket store = Socket::connect(running.relay->port());
  Socket hub = running.hub.accept();
  store.send("x");
  CHECK(hub.receive(1) == "x");
  CHECK(running.order("down") == "down 0");
  CHECK(store.is_ended());
  CHECK(hub.is_ended());
  Socket refused = Socket::connect(running.relay->port());
  CHECK(refused.is_ended());
  CHECK(running.order("down") == "down 0");
  CHECK(running.order("up") == "up 0");
  Socket again = Socket::connect(running.relay->port());
  Socket hub_again = running.hub.accept();
  again.send("back");
  CHECK(hub_again.receive(4) == "back");
}

TEST_CASE("relay: an unknown order changes nothing", "[demo]") {
  Running running;
  CHECK(running.order("sideways") == "error");
  CHECK(running.order("status") == "up 0");
}

TEST_CASE("relay: a hub that is away cuts the line, and the relay lives on", "[demo]") {
  std::uint16_t dead_port = 0;
  {
    const Socket dead = Socket::listen(dead_port);
  }
  auto opened = RelayLoop::open({0, 0, dead_port});
  REQUIRE(opened);
  std::thread thread([&] { static_cast<void>((*opened)->run()); });
  {
    Socket store = Socket::connect((*opened)->port());
    CHECK(store.is_ended());
    const auto answer = order_relay((*opened)->control_port(), "status");
    REQUIRE(answer);
    CHECK(*answer == "up 0");
  }
  (*opened)->stop();
  thread.join();
}

TEST_CASE("relay: a port that is taken is refused, an order to nobody fails", "[demo]") {
  const Running running;
  const auto second = RelayLoop::open({running.relay->port(), 0, 1});
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::kAlreadyExists);
  std::uint16_t dead_port = 0;
  {
    const Socket dead = Socket::listen(dead_port);
  }
  CHECK_FALSE(order_relay(dead_port, "up"));
}
