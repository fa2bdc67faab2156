#include "common/transport/endpoint.h"

#include <catch2/catch.hpp>

using namespace tillsync::transport;

TEST_CASE("endpoint: tcp and ipc come apart", "[transport]") {
  const auto hub = parse_endpoint("tcp://hub.example:7001");
  REQUIRE(hub);
  CHECK(hub->kind == Endpoint::Kind::kTcp);
  CHECK(hub->host == "hub.example");
  CHECK(hub->port == "7001");
  CHECK_FALSE(hub->is_ipv6());
  CHECK(parse_endpoint("tcp://*:*")->port == "*");
  CHECK(parse_endpoint("tcp://[2001:db8::1]:7001")->is_ipv6());
  CHECK(parse_endpoint("ipc:///run/tillsync/pos.sock")->path == "/run/tillsync/pos.sock");
  CHECK(parse_endpoint("ipc:///" + std::string(106, 'p')));
}

TEST_CASE("endpoint: anything else is refused", "[transport]") {
  for (const std::string text : {"", "hub:7001", "tcp://", "tcp://hub", "tcp://hub:", "tcp://:7001", "tcp://hub:65536", "tcp://hub:-1",
                                 "tcp://hub:70x", "tcp://2001:db8::1:7001", "tcp://[hub]:1", "tcp://a;b:1", "tcp://a b:1", "udp://hub:1",
                                 "inproc://x", "ipc://relative", "ipc://"})
    CHECK_FALSE(parse_endpoint(text));
  CHECK_FALSE(parse_endpoint("ipc:///" + std::string(107, 'p')));
}

TEST_CASE("endpoint: only numbers of this machine are loopback", "[transport]") {
  for (const char* text : {"tcp://127.0.0.1:1", "tcp://127.1.2.3:*", "tcp://[::1]:1"}) CHECK(parse_endpoint(text)->is_loopback());
  for (const char* text : {"tcp://0.0.0.0:1", "tcp://*:1", "tcp://localhost:1", "tcp://127.evil.example:1", "tcp://10.0.0.1:1",
                           "tcp://[::]:1", "ipc:///tmp/x"})
    CHECK_FALSE(parse_endpoint(text)->is_loopback());
}
