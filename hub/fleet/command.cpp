#include "hub/fleet/command.h"

#include <algorithm>

namespace tillsync::hub {
namespace {

constexpr std::array kCommandStatuses = {CommandStatus::kWaiting, CommandStatus::kSent, CommandStatus::kDone, CommandStatus::kFailed,
                                         CommandStatus::kExpired};

}  // namespace

std::string_view to_string(CommandStatus status) {
  switch (status) {
    case CommandStatus::kWaiting: return "waiting";
    case CommandStatus::kSent: return "sent";
    case CommandStatus::kDone: return "done";
    case CommandStatus::kFailed: return "failed";
    case CommandStatus::kExpired: return "expired";
  }
  return "expired";
}

std::optional<CommandStatus> parse_command_status(std::string_view text) {
  const auto found = std::ranges::find(kCommandStatuses, text, [](CommandStatus status) { return to_string(status); });
  if (found == kCommandStatuses.end()) return std::nullopt;
  return *found;
}

CommandStatus status_at(const AgentCommand& command, Instant now) {
  return command.is_open() && now >= command.expires_at ? CommandStatus::kExpired : command.status;
}

bool is_command_name(std::string_view name) { return std::ranges::find(kCommandNames, name) != kCommandNames.end(); }

}  // namespace tillsync::hub
