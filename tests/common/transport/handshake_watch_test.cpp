#include "common/transport/handshake_watch.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::transport;

namespace {

constexpr Duration kStart = seconds(100);

HandshakeWatch new_watch() { return HandshakeWatch(seconds(10)); }

}  // namespace

TEST_CASE("handshake watch: a reported failure counts once", "[transport]") {
  HandshakeWatch watch = new_watch();
  watch.on_accepted(5, kStart);
  watch.on_failed();
  watch.on_disconnected(5, kStart);
  CHECK(watch.failed() == 1);
}

TEST_CASE("handshake watch: a connection that goes without a word counts", "[transport]") {
  HandshakeWatch watch = new_watch();
  watch.on_accepted(5, kStart);
  watch.on_disconnected(5, kStart);
  CHECK(watch.failed() == 1);
}

TEST_CASE("handshake watch: one that was settled may go at any time", "[transport]") {
  HandshakeWatch watch = new_watch();
  watch.on_accepted(5, kStart);
  watch.on_settled(kStart);
  watch.on_disconnected(5, kStart + seconds(1));
  watch.on_accepted(5, kStart + seconds(2));
  watch.on_settled(kStart + seconds(2));
  watch.on_disconnected(5, kStart + seconds(1'000));
  CHECK(watch.failed() == 0);
}

TEST_CASE("handshake watch: many at once that all settle are no failures", "[transport]") {
  HandshakeWatch watch = new_watch();
  for (int socket = 1; socket <= 500; ++socket) watch.on_accepted(socket, kStart);
  for (int socket = 1; socket <= 500; ++socket) watch.on_settled(kStart);
  for (int socket = 1; socket <= 500; ++socket) watch.on_disconnected(socket, kStart + seconds(1));
  CHECK(watch.failed() == 0);
  watch.on_accepted(7, kStart + seconds(2));
  watch.on_disconnected(7, kStart + seconds(2));
  CHECK(watch.failed() == 1);
}

TEST_CASE("handshake watch: doubt is not counted, and ends with the longest handshake", "[transport]") {
  HandshakeWatch watch = new_watch();
  watch.on_accepted(1, kStart);
  watch.on_accepted(2, kStart);
  watch.on_settled(kStart);           // one of the two
  watch.on_disconnected(1, kStart);   // perhaps that one
  CHECK(watch.failed() == 0);
  watch.on_accepted(3, kStart + seconds(11));  // 2 is still there, so it has settled by now
  watch.on_disconnected(3, kStart + seconds(11));
  CHECK(watch.failed() == 1);
  watch.on_disconnected(2, kStart + seconds(12));
  CHECK(watch.failed() == 1);
}

TEST_CASE("handshake watch: a connection that was open before the watch is none of its business", "[transport]") {
  HandshakeWatch watch = new_watch();
  watch.on_settled(kStart);
  watch.on_disconnected(9, kStart);
  CHECK(watch.failed() == 0);
}
