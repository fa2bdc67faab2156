#include "hub/access/audit_text.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/base/bytes.h"
#include "common/crypto/crypto.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

// `command`, `answer_file` and `qr_svg` of an enrolment token's answer hold the token. A webhook's address often holds a key.
constexpr std::array<std::string_view, 13> kSecretMembers = {"password", "token",  "secret",        "current", "new", "csrf_token", "api_key",
                                                             "qr_svg",   "authorization", "command", "answer_file", "url", "webhook"};

void mask(json& value) {
  if (value.is_object()) {
    for (auto& [name, member] : value.items()) {
      const bool is_secret = std::ranges::find(kSecretMembers, std::string_view(name)) != kSecretMembers.end();
      if (is_secret && member.is_string()) member = "***";
      else mask(member);
    }
  } else if (value.is_array()) {
    for (json& element : value) mask(element);
  }
}

}  // namespace

std::optional<std::string> audit_text(std::string_view json_text) {
  json value = json::parse(json_text, nullptr, false);
  if (!value.is_structured()) return std::nullopt;
  mask(value);
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() <= kAuditTextBytesMax) return text;
  const Sha256Digest digest = sha256({text});
  return json{{"too_long", true}, {"bytes", text.size()}, {"sha256", to_hex({digest.data(), digest.size()})}}.dump();
}

std::string reason_of(std::string_view json_text) {
  // Most bodies have none, and some are large.
  if (json_text.find("\"reason\"") == std::string_view::npos) return {};
  const json value = json::parse(json_text, nullptr, false);
  if (!value.is_object() || !value.contains("reason") || !value["reason"].is_string()) return {};
  return value["reason"].get<std::string>().substr(0, kAuditReasonBytesMax);
}

}  // namespace tillsync::hub
