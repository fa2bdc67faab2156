#include "common/crypto/crypto.h"

#include <nettle/sha2.h>
#include <sodium.h>

#include "common/base/error.h"

namespace tillsync {
namespace {

void ensure_sodium() {
  static const bool ready = sodium_init() >= 0;
  TS_CHECK(ready);
}

const std::uint8_t* as_octets(const char* data) { return reinterpret_cast<const std::uint8_t*>(data); }

}  // namespace

Sha256Digest sha256(std::initializer_list<BytesView> parts) {
  // Nettle's uses the processor's instructions for it where there are any; libsodium's does not.
  sha256_ctx state;
  sha256_init(&state);
  for (const BytesView part : parts) sha256_update(&state, part.size(), as_octets(part.data()));
  Sha256Digest digest;
  sha256_digest(&state, digest.size(), reinterpret_cast<std::uint8_t*>(digest.data()));
  return digest;
}

Bytes random_bytes(std::size_t count) {
  ensure_sodium();
  Bytes bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

std::string random_secret(std::string_view prefix) { return std::string(prefix) + to_base32(random_bytes(16)); }

Result<std::string> hash_password(std::string_view password) {
  ensure_sodium();
  std::string hash(crypto_pwhash_STRBYTES, '\0');
  if (crypto_pwhash_str(hash.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
    return fail(ErrorCode::kUnavailable, "hash password", "not enough memory");
  hash.resize(hash.find('\0'));
  return hash;
}

bool verify_password(const std::string& hash, std::string_view password) {
  ensure_sodium();
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool equal_constant_time(BytesView a, BytesView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace tillsync
