// SHA-256 on Nettle; random bytes, passwords and constant-time comparison on libsodium. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>

#include "common/base/bytes.h"
#include "common/base/error.h"

namespace tillsync {

using Sha256Digest = std::array<char, 32>;

/// SHA-256 of the parts one after another.
Sha256Digest sha256(std::initializer_list<BytesView> parts);
/// Cryptographically random bytes.
Bytes random_bytes(std::size_t count);
template <class Fixed>
Fixed random_fixed() {
  return *Fixed::from_view(random_bytes(Fixed::kSize));
}
/// A secret for people and scripts: prefix + 26 characters of base32 (130 bits).
std::string random_secret(std::string_view prefix);
/// Argon2id in libsodium's text form, with its interactive limits. kUnavailable when memory is short.
Result<std::string> hash_password(std::string_view password);
bool verify_password(const std::string& hash, std::string_view password);
/// Takes the same time wherever the two differ.
bool equal_constant_time(BytesView a, BytesView b);

}  // namespace tillsync
