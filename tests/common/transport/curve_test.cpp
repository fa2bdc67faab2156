#include "common/transport/curve.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::transport;

TEST_CASE("curve: a new pair is a pair, and never the same one", "[transport]") {
  const CurveKeyPair first = generate_key_pair();
  CHECK(first.public_key.size() == 40);
  CHECK(check_key(first.public_key));
  CHECK(check_key(first.secret_key));
  CHECK(public_key_of(first.secret_key) == first.public_key);
  CHECK(generate_key_pair().secret_key != first.secret_key);
}

TEST_CASE("curve: what is no key is refused", "[transport]") {
  const std::string key = generate_key_pair().public_key;
  const std::string with_nul = key.substr(0, 39) + '\0';
  for (const std::string& text : {std::string(), key.substr(1), key + "a", key.substr(0, 39) + " ", key.substr(0, 39) + "\\", with_nul,
                                  std::string(40, '#')}) {
    CHECK_FALSE(check_key(text));
    CHECK_FALSE(public_key_of(text));
  }
}
