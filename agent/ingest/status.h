// What the agent says about itself: for GET /v1/status, `tillsync-agent status` and the hub. Pure. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/ids.h"
#include "common/base/time.h"

namespace tillsync::agent {

/// The link to the hub, as the sync loop sees it.
struct LinkStatus {
  bool is_up = false;
  bool is_paused = false;  // identity conflict or revoked: a person must decide; the doors go on
  std::string text;        // why, for people; "" = all is well
  std::optional<Duration> clock_skew;  // the hub's clock minus ours
  std::string hub_version = {};        // "" = not known
  std::string reason = {};             // conflict, revoked, not_enrolled, unsupported, refused; "" = none of them
};

struct AgentStatus {
  LocationId location;
  std::string version;
  bool is_running = true;               // false: read from the database of a stopped agent
  std::uint64_t waiting = 0;            // documents that the hub has not confirmed
  std::optional<Instant> oldest_waiting;
  std::uint64_t last_seq = 0, acked_seq = 0;
  std::uint64_t inbox_last_no = 0;
  std::uint64_t accepted = 0, duplicates = 0, conflicts = 0, refused = 0, failed = 0;  // since the start
  std::int64_t database_bytes = 0, disk_free_bytes = 0, resident_bytes = 0;
  std::optional<LinkStatus> link;       // nullopt: not known
  Instant now;
};

/// Seconds since the oldest waiting document came in; 0 when none waits or the clock went back.
std::int64_t oldest_waiting_seconds(const AgentStatus& status);
/// "5 s", "3 min", "4 h", "2 days".
std::string span_text(std::int64_t total_seconds);
std::string to_json(const AgentStatus& status);
/// The link that a text of to_json tells of; nullopt where it tells of none.
std::optional<LinkStatus> link_in(std::string_view status_json);
/// Plain words for the technician in the store: how many wait, since when, and that they are safe.
std::string to_text(const AgentStatus& status);

}  // namespace tillsync::agent
