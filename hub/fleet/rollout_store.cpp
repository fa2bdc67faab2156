#include "hub/fleet/rollout_store.h"

#include "hub/fleet/config_store.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kRolloutColumns =
    "SELECT rollout_no, revision, status, stop_percent, coalesce(stopped_because, ''), who, created_at FROM rollout ";
const std::string kRolloutByNo = std::string(kRolloutColumns) + "WHERE rollout_no = $1";
const std::string kRolloutPage = std::string(kRolloutColumns) + "WHERE $1 = 0 OR rollout_no < $1 ORDER BY rollout_no DESC LIMIT $2";
const std::string kActiveRollouts =
    std::string(kRolloutColumns) +
    "WHERE rollout_no IN (SELECT rollout_no FROM rollout WHERE status = 'running' UNION SELECT rollout_no FROM rollout_agent"
    " WHERE state IN ('sent', 'returning')) ORDER BY rollout_no";
constexpr std::string_view kAddRollout =
    "INSERT INTO rollout (revision, status, stop_percent, who, created_at) VALUES ($1, 'running', $2, $3, $4)";
constexpr std::string_view kRunningRollout = "SELECT rollout_no FROM rollout WHERE status = 'running' LIMIT 1";
constexpr std::string_view kNewestRollout = "SELECT max(rollout_no) FROM rollout";
constexpr std::string_view kSetRollout = "UPDATE rollout SET status = $2, stopped_because = nullif($3, '') WHERE rollout_no = $1";
constexpr std::string_view kAddWave = "INSERT INTO rollout_wave (rollout_no, wave_no, selector, status) VALUES ($1, $2, $3, $4)";
constexpr std::string_view kSetWave = "UPDATE rollout_wave SET status = $3 WHERE rollout_no = $1 AND wave_no = $2";
constexpr std::string_view kStopWaves = "UPDATE rollout_wave SET status = 'stopped' WHERE rollout_no = $1 AND status = 'running'";
constexpr std::string_view kGoOnWaves = "UPDATE rollout_wave SET status = 'running' WHERE rollout_no = $1 AND status = 'stopped'";
constexpr std::string_view kWaves = "SELECT wave_no, selector, status FROM rollout_wave WHERE rollout_no = $1 ORDER BY wave_no";
constexpr std::string_view kMemberColumns =
    "SELECT wave_no, agent_id, state, item, previous_revision, sent_at, told_at, error FROM rollout_agent WHERE rollout_no = $1";
const std::string kAllMembers = std::string(kMemberColumns) + " ORDER BY wave_no, agent_id";
const std::string kOpenMembers = std::string(kMemberColumns) + " AND state IN ('sent', 'returning') ORDER BY wave_no, agent_id";
const std::string kFailures = std::string(kMemberColumns) + " AND wave_no = $2 AND state = 'failed' ORDER BY agent_id LIMIT $3";
constexpr std::string_view kCounts = "SELECT wave_no, state, count(*) FROM rollout_agent WHERE rollout_no = $1 GROUP BY wave_no, state";
constexpr std::string_view kPutMember =
    "INSERT INTO rollout_agent (rollout_no, wave_no, agent_id, state, item, previous_revision, sent_at, told_at, error)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (rollout_no, wave_no, agent_id) DO UPDATE SET state = excluded.state,"
    " item = excluded.item, previous_revision = excluded.previous_revision, sent_at = excluded.sent_at, told_at = excluded.told_at, error = excluded.error";
constexpr std::string_view kReturnUnheard =
    "UPDATE rollout_agent SET state = 'returning', error = '' WHERE rollout_no = $1 AND state = 'sent' AND told_at IS NULL"
    " AND item = (SELECT item FROM agent_config WHERE agent_config.agent_id = rollout_agent.agent_id)";
constexpr std::string_view kReturnAll =
    "UPDATE rollout_agent SET state = 'returning', error = 'taken back' WHERE rollout_no = $1 AND state IN ('sent', 'done', 'failed')"
    " AND item = (SELECT item FROM agent_config WHERE agent_config.agent_id = rollout_agent.agent_id)";
constexpr std::string_view kTryAgain =
    "UPDATE rollout_agent SET state = 'waiting', error = '' WHERE rollout_no = $1 AND state IN ('failed', 'returning')";

Rollout read_rollout(const sql::Row& row) {
  Rollout rollout;
  rollout.rollout_no = row.integer(0);
  rollout.revision = row.integer(1);
  rollout.status = parse_rollout_status(row.text(2)).value_or(RolloutStatus::kStopped);
  rollout.stop_percent = row.integer(3);
  rollout.stopped_because = row.text(4);
  rollout.who = row.text(5);
  rollout.created_at = Instant{row.integer(6)};
  return rollout;
}

