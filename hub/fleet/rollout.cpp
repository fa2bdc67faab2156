#include "hub/fleet/rollout.h"

#include <algorithm>
#include <array>
#include <set>

#include "common/crypto/crypto.h"

namespace tillsync::hub {
namespace {

constexpr std::array<std::string_view, 3> kRolloutStatuses = {"running", "stopped", "finished"};
constexpr std::array<std::string_view, 4> kWaveStatuses = {"waiting", "running", "done", "stopped"};
constexpr std::array<std::string_view, 6> kMemberStates = {"waiting", "sent", "done", "failed", "returning", "withdrawn"};

template <class Enum, std::size_t N>
std::optional<Enum> parse_name(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto found = std::ranges::find(names, text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

bool is_heard(AgentState state) { return state == AgentState::kOnline || state == AgentState::kDraining; }

/// What has become of one that was sent it.
RolloutMember settle(RolloutMember member, const std::optional<MemberReport>& report, Instant now) {
  if (!report || report->wanted_item != member.item) {
    member.state = MemberState::kWithdrawn;
    member.error = report ? "was given another configuration" : "is no agent any more";
    return member;
  }
  if (report->config_item == member.item) {
    member.state = report->config_error.empty() ? MemberState::kDone : MemberState::kFailed;
    member.error = report->config_error;
    return member;
  }
  if (!member.told_at && report->last_seen && *report->last_seen > member.sent_at) member.told_at = report->last_seen;
  if (member.told_at && now - *member.told_at >= kReportPatience) {
    member.state = MemberState::kFailed;
    member.error = is_heard(report->state) ? "has not told for 10 minutes whether it took it" : "went dark after it was sent";
  }
  return member;
}

struct Count {
  std::int64_t total = 0, waiting = 0, expected = 0, settled = 0, failed = 0;
};

/// Whether something of it is still to come: it is heard, or was since it was sent.
bool is_expected(const RolloutMember& member, const std::optional<MemberReport>& report) {
  return member.state == MemberState::kSent && report && (member.told_at || is_heard(report->state));
}

class Decision {
 public:
  Decision(const Rollout& rollout, const ReportOf& report_of, Instant now) : rollout_(rollout), report_of_(report_of), now_(now) {}

  RolloutStep make() {
    for (RolloutMember member : rollout_.members) look_at(std::move(member));
    if (rollout_.status == RolloutStatus::kRunning) go_on();
    return std::move(step_);
  }

 private:
  Count& count_of(std::int64_t wave_no) {
    if (counts_.size() <= static_cast<std::size_t>(wave_no)) counts_.resize(static_cast<std::size_t>(wave_no) + 1);
    return counts_[static_cast<std::size_t>(wave_no)];
  }

  void look_at(RolloutMember member) {
    Count& count = count_of(member.wave_no);
    ++count.total;
    if (member.state == MemberState::kReturning && step_.give_back.size() < kSendsPerStep) step_.give_back.push_back(member);
    std::optional<MemberReport> report;
    if (member.state == MemberState::kSent) {
      report = report_of_(member.agent_id);
      const MemberState before = member.state;
      const bool was_told = member.told_at.has_value();
      // What is beyond the bite is looked at in the next step; until then it is still expected.
      if (step_.changed.size() < kSettledPerStep) member = settle(std::move(member), report, now_);
      if (member.state != before || member.told_at.has_value() != was_told) step_.changed.push_back(member);
    }
    if (member.state == MemberState::kWaiting) ++count.waiting;
    if (member.state == MemberState::kFailed) ++count.failed;
    if (is_expected(member, report)) ++count.expected;
    if (member.state == MemberState::kDone || member.state == MemberState::kFailed || member.state == MemberState::kWithdrawn) ++count.settled;
  }

  bool stops_at(const RolloutWave& wave) {
    const Count& count = count_of(wave.wave_no);
    if (count.failed * 100 <= rollout_.stop_percent * count.total) return false;
    step_.status = RolloutStatus::kStopped;
    step_.stopped_because = std::to_string(count.failed) + " of " + std::to_string(count.total) + " failed in wave " + std::to_string(wave.wave_no) +
                            ", more than " + std::to_string(rollout_.stop_percent) + " %";
    RolloutWave stopped = wave;
    stopped.status = WaveStatus::kStopped;
    step_.waves.push_back(std::move(stopped));
    return true;
  }

  void go_on() {
    for (const RolloutWave& wave : rollout_.waves) {
      if (wave.status != WaveStatus::kWaiting && stops_at(wave)) return;
      if (wave.status == WaveStatus::kDone) continue;
      const Count& count = count_of(wave.wave_no);
      RolloutWave next = wave;
      next.status = count.waiting > 0 || count.expected > 0 || (count.settled == 0 && count.total > 0) ? WaveStatus::kRunning : WaveStatus::kDone;
      if (next.status != wave.status) step_.waves.push_back(next);
      if (next.status == WaveStatus::kRunning) return send_to(wave.wave_no);
    }
    step_.status = RolloutStatus::kFinished;
  }

  void send_to(std::int64_t wave_no) {
    for (const RolloutMember& member : rollout_.members) {
      if (step_.send.size() >= kSendsPerStep) return;
      if (member.wave_no == wave_no && member.state == MemberState::kWaiting) step_.send.push_back(member);
    }
  }

  const Rollout& rollout_;
  const ReportOf& report_of_;
  const Instant now_;
  std::vector<Count> counts_;
  RolloutStep step_;
};

}  // namespace

std::string_view to_string(RolloutStatus status) { return kRolloutStatuses[static_cast<std::size_t>(status)]; }
std::string_view to_string(WaveStatus status) { return kWaveStatuses[static_cast<std::size_t>(status)]; }
std::string_view to_string(MemberState state) { return kMemberStates[static_cast<std::size_t>(state)]; }
std::optional<RolloutStatus> parse_rollout_status(std::string_view text) { return parse_name<RolloutStatus>(kRolloutStatuses, text); }
std::optional<WaveStatus> parse_wave_status(std::string_view text) { return parse_name<WaveStatus>(kWaveStatuses, text); }
std::optional<MemberState> parse_member_state(std::string_view text) { return parse_name<MemberState>(kMemberStates, text); }

RolloutStep decide_rollout(const Rollout& rollout, const ReportOf& report_of, Instant now) { return Decision(rollout, report_of, now).make(); }

std::vector<std::vector<AgentId>> choose_waves(const std::vector<FleetMember>& fleet, const std::vector<WaveSelector>& selectors) {
  // In the order of a number that only the id decides.
  std::vector<std::pair<std::string, const FleetMember*>> ordered;
  for (const FleetMember& member : fleet) {
    const Sha256Digest digest = sha256({"tillsync roll-out share\n", member.agent_id.view()});
    ordered.emplace_back(std::string(digest.data(), digest.size()), &member);
  }
  std::ranges::sort(ordered, {}, [](const auto& entry) { return std::pair(std::string_view(entry.first), entry.second->agent_id.view()); });
  std::set<std::string> taken;
  std::vector<std::vector<AgentId>> waves;
  for (const WaveSelector& selector : selectors) {
    std::vector<AgentId>& wave = waves.emplace_back();
    const std::size_t share = selector.share_percent ? (fleet.size() * static_cast<std::size_t>(*selector.share_percent) + 99) / 100 : ordered.size();
    for (std::size_t i = 0; i < share; ++i) {
      const FleetMember& member = *ordered[i].second;
      const bool is_meant = selector.is_all || selector.share_percent.has_value() || member.group == selector.group;
      if (is_meant && taken.insert(member.agent_id.value).second) wave.push_back(member.agent_id);
    }
    std::ranges::sort(wave);
  }
  return waves;
}

}  // namespace tillsync::hub
