#include "common/crypto/signature.h"

#include <catch2/catch.hpp>

using namespace tillsync;

namespace {

template <class Fixed>
Fixed fixed_of_hex(std::string_view text) {
  const auto bytes = from_hex(text);
  REQUIRE(bytes);
  const auto fixed = Fixed::from_view(*bytes);
  REQUIRE(fixed);
  return *fixed;
}

}  // namespace

TEST_CASE("signature: key and signature are those of RFC 8032, section 7.1", "[crypto]") {
  const auto keys = signature_keys_of(fixed_of_hex<SignatureSeed>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  CHECK(keys.public_key.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  CHECK(sign("", keys).hex() ==
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
}

TEST_CASE("signature: another text, another key and a broken signature do not fit", "[crypto]") {
  const SignatureKeyPair keys = generate_signature_keys();
  const SignatureKeyPair others = generate_signature_keys();
  const Signature signature = sign("the day is closed", keys);
  CHECK(is_signed_by("the day is closed", signature, keys.public_key));
  CHECK_FALSE(is_signed_by("the day is closed!", signature, keys.public_key));
  CHECK_FALSE(is_signed_by("", signature, keys.public_key));
  CHECK_FALSE(is_signed_by("the day is closed", signature, others.public_key));
  CHECK_FALSE(is_signed_by("the day is closed", signature, SignaturePublicKey{}));
  CHECK_FALSE(is_signed_by("the day is closed", Signature{}, keys.public_key));
  for (const std::size_t at : {std::size_t{0}, std::size_t{31}, std::size_t{32}, std::size_t{63}}) {
    Signature broken = signature;
    broken.data[at] = static_cast<char>(broken.data[at] ^ 1);
    CHECK_FALSE(is_signed_by("the day is closed", broken, keys.public_key));
  }
}

TEST_CASE("signature: the same text under the same key gives the same signature", "[crypto]") {
  const SignatureKeyPair keys = generate_signature_keys();
  CHECK(sign("a", keys) == sign("a", signature_keys_of(keys.seed)));
  CHECK(keys.seed != generate_signature_keys().seed);
}
