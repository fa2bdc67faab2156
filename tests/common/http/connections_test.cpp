// Who has had his time is cut off, and nobody else.
#include "common/http/connections.h"

#include <catch2/catch.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/http/exchange.h"

using namespace tillsync::http;

namespace {

constexpr std::chrono::milliseconds kSoon(30);
constexpr std::chrono::milliseconds kNever(3'600'000);

/// The server's end of a connection, and the peer's.
struct SocketPair {
  int server = -1, peer = -1;
  SocketPair() {
    int ends[2] = {};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    server = ends[0];
    peer = ends[1];
  }
  SocketPair(const SocketPair&) = delete;
  SocketPair& operator=(const SocketPair&) = delete;
  ~SocketPair() {
    ::close(server);
    ::close(peer);
  }
  /// Waits until it is cut off, at most 20 s.
  bool is_cut() const { return ended_within(20'000); }
  bool is_open() const { return !ended_within(0); }

 private:
  bool ended_within(int timeout_ms) const {
    pollfd waited{peer, POLLIN | POLLRDHUP, 0};
    return ::poll(&waited, 1, timeout_ms) == 1 && (waited.revents & (POLLRDHUP | POLLHUP)) != 0;
  }
};

}  // namespace

TEST_CASE("connections: one without a whole head is cut off, one that is busy is not", "[http]") {
  Connections connections(10, 1'000, {kSoon, kNever, kNever});
  const SocketPair slow, busy;
  connections.opened(busy.server);
  connections.set_busy(busy.server, true);
  connections.opened(slow.server);
  CHECK(slow.is_cut());
  CHECK(busy.is_open());
  connections.closed(slow.server);
  connections.closed(busy.server);
}

TEST_CASE("connections: between requests a connection has its own patience", "[http]") {
  Connections connections(10, 1'000, {kNever, kSoon, kNever});
  const SocketPair fresh, idle;
  connections.opened(fresh.server);
  connections.opened(idle.server);
  connections.set_busy(idle.server, true);
  CHECK(idle.is_open());
  connections.set_busy(idle.server, false);
  CHECK(idle.is_cut());
  CHECK(fresh.is_open());
  connections.closed(fresh.server);
  connections.closed(idle.server);
}

TEST_CASE("connections: an answer that nobody takes is given up, a longer one later", "[http]") {
  Connections connections(10, 1'000, {kNever, kNever, kSoon});
  const SocketPair small, large;
  for (const SocketPair* pair : {&small, &large}) {
    connections.opened(pair->server);
    connections.set_busy(pair->server, true);
  }
  connections.set_answering(large.server, 3'600'000);  // an hour at 1,000 bytes a second
  connections.set_answering(small.server, 10);
  CHECK(small.is_cut());
  CHECK(large.is_open());
  connections.closed(small.server);
  connections.closed(large.server);
}

TEST_CASE("connections: a shorter patience is kept though a longer one is waited for", "[http]") {
  Connections connections(10, 1'000, {kNever, kSoon, kNever});
  const SocketPair patient, impatient;
  connections.opened(patient.server);
  connections.opened(impatient.server);
  connections.set_busy(impatient.server, false);
  CHECK(impatient.is_cut());
  connections.closed(patient.server);
  connections.closed(impatient.server);
}
