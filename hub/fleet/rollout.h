// A staged roll-out of a configuration: wave after wave, and a stop when too many fail. What the next step is, by what the agents
// have told. Pure.
//
// | agent     | means                                                                                            |
// | --------- | ------------------------------------------------------------------------------------------------ |
// | waiting   | its wave has not begun, or it is to be sent (again)                                              |
// | sent      | the item is queued for it. Not heard since: it is left, and holds nothing up                     |
// | done      | it has told that the revision is in force                                                        |
// | failed    | it has told why not; or it was heard after it was sent and has told nothing for kReportPatience  |
// | returning | is to be given its previous revision: the roll-out was taken back, or stopped before it was heard |
// | withdrawn | was given another one                                                                            |
//
// A wave is done when nobody of it waits or is expected to tell, and somebody has told: a wave that is dark as a whole proves nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/ids.h"
#include "common/base/time.h"
#include "hub/fleet/agent.h"

namespace tillsync::hub {

inline constexpr Duration kReportPatience = seconds(600);
inline constexpr std::size_t kSendsPerStep = 500;  // agents of one transaction: sales go in between
inline constexpr std::size_t kSettledPerStep = 2'000;
inline constexpr std::size_t kWavesMax = 20;

enum class RolloutStatus : std::uint8_t { kRunning, kStopped, kFinished };
enum class WaveStatus : std::uint8_t { kWaiting, kRunning, kDone, kStopped };
enum class MemberState : std::uint8_t { kWaiting, kSent, kDone, kFailed, kReturning, kWithdrawn };
std::string_view to_string(RolloutStatus status);
std::string_view to_string(WaveStatus status);
std::string_view to_string(MemberState state);
std::optional<RolloutStatus> parse_rollout_status(std::string_view text);
std::optional<WaveStatus> parse_wave_status(std::string_view text);
std::optional<MemberState> parse_member_state(std::string_view text);

struct RolloutMember {
  std::int64_t wave_no = 1;
  AgentId agent_id;
  MemberState state = MemberState::kWaiting;
  std::int64_t item = 0;               // what it was sent
  std::int64_t previous_revision = 0;
  Instant sent_at;
  std::optional<Instant> told_at;      // first heard since
  std::string error;
};
struct RolloutWave {
  std::int64_t wave_no = 1;
  std::string selector;  // JSON
  WaveStatus status = WaveStatus::kWaiting;
};
struct Rollout {
  std::int64_t rollout_no = 0, revision = 0;
  RolloutStatus status = RolloutStatus::kRunning;
  std::int64_t stop_percent = 0;
  std::string stopped_because, who;
  Instant created_at;
  std::vector<RolloutWave> waves;     // in order
  std::vector<RolloutMember> members;
};

/// What the registry knows of an agent now.
struct MemberReport {
  AgentState state = AgentState::kWaiting;
  std::optional<Instant> last_seen;
  std::int64_t wanted_item = 0, config_item = 0;
  std::string config_error;
};
/// nullopt: no such agent (any more).
using ReportOf = std::function<std::optional<MemberReport>(const AgentId&)>;

struct RolloutStep {
  std::vector<RolloutMember> changed;      // their new states; not those of send
  std::vector<RolloutMember> send;         // are to be given the roll-out's revision
  std::vector<RolloutMember> give_back;    // are to be given their previous revision, and are withdrawn then
  std::vector<RolloutWave> waves;          // that changed
  std::optional<RolloutStatus> status;
  std::string stopped_because;
  bool is_empty() const { return changed.empty() && send.empty() && give_back.empty() && waves.empty() && !status; }
};
/// Of a roll-out that does not run only what is still out is looked at, and what returns is given back.
RolloutStep decide_rollout(const Rollout& rollout, const ReportOf& report_of, Instant now);

/// Who is in which wave. share: percent of all, by a number that the agent's id decides, so that a larger share holds a smaller one.
struct WaveSelector {
  std::string group;
  std::optional<std::int64_t> share_percent;
  bool is_all = false;
};
struct FleetMember {
  AgentId agent_id;
  std::string group;
};
/// One list for each wave; who is in an earlier one is not in a later one.
std::vector<std::vector<AgentId>> choose_waves(const std::vector<FleetMember>& fleet, const std::vector<WaveSelector>& selectors);

}  // namespace tillsync::hub
