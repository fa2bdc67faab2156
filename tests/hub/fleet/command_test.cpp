#include "hub/fleet/command.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("commands: an open one is expired once its time is over; an answered one stays what it is", "[fleet]") {
  AgentCommand command;
  command.expires_at = Instant{} + seconds(100);
  CHECK(status_at(command, Instant{} + seconds(99)) == CommandStatus::kWaiting);
  CHECK(status_at(command, Instant{} + seconds(100)) == CommandStatus::kExpired);
  command.status = CommandStatus::kSent;
  CHECK(status_at(command, Instant{} + seconds(100)) == CommandStatus::kExpired);
  command.status = CommandStatus::kDone;
  CHECK(status_at(command, Instant{} + seconds(100)) == CommandStatus::kDone);
}

TEST_CASE("commands: names and statuses are closed lists", "[fleet]") {
  for (const auto name : kCommandNames) CHECK(is_command_name(name));
  CHECK_FALSE(is_command_name("format_disk"));
  for (const auto status : {CommandStatus::kWaiting, CommandStatus::kSent, CommandStatus::kDone, CommandStatus::kFailed, CommandStatus::kExpired})
    CHECK(parse_command_status(to_string(status)) == status);
  CHECK_FALSE(parse_command_status("lost"));
}
