// An agent that was told to rotate its keys offers a new one: whether it is taken. Pure.
// Source: README.md "New keys".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/time.h"
#include "hub/fleet/agent.h"
#include "hub/fleet/command.h"

namespace tillsync::hub {

struct KeyOffer {
  AgentId agent_id;
  std::string command_id, public_key;
};
/// {"command_id", "public_key"}; kInvalid says what is wrong.
Result<KeyOffer> parse_key_offer(const AgentId& agent_id, std::string_view json);

enum class KeyOfferVerdict : std::uint8_t {
  kTaken,
  kSameAgain,     // it was taken before, or is in use already
  kNotAsked,      // no open command rotate_keys of this agent: nobody but a person begins it
  kOtherOffered,  // another key was offered for the same command: two machines do it
  kKeyInUse,      // somebody has or had this key
};
/// Why not, for the person who asked; "" for the two good ones.
std::string_view refusal_text(KeyOfferVerdict verdict);

/// command: of that id, whosever it is. is_known: the key is or was some agent's.
KeyOfferVerdict decide_key_offer(const KeyOffer& offer, const AgentRecord& agent, const std::optional<AgentCommand>& command, bool is_known, Instant now);

}  // namespace tillsync::hub
