// The line that other tests and benchmarks trust: bytes come whole and in order, late by what was asked, and not at all when cut.
#include "tests/support/link_relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/support/process.h"

using namespace tillsync::test;

namespace {

constexpr timeval kPatience{10, 0};

sockaddr_in loopback_port(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

struct Peer {
  explicit Peer(int connected) : descriptor(connected) { ::setsockopt(connected, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { ::close(descriptor); }
  void send(const std::string& bytes) const { CHECK(::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size())); }
  /// "" at the end or after a reset.
  std::string receive(std::size_t size) const {
    std::string bytes(size, '\0');
    const ssize_t count = ::recv(descriptor, bytes.data(), size, MSG_WAITALL);
    return count > 0 ? bytes.substr(0, static_cast<std::size_t>(count)) : "";
  }
  const int descriptor;
};

struct Target {
  Target() : descriptor(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = loopback_port(0);
    socklen_t size = sizeof address;
    REQUIRE(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(descriptor, 8) == 0);
    REQUIRE(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    port = ntohs(address.sin_port);
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target() { ::close(descriptor); }
  int take() const {
    const int taken = ::accept(descriptor, nullptr, nullptr);
    REQUIRE(taken >= 0);
    return taken;
  }
  const int descriptor;
  std::uint16_t port = 0;
};

int connect_to(const LinkRelay& relay) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback_port(relay.port());
  REQUIRE(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return descriptor;
}

}  // namespace

TEST_CASE("link relay: bytes come whole, in order, both ways, and are counted", "[support]") {
  const Target target;
  const LinkRelay relay(target.port, {});
  const Peer store(connect_to(relay));
  const Peer hub(target.take());
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += static_cast<char>('a' + i % 26);
  store.send(text);
  CHECK(hub.receive(text.size()) == text);
  hub.send("thanks");
  CHECK(store.receive(6) == "thanks");
  CHECK(relay.counters().bytes_up == text.size());
  CHECK(relay.counters().bytes_down == 6);
  CHECK(relay.counters().connections == 1);
  ::shutdown(store.descriptor, SHUT_WR);
  CHECK(hub.receive(1).empty());  // the end goes through as well
}

TEST_CASE("link relay: nothing comes sooner than delay and rate allow", "[support]") {
  const Target target;
  const LinkRelay relay(target.port, {100'000, 0.05});
  const Peer store(connect_to(relay));
  const Peer hub(target.take());
  const double start = seconds_now();
  store.send(std::string(20'000, 'x'));
  CHECK(hub.receive(20'000).size() == 20'000);
  CHECK(seconds_now() - start >= 0.25);  // 20,000 bytes at 100,000 a second, and 50 ms of way
}

TEST_CASE("link relay: a black hole keeps everything, a cut ends everything", "[support]") {
  const Target target;
  LinkRelay relay(target.port, {});
  const Peer store(connect_to(relay));
  const Peer hub(target.take());
  relay.set_black_hole(true);
  store.send("late");
  relay.set_black_hole(false);
  CHECK(hub.receive(4) == "late");
  relay.set_up(false);
  CHECK(hub.receive(1).empty());
  CHECK(store.receive(1).empty());
  const Peer refused(connect_to(relay));
  CHECK(refused.receive(1).empty());
  relay.set_up(true);
  const Peer again(connect_to(relay));
  const Peer hub_again(target.take());
  again.send("back");
  CHECK(hub_again.receive(4) == "back");
}