RolloutMember read_member(const sql::Row& row) {
  RolloutMember member;
  member.wave_no = row.integer(0);
  member.agent_id = AgentId(std::string(row.text(1)));
  member.state = parse_member_state(row.text(2)).value_or(MemberState::kWithdrawn);
  member.item = row.integer(3);
  member.previous_revision = row.integer(4);
  member.sent_at = Instant{row.integer(5)};
  if (!row.is_null(6)) member.told_at = Instant{row.integer(6)};
  member.error = row.text(7);
  return member;
}

std::unexpected<Error> not_in_state(const Rollout& rollout, const char* verb) {
  return fail(ErrorCode::kConflict, std::string(verb) + " roll-out " + std::to_string(rollout.rollout_no), "it is " + std::string(to_string(rollout.status)));
}

}  // namespace

Result<std::int64_t> RolloutStore::add(const Rollout& rollout) {
  std::int64_t running = 0, number = 0;
  TS_RETURN_IF_ERROR(connection_.query(kRunningRollout, {}, [&running](const sql::Row& row) { running = row.integer(0); }));
  if (running != 0) return fail(ErrorCode::kConflict, "roll out", "roll-out " + std::to_string(running) + " is running", "stop it first");
  TS_RETURN_IF_ERROR(connection_.run(kAddRollout, {rollout.revision, rollout.stop_percent, std::string_view(rollout.who), rollout.created_at.micros}));
  TS_RETURN_IF_ERROR(connection_.query(kNewestRollout, {}, [&number](const sql::Row& row) { number = row.integer(0); }));
  for (const RolloutWave& wave : rollout.waves)
    TS_RETURN_IF_ERROR(connection_.run(kAddWave, {number, wave.wave_no, std::string_view(wave.selector), to_string(wave.status)}));
  for (const RolloutMember& member : rollout.members) TS_RETURN_IF_ERROR(put_member(number, member));
  return number;
}

Result<void> RolloutStore::put_member(std::int64_t rollout_no, const RolloutMember& member) {
  const sql::Param told_at = member.told_at ? sql::Param(member.told_at->micros) : sql::Param(nullptr);
  TS_RETURN_IF_ERROR(connection_.run(kPutMember, {rollout_no, member.wave_no, member.agent_id.view(), to_string(member.state), member.item,
                                                  member.previous_revision, member.sent_at.micros, told_at, std::string_view(member.error)}));
  return {};
}

Result<void> RolloutStore::load_waves(Rollout& rollout) {
  return connection_.query(kWaves, {rollout.rollout_no}, [&rollout](const sql::Row& row) {
    rollout.waves.push_back({row.integer(0), std::string(row.text(1)), parse_wave_status(row.text(2)).value_or(WaveStatus::kStopped)});
  });
}

Result<void> RolloutStore::load_members(Rollout& rollout) {
  const std::string& query = rollout.status == RolloutStatus::kRunning ? kAllMembers : kOpenMembers;
  return connection_.query(query, {rollout.rollout_no}, [&rollout](const sql::Row& row) { rollout.members.push_back(read_member(row)); });
}

Result<std::vector<Rollout>> RolloutStore::active() {
  std::vector<Rollout> rollouts;
  TS_RETURN_IF_ERROR(connection_.query(kActiveRollouts, {}, [&rollouts](const sql::Row& row) { rollouts.push_back(read_rollout(row)); }));
  for (Rollout& rollout : rollouts) {
    TS_RETURN_IF_ERROR(load_waves(rollout));
    TS_RETURN_IF_ERROR(load_members(rollout));
  }
  return rollouts;
}

Result<std::optional<Rollout>> RolloutStore::find(std::int64_t rollout_no) {
  std::optional<Rollout> found;
  TS_RETURN_IF_ERROR(connection_.query(kRolloutByNo, {rollout_no}, [&found](const sql::Row& row) { found = read_rollout(row); }));
  if (found) TS_RETURN_IF_ERROR(load_waves(*found));
  return found;
}

Result<std::vector<Rollout>> RolloutStore::list(std::int64_t before, std::size_t limit) {
  std::vector<Rollout> page;
  TS_RETURN_IF_ERROR(connection_.query(kRolloutPage, {before, static_cast<std::int64_t>(limit)}, [&page](const sql::Row& row) { page.push_back(read_rollout(row)); }));
  for (Rollout& rollout : page) TS_RETURN_IF_ERROR(load_waves(rollout));
  return page;
}

Result<std::map<std::int64_t, WaveFigures>> RolloutStore::figures(std::int64_t rollout_no) {
  std::map<std::int64_t, WaveFigures> waves;
  TS_RETURN_IF_ERROR(connection_.query(kCounts, {rollout_no}, [&waves](const sql::Row& row) {
    WaveFigures& wave = waves[row.integer(0)];
    wave.total += row.integer(2);
    if (row.text(1) == to_string(MemberState::kDone)) wave.done = row.integer(2);
    if (row.text(1) == to_string(MemberState::kFailed)) wave.failed = row.integer(2);
  }));
  for (auto& [wave_no, wave] : waves) {
    if (wave.failed == 0) continue;
    TS_RETURN_IF_ERROR(connection_.query(kFailures, {rollout_no, wave_no, static_cast<std::int64_t>(kFailuresShown)},
                                         [&failures = wave.failures](const sql::Row& row) { failures.push_back(read_member(row)); }));
  }
  return waves;
}

