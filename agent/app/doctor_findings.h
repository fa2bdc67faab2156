// What doctor makes of what it has seen: good, bad with the way to mend it, or worth a look. Plain words, for a technician in a store. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/ingest/status.h"
#include "common/base/time.h"
#include "common/http/probe.h"

namespace tillsync::agent {

enum class Health : std::uint8_t { kGood, kNote, kBad };
struct Finding {
  Health health = Health::kGood;
  std::string what, mend = {};
};

inline constexpr std::int64_t kDiskFreeLowBytes = 500'000'000;
inline constexpr std::int64_t kSkewHighSeconds = 120;
inline constexpr std::int64_t kCertificateEndsSoonSeconds = 30 * 86'400;
inline constexpr Instant kProgramDate{1'767'225'600'000'000};  // 2026-01-01: a clock before it was never set

Finding judge_clock(Instant now);
Finding judge_disk(std::int64_t free_bytes);
/// What waits, since when, and that it is safe.
Finding judge_waiting(std::uint64_t waiting, std::int64_t oldest_seconds, bool is_running);
/// The link as the running agent tells it, the hub's version and how far the clocks are apart.
std::vector<Finding> judge_link(const LinkStatus& link, const std::string& agent_id, const std::string& location, std::string_view version);
/// The key was made on another machine.
Finding judge_copied(const std::string& location);
/// Of the door's TLS certificate.
Finding judge_certificate(Instant ends, Instant now);
/// What the tills meet at the HTTP door. `is_running` is absent where the agent cannot be asked; `is_same_certificate`: it shows the one of the configuration.
std::vector<Finding> judge_http_door(const std::string& address, const http::Met& met, std::optional<bool> is_running, bool is_same_certificate);
/// A file that does not belong to the folder's user.
Finding judge_owner(const std::string& file, const std::string& owner, const std::string& folder, const std::string& folder_owner);

}  // namespace tillsync::agent
