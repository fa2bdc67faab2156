#include "common/crypto/crypto.h"

#include <catch2/catch.hpp>
#include <set>

using namespace tillsync;

namespace {

std::string hex(const Sha256Digest& digest) {
  return to_hex({digest.data(), digest.size()});
}

}  // namespace

TEST_CASE("crypto: SHA-256 is that of FIPS 180-4", "[crypto]") {
  CHECK(hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(sha256({"abc"})) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(sha256({std::string(1'000'000, 'a')})) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("crypto: parts are hashed as one text", "[crypto]") {
  CHECK(sha256({"a", "", "bc"}) == sha256({"abc"}));
  CHECK(sha256({std::string_view("\0", 1)}) != sha256({}));
}

TEST_CASE("crypto: random bytes have their length and do not repeat", "[crypto]") {
  CHECK(random_bytes(0).empty());
  CHECK(random_bytes(33).size() == 33);
  std::set<Bytes> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(random_bytes(16));
  CHECK(seen.size() == 1'000);
  CHECK(random_fixed<EpochId>() != random_fixed<EpochId>());
}

TEST_CASE("crypto: a secret is its prefix and 26 characters that can be read aloud", "[crypto]") {
  const std::string secret = random_secret("tk_");
  CHECK(secret.size() == 29);
  CHECK(secret.starts_with("tk_"));
  CHECK(from_base32(std::string_view(secret).substr(3))->size() == 16);
  CHECK(random_secret("tk_") != secret);
}

TEST_CASE("crypto: comparison looks at every byte and at the length", "[crypto]") {
  CHECK(equal_constant_time("", ""));
  CHECK(equal_constant_time("secret", "secret"));
  CHECK_FALSE(equal_constant_time("secret", "secreT"));
  CHECK_FALSE(equal_constant_time("Secret", "secret"));
  CHECK_FALSE(equal_constant_time("secret", "secret1"));
  CHECK_FALSE(equal_constant_time("", "s"));
}

TEST_CASE("crypto: a password is known again, another one is not", "[crypto]") {
  const auto hash = hash_password("correct horse");
  REQUIRE(hash.has_value());
  CHECK(hash->starts_with("$argon2id$"));
  CHECK(verify_password(*hash, "correct horse"));
  CHECK_FALSE(verify_password(*hash, "correct hors"));
  CHECK_FALSE(verify_password(*hash, ""));
  CHECK(*hash_password("correct horse") != *hash);  // each has a salt of its own
}

TEST_CASE("crypto: what is no password hash knows no password", "[crypto]") {
  CHECK_FALSE(verify_password("", ""));
  CHECK_FALSE(verify_password("$argon2id$", "x"));
  CHECK_FALSE(verify_password("plain", "plain"));
}
