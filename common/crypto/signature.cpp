#include "common/crypto/signature.h"

#include <sodium.h>

#include "common/crypto/crypto.h"

namespace tillsync {
namespace {

static_assert(SignaturePublicKey::kSize == crypto_sign_PUBLICKEYBYTES);
static_assert(SignatureSeed::kSize == crypto_sign_SEEDBYTES);
static_assert(Signature::kSize == crypto_sign_BYTES);

template <class Fixed>
unsigned char* octets(Fixed& fixed) {
  return reinterpret_cast<unsigned char*>(fixed.data.data());
}
template <class Fixed>
const unsigned char* octets(const Fixed& fixed) {
  return reinterpret_cast<const unsigned char*>(fixed.data.data());
}
const unsigned char* octets(BytesView text) { return reinterpret_cast<const unsigned char*>(text.data()); }

/// libsodium's secret key is seed and public key together; it lives no longer than it is used.
struct SecretKey {
  unsigned char bytes[crypto_sign_SECRETKEYBYTES];
  ~SecretKey() { sodium_memzero(bytes, sizeof bytes); }
};

}  // namespace

SignatureKeyPair generate_signature_keys() { return signature_keys_of(random_fixed<SignatureSeed>()); }

SignatureKeyPair signature_keys_of(const SignatureSeed& seed) {
  SignatureKeyPair keys;
  keys.seed = seed;
  SecretKey secret;
  TS_CHECK(crypto_sign_seed_keypair(octets(keys.public_key), secret.bytes, octets(seed)) == 0);
  return keys;
}

Signature sign(BytesView text, const SignatureKeyPair& keys) {
  SignaturePublicKey public_key;
  SecretKey secret;
  TS_CHECK(crypto_sign_seed_keypair(octets(public_key), secret.bytes, octets(keys.seed)) == 0);
  Signature signature;
  TS_CHECK(crypto_sign_detached(octets(signature), nullptr, octets(text), text.size(), secret.bytes) == 0);
  return signature;
}

bool is_signed_by(BytesView text, const Signature& signature, const SignaturePublicKey& public_key) {
  return crypto_sign_verify_detached(octets(signature), octets(text), text.size(), octets(public_key)) == 0;
}

}  // namespace tillsync
