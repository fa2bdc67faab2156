// The tables of roll-outs. Writes inside a writer's Task, reads on any connection.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/fleet/agent_list.h"
#include "hub/fleet/rollout.h"

namespace tillsync::hub {

inline constexpr std::size_t kFailuresShown = 50;  // of a wave

struct WaveFigures {
  std::int64_t total = 0, done = 0, failed = 0;
  std::vector<RolloutMember> failures;  // the first kFailuresShown
};

class RolloutStore {
 public:
  explicit RolloutStore(sql::Connection& connection) : connection_(connection) {}
  /// Draws its number. kConflict: another one runs; two would give agents their revisions in turn.
  Result<std::int64_t> add(const Rollout& rollout);
  /// Those that run, whole; of the others those with members that are out, with these members.
  Result<std::vector<Rollout>> active();
  /// Without members.
  Result<std::optional<Rollout>> find(std::int64_t rollout_no);
  /// Newest first, those before `before`; 0 = from the newest. Without members.
  Result<std::vector<Rollout>> list(std::int64_t before, std::size_t limit);
  /// By wave.
  Result<std::map<std::int64_t, WaveFigures>> figures(std::int64_t rollout_no);

  using Given = std::vector<std::pair<AgentId, WantedConfig>>;
  /// Writes a step; who was given what.
  Result<Given> apply(const Rollout& rollout, const RolloutStep& step, Instant now);
  /// A person's decisions. kConflict: it is not in the state for it. Stop: who was not heard since it was sent gets its previous revision
  /// back. Resume: failed ones are tried again. Back: everyone who was sent it, and nothing since, is given
  /// what it had before; the roll-out has ended.
  Result<void> stop(std::int64_t rollout_no, std::string_view because);
  Result<void> resume(std::int64_t rollout_no);
  Result<void> take_back(std::int64_t rollout_no, std::string_view because);

 private:
  Result<Rollout> need(std::int64_t rollout_no);
  Result<void> load_waves(Rollout& rollout);
  Result<void> load_members(Rollout& rollout);
  Result<void> put_member(std::int64_t rollout_no, const RolloutMember& member);
  sql::Connection& connection_;
};

}  // namespace tillsync::hub
