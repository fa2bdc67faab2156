// The close certificate: what a location's day is made of, as one canonical JSON text that the hub signs (README.md beside this file
// describes it byte for byte). Pure.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/crypto/signature.h"
#include "hub/reconcile/day_verdict.h"

namespace tillsync::hub {

inline constexpr std::string_view kCertificateContract = "close-certificate/1";

struct CertificateHead {
  std::int64_t number = 0;
  std::optional<std::int64_t> supersedes;  // the number of the one before it
  Instant issued_at;
  std::string issued_by;
  bool is_forced = false;  // closed although something was missing
  std::string reason;
};

/// What a certificate says of the day, without its head: what the API shows of a day that has none.
nlohmann::json day_json(const DayFacts& facts, const DayVerdict& verdict);

/// Canonical: UTF-8, no space outside of texts, members in ascending order of their bytes, numbers are integers.
std::string canonical_json(const nlohmann::json& value);
/// The text that is signed.
std::string certificate_text(const CertificateHead& head, const DayFacts& facts, const DayVerdict& verdict);
/// {"algorithm":"ed25519","certificate":…,"public_key":"hex","signature":"hex"}: the certificate as it is handed out.
std::string signed_certificate(std::string_view text, const Signature& signature, const SignaturePublicKey& public_key);

}  // namespace tillsync::hub
