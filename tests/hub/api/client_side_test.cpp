#include "hub/api/client_side.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const ListenPolicy kBehindProxy{false, {"10.0.0.1", "10.0.0.2"}, {"hub.example.com"}};

http::Request call_from(const std::string& peer, std::vector<std::pair<std::string, std::string>> headers) {
  http::Request request;
  request.peer = peer;
  request.headers = std::move(headers);
  return request;
}

std::string address_of(const std::string& peer, const std::string& forwarded) {
  return client_side_of(call_from(peer, {{"x-forwarded-for", forwarded}}), kBehindProxy).address;
}

bool own_host(const std::string& host, const ListenPolicy& policy = kBehindProxy, const std::string& peer = "10.0.0.9") {
  const auto request = call_from(peer, {{"host", host}});
  return is_own_host(request, client_side_of(request, policy), policy);
}

bool own_page(std::vector<std::pair<std::string, std::string>> headers, bool by_tls = false) {
  headers.emplace_back("host", "hub.example.com:7080");
  return is_own_page(call_from("10.0.0.9", std::move(headers)), {"10.0.0.9", by_tls, false});
}

}  // namespace

TEST_CASE("client: X-Forwarded headers of a stranger are not believed", "[api]") {
  const ClientSide client = client_side_of(call_from("10.0.0.9", {{"x-forwarded-for", "1.2.3.4"}, {"x-forwarded-proto", "https"}}), kBehindProxy);
  CHECK(client.address == "10.0.0.9");
  CHECK_FALSE(client.by_tls);
  CHECK_FALSE(client.by_proxy);
}

TEST_CASE("client: behind a trusted proxy it is the last address that is no proxy", "[api]") {
  CHECK(address_of("10.0.0.1", "1.2.3.4") == "1.2.3.4");
  CHECK(address_of("10.0.0.1", "6.6.6.6, 1.2.3.4") == "1.2.3.4");
  CHECK(address_of("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2") == "1.2.3.4");
  CHECK(address_of("10.0.0.1", "2001:db8::1") == "2001:db8::1");
  CHECK(address_of("10.0.0.1", "") == "10.0.0.1");
  CHECK(address_of("10.0.0.1", "not an address") == "10.0.0.1");
  CHECK(address_of("10.0.0.1", "1.2.3.4, <script>") == "10.0.0.1");
  CHECK(address_of("10.0.0.1", "10.0.0.2") == "10.0.0.2");
  const auto two = client_side_of(call_from("10.0.0.1", {{"x-forwarded-for", "6.6.6.6"}, {"x-forwarded-for", "1.2.3.4"}}), kBehindProxy);
  CHECK(two.address == "1.2.3.4");
}

TEST_CASE("client: TLS is the hub's own, or what a trusted proxy says", "[api]") {
  CHECK(client_side_of(call_from("10.0.0.1", {{"x-forwarded-proto", "https"}}), kBehindProxy).by_tls);
  CHECK_FALSE(client_side_of(call_from("10.0.0.1", {{"x-forwarded-proto", "http"}}), kBehindProxy).by_tls);
  CHECK(client_side_of(call_from("1.2.3.4", {}), {true, {}, {}}).by_tls);
}

TEST_CASE("client: Host without TLS is an address, localhost or a name of the configuration", "[api]") {
  for (const char* host : {"127.0.0.1:7080", "10.1.2.3", "[::1]:7080", "[2001:db8::1]", "localhost:7080", "LOCALHOST", "hub.example.com", "Hub.Example.com:7080"}) {
    INFO(host);
    CHECK(own_host(host));
  }
  for (const char* host : {"evil.example.com", "127.0.0.1.evil.com", "localhost.evil.com", "", "hub.example.com.evil.com:7080", "[evil]", "1.2.3", "256.1.1.1"}) {
    INFO(host);
    CHECK_FALSE(own_host(host));
  }
  CHECK(own_host("any.example.com", {true, {}, {}}));
  CHECK(own_host("any.example.com", kBehindProxy, "10.0.0.1"));
  const auto twice = call_from("10.0.0.9", {{"host", "localhost"}, {"host", "evil.com"}});
  CHECK_FALSE(is_own_host(twice, client_side_of(twice, kBehindProxy), kBehindProxy));
  const auto none = call_from("10.0.0.9", {});
  CHECK(is_own_host(none, client_side_of(none, kBehindProxy), kBehindProxy));
}

TEST_CASE("client: a page is the hub's own when its origin is the host that is asked", "[api]") {
  CHECK(own_page({}));
  CHECK(own_page({{"origin", "http://hub.example.com:7080"}}));
  CHECK(own_page({{"origin", "HTTP://Hub.Example.com:7080"}, {"sec-fetch-site", "same-origin"}}));
  CHECK(own_page({{"origin", "https://hub.example.com:7080"}}, true));
  CHECK_FALSE(own_page({{"origin", "http://hub.example.com:7080"}}, true));
  for (const char* origin : {"http://evil.example.com", "http://hub.example.com:7081", "http://hub.example.com", "null", "", "http://hub.example.com:7080.evil.com", "ftp://hub.example.com:7080"}) {
    INFO(origin);
    CHECK_FALSE(own_page({{"origin", origin}}));
  }
  for (const char* site : {"cross-site", "same-site"}) CHECK_FALSE(own_page({{"sec-fetch-site", site}}));
  CHECK(own_page({{"sec-fetch-site", "none"}}));
}

TEST_CASE("client: a port that is the scheme's own may be left out", "[api]") {
  const auto page = [](const std::string& host, const std::string& origin) {
    return is_own_page(call_from("10.0.0.9", {{"host", host}, {"origin", origin}}), {});
  };
  CHECK(page("hub.example.com", "http://hub.example.com:80"));
  CHECK(page("hub.example.com:443", "https://hub.example.com"));
  CHECK_FALSE(page("hub.example.com:80", "https://hub.example.com"));
  CHECK(page("[::1]:80", "http://[::1]"));
}

TEST_CASE("client: lockouts count an IPv6 address by its /64", "[api]") {
  CHECK(lockout_address("10.0.0.1") == "10.0.0.1");
  CHECK(lockout_address("2001:db8:0:1::1") == lockout_address("2001:db8:0:1:ffff::2"));
  CHECK(lockout_address("2001:db8:0:1::1") != lockout_address("2001:db8:0:2::1"));
  CHECK(lockout_address("::ffff:10.0.0.1") != lockout_address("::ffff:10.0.0.2"));
  CHECK(lockout_address("fe80::1%eth0") == lockout_address("fe80::2"));
}
