// HMAC-SHA256 (RFC 2104) on Nettle: what a receiver of a message can check with a shared key. Any thread.
#pragma once

#include <initializer_list>

#include "common/crypto/crypto.h"

namespace tillsync {

/// Of the parts one after another; a key of any length.
Sha256Digest hmac_sha256(BytesView key, std::initializer_list<BytesView> parts);

}  // namespace tillsync
