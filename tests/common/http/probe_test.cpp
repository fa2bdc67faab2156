#include "common/http/probe.h"

#include <catch2/catch.hpp>

#include "common/http/certificate.h"
#include "common/http/server.h"
#include "tests/common/http/deaf_listener.h"
#include "tests/common/http/tls_fixture.h"

namespace tillsync::http {
namespace {

constexpr Duration kPatience = seconds(20);  // only so that a broken server fails the test instead of hanging it

std::unique_ptr<Server> server_for_probe(const ServerOptions& options) {
  auto server = Server::start(options, [](Request, std::unique_ptr<Responder> responder) { responder->send(Response{401, "text/plain", "no", {}}); });
  REQUIRE(server);
  return std::move(*server);
}

}  // namespace

TEST_CASE("probe: a server is met, whatever it answers", "[http]") {
  const auto server = server_for_probe({});
  const Met met = call("127.0.0.1", server->port(), false, kPatience);
  CHECK(met.is_there);
  CHECK(met.speaks_http);
  CHECK(met.certificate.empty());
  CHECK(call("0.0.0.0", server->port(), false, kPatience).speaks_http);
}

TEST_CASE("probe: inside TLS the certificate is seen as well", "[http]") {
  ServerOptions options;
  options.tls_certificate_pem = kTestCertificate;
  options.tls_key_pem = kTestKey;
  const auto server = server_for_probe(options);
  const Met met = call("127.0.0.1", server->port(), true, kPatience);
  CHECK(met.speaks_http);
  CHECK(met.certificate == *certificate_der(kTestCertificate));
  CHECK(met.certificate != *certificate_der(kOtherTestCertificate));
  CHECK_FALSE(call("127.0.0.1", server->port(), false, kPatience).speaks_http);
}

TEST_CASE("probe: nobody, one who does not answer, and one without TLS", "[http]") {
  const auto port = [] { return server_for_probe({})->port(); }();  // it has gone
  CHECK_FALSE(call("127.0.0.1", port, false, kPatience).is_there);
  CHECK_FALSE(call("shop.example", 80, false, kPatience).is_there);
  const DeafListener deaf;
  for (const bool tls : {false, true}) {
    const Met met = call("127.0.0.1", deaf.port(), tls, milliseconds(100));
    CHECK(met.is_there);
    CHECK_FALSE(met.speaks_http);
  }
  const auto plain = server_for_probe({});
  const Met met = call("127.0.0.1", plain->port(), true, kPatience);
  CHECK(met.is_there);
  CHECK_FALSE(met.speaks_http);
  CHECK(met.certificate.empty());
}

}  // namespace tillsync::http
