// Checks a saved close certificate against a public key, without a hub. Pure.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace tillsync::hub {

enum class CertificateStatus : std::uint8_t {
  kValid,
  kNotACertificate,  // no JSON of that form, or a member comes twice: what is shown could differ from what is signed
  kNotAKey,          // the public key is not 64 hex digits
  kOtherKey,         // signed with another key
  kTampered,         // the signature does not fit the text
};
std::string_view to_string(CertificateStatus status);

/// file: {"algorithm","certificate","public_key","signature"} in any layout; what is signed is the certificate's canonical text
/// (hub/reconcile/README.md). public_key: 64 hex digits, of the hub that is trusted; the one in the file proves nothing.
CertificateStatus check_certificate(std::string_view file, std::string_view public_key, nlohmann::json& certificate);

}  // namespace tillsync::hub
