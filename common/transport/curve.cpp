#include "common/transport/curve.h"

#include <zmq.h>

#include <array>

namespace tillsync::transport {
namespace {

constexpr std::size_t kKeyCharacters = 40;
constexpr std::size_t kKeyBytes = 32;
using KeyText = std::array<char, kKeyCharacters + 1>;  // ZeroMQ ends them with a NUL

}  // namespace

CurveKeyPair generate_key_pair() {
  KeyText public_key{};
  KeyText secret_key{};
  // Fails only in a libzmq that was built without CURVE.
  TS_CHECK(zmq_curve_keypair(public_key.data(), secret_key.data()) == 0);
  return {public_key.data(), secret_key.data()};
}

Result<void> check_key(std::string_view key) {
  std::array<std::uint8_t, kKeyBytes> bytes{};
  if (key.size() != kKeyCharacters || key.find('\0') != std::string_view::npos ||
      zmq_z85_decode(bytes.data(), std::string(key).c_str()) == nullptr)
    return fail(ErrorCode::kInvalid, "read key", "not a CURVE key of 40 Z85 characters", "copy the whole line that `init` printed");
  return {};
}

Result<std::string> public_key_of(std::string_view secret_key) {
  TS_RETURN_IF_ERROR(check_key(secret_key));
  KeyText public_key{};
  TS_CHECK(zmq_curve_public(public_key.data(), std::string(secret_key).c_str()) == 0);
  return std::string(public_key.data());
}

}  // namespace tillsync::transport
