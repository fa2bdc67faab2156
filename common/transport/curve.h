// CURVE keys as Z85 text (40 characters), the form ZeroMQ itself uses. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "common/base/error.h"

namespace tillsync::transport {

struct CurveKeyPair {
  std::string public_key;  // Z85, 40 characters
  std::string secret_key;
};
CurveKeyPair generate_key_pair();
/// The public key of a secret one; kInvalid when it is no Z85 key.
Result<std::string> public_key_of(std::string_view secret_key);
/// 40 characters of Z85; kInvalid else.
Result<void> check_key(std::string_view key);

}  // namespace tillsync::transport
