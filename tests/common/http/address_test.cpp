#include <catch2/catch.hpp>

#include "common/http/server.h"

using namespace tillsync::http;

TEST_CASE("listen address: IPv4 and bracketed IPv6 with a port", "[http]") {
  CHECK(*parse_listen_address("127.0.0.1:7080") == std::pair<std::string, std::uint16_t>("127.0.0.1", 7080));
  CHECK(*parse_listen_address("0.0.0.0:0") == std::pair<std::string, std::uint16_t>("0.0.0.0", 0));
  CHECK(*parse_listen_address("[::1]:65535") == std::pair<std::string, std::uint16_t>("::1", 65'535));
}

TEST_CASE("listen address: anything else is refused", "[http]") {
  for (const char* text : {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:7x", "256.0.0.1:1",
                           "1.2.3:1", "1.2.3.4.5:1", "localhost:7080", "::1:7080", "[127.0.0.1]:1", "[::1:1", "127.0.0.1 :1"})
    CHECK_FALSE(parse_listen_address(text));
}

TEST_CASE("loopback: only this machine's own addresses", "[http]") {
  CHECK(is_loopback("127.0.0.1"));
  CHECK(is_loopback("127.9.9.9"));
  CHECK(is_loopback("::1"));
  for (const char* address : {"0.0.0.0", "::", "10.0.0.1", "192.168.127.1", "127.evil.example", ""}) CHECK_FALSE(is_loopback(address));
}
