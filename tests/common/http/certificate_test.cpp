#include "common/http/certificate.h"

#include <catch2/catch.hpp>

#include "tests/common/http/tls_fixture.h"

namespace tillsync::http {

TEST_CASE("certificate: says until when it is good", "[http]") {
  const auto ends = certificate_end(kTestCertificate);
  REQUIRE(ends);
  CHECK(format_instant(*ends).starts_with("2126-10-31T01:02:04"));
}

TEST_CASE("certificate: a text that is none, a key and a cut one are refused with what is wanted", "[http]") {
  for (const std::string& text : {std::string(), std::string("nonsense"), std::string(kTestKey), std::string(kTestCertificate).substr(0, 300)}) {
    const auto refused = certificate_end(text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kInvalid);
    CHECK(refused.error().hint.find("PEM") != std::string::npos);
    CHECK_FALSE(certificate_der(text));
  }
}

}  // namespace tillsync::http