Result<RolloutStore::Given> RolloutStore::apply(const Rollout& rollout, const RolloutStep& step, Instant now) {
  Given given;
  ConfigStore configs(connection_);
  const std::string who = rollout.who + ", roll-out " + std::to_string(rollout.rollout_no);
  for (const RolloutMember& member : step.changed) TS_RETURN_IF_ERROR(put_member(rollout.rollout_no, member));
  for (RolloutMember member : step.send) {
    TS_ASSIGN_OR_RETURN(const auto wanted, configs.want(member.agent_id, rollout.revision, who, now));
    member.state = MemberState::kSent;
    member.item = wanted.config.item;
    // Tried again, it has had this revision already: what was before that is still what it goes back to.
    if (wanted.previous_revision != rollout.revision) member.previous_revision = wanted.previous_revision;
    member.sent_at = now;
    member.told_at.reset();
    member.error.clear();
    TS_RETURN_IF_ERROR(put_member(rollout.rollout_no, member));
    given.emplace_back(member.agent_id, wanted.config);
  }
  for (RolloutMember member : step.give_back) {
    TS_ASSIGN_OR_RETURN(const auto wanted, configs.want(member.agent_id, member.previous_revision, who, now));
    // One that a stop took back is sent it again when the roll-out goes on.
    member.state = member.error.empty() ? MemberState::kWaiting : MemberState::kWithdrawn;
    member.item = wanted.config.item;
    TS_RETURN_IF_ERROR(put_member(rollout.rollout_no, member));
    given.emplace_back(member.agent_id, wanted.config);
  }
  for (const RolloutWave& wave : step.waves) TS_RETURN_IF_ERROR(connection_.run(kSetWave, {rollout.rollout_no, wave.wave_no, to_string(wave.status)}));
  if (step.status == RolloutStatus::kStopped) TS_RETURN_IF_ERROR(stop(rollout.rollout_no, step.stopped_because));
  if (step.status == RolloutStatus::kFinished)
    TS_RETURN_IF_ERROR(connection_.run(kSetRollout, {rollout.rollout_no, to_string(RolloutStatus::kFinished), std::string_view()}));
  return given;
}

Result<Rollout> RolloutStore::need(std::int64_t rollout_no) {
  TS_ASSIGN_OR_RETURN(auto found, find(rollout_no));
  if (!found) return fail(ErrorCode::kNotFound, "find roll-out", "there is no roll-out " + std::to_string(rollout_no));
  return std::move(*found);
}

Result<void> RolloutStore::stop(std::int64_t rollout_no, std::string_view because) {
  TS_ASSIGN_OR_RETURN(const Rollout rollout, need(rollout_no));
  if (rollout.status != RolloutStatus::kRunning) return not_in_state(rollout, "stop");
  TS_RETURN_IF_ERROR(connection_.run(kSetRollout, {rollout_no, to_string(RolloutStatus::kStopped), because}));
  TS_RETURN_IF_ERROR(connection_.run(kStopWaves, {rollout_no}));
  TS_RETURN_IF_ERROR(connection_.run(kReturnUnheard, {rollout_no}));
  return {};
}

Result<void> RolloutStore::resume(std::int64_t rollout_no) {
  TS_ASSIGN_OR_RETURN(const Rollout rollout, need(rollout_no));
  if (rollout.status != RolloutStatus::kStopped) return not_in_state(rollout, "resume");
  std::int64_t running = 0;
  TS_RETURN_IF_ERROR(connection_.query(kRunningRollout, {}, [&running](const sql::Row& row) { running = row.integer(0); }));
  if (running != 0) return fail(ErrorCode::kConflict, "resume roll-out", "roll-out " + std::to_string(running) + " is running", "stop it first");
  TS_RETURN_IF_ERROR(connection_.run(kSetRollout, {rollout_no, to_string(RolloutStatus::kRunning), std::string_view()}));
  TS_RETURN_IF_ERROR(connection_.run(kGoOnWaves, {rollout_no}));
  TS_RETURN_IF_ERROR(connection_.run(kTryAgain, {rollout_no}));
  return {};
}

Result<void> RolloutStore::take_back(std::int64_t rollout_no, std::string_view because) {
  TS_ASSIGN_OR_RETURN(const Rollout rollout, need(rollout_no));
  if (rollout.status == RolloutStatus::kRunning) TS_RETURN_IF_ERROR(connection_.run(kStopWaves, {rollout_no}));
  TS_RETURN_IF_ERROR(connection_.run(kSetRollout, {rollout_no, to_string(RolloutStatus::kFinished), because}));
  TS_RETURN_IF_ERROR(connection_.run(kReturnAll, {rollout_no}));
  return {};
}

}  // namespace tillsync::hub
