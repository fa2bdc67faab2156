// What an agent can be told to do, and how far it has come. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/ids.h"
#include "common/base/time.h"

namespace tillsync::hub {

inline constexpr Duration kCommandLifetime = seconds(86'400);      // then it expires, unanswered
inline constexpr std::size_t kCommandsOpenMax = 20;                // of one agent
inline constexpr std::size_t kCommandArgumentsBytesMax = 4'000;    // as JSON
inline constexpr std::size_t kCommandResultBytesMax = 512 * 1'024; // kept of what an agent answers
inline constexpr std::array<std::string_view, 5> kCommandNames = {"drain", "send_logs", "verify", "restart", "rotate_keys"};
inline constexpr std::string_view kRotateKeysCommand = kCommandNames[4];

enum class CommandStatus : std::uint8_t { kWaiting, kSent, kDone, kFailed, kExpired };
std::string_view to_string(CommandStatus status);  // "waiting" | "sent" | "done" | "failed" | "expired"
std::optional<CommandStatus> parse_command_status(std::string_view text);

struct AgentCommand {
  std::string command_id;  // "k_…"
  AgentId agent_id;
  std::string name, arguments;  // a JSON object
  CommandStatus status = CommandStatus::kWaiting;
  std::string result;           // JSON, "" = none yet
  std::string who;
  Instant created_at, expires_at;
  std::optional<Instant> sent_at, answered_at;
  bool is_open() const { return status == CommandStatus::kWaiting || status == CommandStatus::kSent; }
};

/// What people are shown: an open command is expired as soon as its time is over, also before the table says so.
CommandStatus status_at(const AgentCommand& command, Instant now);
bool is_command_name(std::string_view name);

}  // namespace tillsync::hub
