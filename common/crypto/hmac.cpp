#include "common/crypto/hmac.h"

#include <nettle/hmac.h>

namespace tillsync {

Sha256Digest hmac_sha256(BytesView key, std::initializer_list<BytesView> parts) {
  hmac_sha256_ctx state;
  hmac_sha256_set_key(&state, key.size(), reinterpret_cast<const std::uint8_t*>(key.data()));
  for (const BytesView part : parts) hmac_sha256_update(&state, part.size(), reinterpret_cast<const std::uint8_t*>(part.data()));
  Sha256Digest digest;
  hmac_sha256_digest(&state, digest.size(), reinterpret_cast<std::uint8_t*>(digest.data()));
  return digest;
}

}  // namespace tillsync
