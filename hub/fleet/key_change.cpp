#include "hub/fleet/key_change.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tillsync::hub {
namespace {

constexpr std::size_t kKeyBytes = 40;  // Z85
constexpr std::string_view kZ85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

}  // namespace

Result<KeyOffer> parse_key_offer(const AgentId& agent_id, std::string_view text) {
  const auto body = nlohmann::json::parse(text, nullptr, false);
  const auto is_text = [&body](const char* name) { return body.is_object() && body.contains(name) && body[name].is_string(); };
  if (!is_text("command_id") || !is_text("public_key")) return fail(ErrorCode::kInvalid, "offer key", R"(the body must be {"command_id", "public_key"})");
  KeyOffer offer{agent_id, body["command_id"], body["public_key"]};
  if (offer.public_key.size() != kKeyBytes || offer.public_key.find_first_not_of(kZ85) != std::string::npos)
    return fail(ErrorCode::kInvalid, "offer key", "public_key must be 40 characters of Z85");
  return offer;
}

std::string_view refusal_text(KeyOfferVerdict verdict) {
  switch (verdict) {
    case KeyOfferVerdict::kTaken:
    case KeyOfferVerdict::kSameAgain: return "";
    case KeyOfferVerdict::kNotAsked: return "no open command rotate_keys of this agent has that id";
    case KeyOfferVerdict::kOtherOffered: return "another key was offered for this command: do two machines run from one data folder? Look at them, then give the command again";
    case KeyOfferVerdict::kKeyInUse: return "this key is or was in use";
  }
  return "";
}

KeyOfferVerdict decide_key_offer(const KeyOffer& offer, const AgentRecord& agent, const std::optional<AgentCommand>& command, bool is_known, Instant now) {
  if (offer.public_key == agent.public_key || offer.public_key == agent.next_key) return KeyOfferVerdict::kSameAgain;
  const bool is_asked = command && command->agent_id == offer.agent_id && command->name == kRotateKeysCommand && command->is_open() && now < command->expires_at;
  if (!is_asked) return KeyOfferVerdict::kNotAsked;
  if (!agent.next_key.empty() && agent.next_key_command == offer.command_id) return KeyOfferVerdict::kOtherOffered;
  return is_known ? KeyOfferVerdict::kKeyInUse : KeyOfferVerdict::kTaken;
}

}  // namespace tillsync::hub
