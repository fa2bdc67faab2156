#include "hub/ctl/certificate_check.h"

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "common/crypto/signature.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

/// nullopt also where a member comes twice in an object.
std::optional<json> parse_once(std::string_view text) {
  std::vector<std::set<std::string>> names;
  bool is_twice = false;
  const json whole = json::parse(
      text,
      [&](int, json::parse_event_t event, json& parsed) {
        if (event == json::parse_event_t::object_start) names.emplace_back();
        if (event == json::parse_event_t::object_end) names.pop_back();
        if (event == json::parse_event_t::key && !names.back().insert(parsed.get<std::string>()).second) is_twice = true;
        return true;
      },
      false);
  if (whole.is_discarded() || is_twice) return std::nullopt;
  return whole;
}

template <class Fixed>
std::optional<Fixed> from_hex_text(std::string_view text) {
  const auto bytes = from_hex(text);
  return bytes ? Fixed::from_view(*bytes) : std::nullopt;
}

std::string text_member(const json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

}  // namespace

std::string_view to_string(CertificateStatus status) {
  switch (status) {
    case CertificateStatus::kValid: return "valid";
    case CertificateStatus::kNotACertificate: return "not a certificate";
    case CertificateStatus::kNotAKey: return "the public key is no key: 64 hex digits";
    case CertificateStatus::kOtherKey: return "signed with another key";
    case CertificateStatus::kTampered: return "the signature does not fit: it was changed after it was signed";
  }
  return "not a certificate";
}

CertificateStatus check_certificate(std::string_view file, std::string_view public_key, json& certificate) {
  const auto key = from_hex_text<SignaturePublicKey>(public_key);
  if (!key) return CertificateStatus::kNotAKey;
  const auto whole = parse_once(file);
  if (!whole || !whole->is_object() || text_member(*whole, "algorithm") != "ed25519") return CertificateStatus::kNotACertificate;
  const auto body = whole->find("certificate");
  if (body == whole->end() || !body->is_object() || text_member(*body, "contract") != "close-certificate/1") return CertificateStatus::kNotACertificate;
  const auto signature = from_hex_text<Signature>(text_member(*whole, "signature"));
  const auto said_key = from_hex_text<SignaturePublicKey>(text_member(*whole, "public_key"));
  if (!signature || !said_key) return CertificateStatus::kNotACertificate;
  certificate = *body;
  if (is_signed_by(body->dump(-1, ' ', false, json::error_handler_t::replace), *signature, *key)) return CertificateStatus::kValid;
  return *said_key == *key ? CertificateStatus::kTampered : CertificateStatus::kOtherKey;
}

}  // namespace tillsync::hub
