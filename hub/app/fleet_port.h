// hub/sync's RegistryPort over fleet, intake and outbound: the registry in memory for each frame, a read connection of the sync
// loop's own, and tasks of the writer for what must be durable. Threads as RegistryPort says.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>

#include "common/sql/sql.h"
#include "hub/fleet/agent_alarms.h"
#include "hub/fleet/agent_registry.h"
#include "hub/insight/metrics.h"
#include "hub/reservations/availability_cache.h"
#include "hub/sync/registry_port.h"
#include "hub/writer/commands.h"

namespace tillsync::hub {

class FleetPort final : public RegistryPort {
 public:
  FleetPort(AgentRegistry& agents, std::unique_ptr<sql::Connection> reads, WriterPort& writer, Metrics& metrics, AvailabilityCache& availability,
            Duration dark_after)
      : agents_(agents), reads_(std::move(reads)), writer_(writer), metrics_(metrics), availability_(availability), dark_after_(dark_after), alarms_(agents.all()) {
    for (const AgentWithStatus& row : agents.all()) config_seen_[row.agent.agent_id.value] = row.status.config_item;
  }

  bool admits(std::string_view peer_key) override;
  AgentKnowledge knowledge(std::string_view peer_key) override;
  Result<std::optional<EpochPosition>> epoch(const AgentId& agent_id, const EpochId& epoch) override;
  void enrol(const std::string& peer_key, const EnrollRequested& request, EnrolDone done) override;
  void seen(std::string_view peer_key, Instant now) override;
  void status(std::string_view peer_key, const StatusArrived& status, Instant now) override;
  void conflict(const IdentityConflict& conflict) override;
  void machine_seen(const ConflictMachineSeen& seen) override;
  Result<std::vector<wire::Command>> open_commands(const AgentId& agent_id, Instant now) override;
  void commands_sent(std::vector<std::string> command_ids) override;
  void command_result(const AgentId& agent_id, const wire::CommandResult& result) override;
  void offer_key(const AgentId& agent_id, BytesView body, OfferDone done) override;
  void key_used(const AgentId& agent_id, std::string_view key) override;
  StockAnswer availability(const LocationId& location, BytesView body, Instant now) override;
  Result<std::vector<wire::InboxItem>> inbox_items(const AgentId& agent_id, std::uint64_t after) override;
  void inbox_delivered(const AgentId& agent_id, std::uint64_t no) override;
  void connected(const Connected& connected, std::function<void()> renumbered) override;

  /// What the agents told since the last call, into the tables; from the program's own timer.
  void save_statuses();
  /// How the agents are doing, once in five minutes; drops what is older than a day. From the same timer.
  void save_samples(Instant now);
  /// Closes commands that nobody answered within their day. From the same timer.
  void expire_commands();

 private:
  void submit(std::string name, std::function<Result<void>(sql::Connection&, Instant)> apply, std::function<void(Result<void>)> done = {},
              bool changes_masterdata = false);
  AgentRegistry& agents_;
  std::unique_ptr<sql::Connection> reads_;
  WriterPort& writer_;
  Metrics& metrics_;
  AvailabilityCache& availability_;
  Duration dark_after_;
  std::atomic<bool> numbered_anew_ = false;  // since the start, because the database had been put back
  AgentAlarms alarms_;  // of the thread that calls save_statuses
  std::map<std::string, std::int64_t> config_seen_;  // the last item of each agent that its history tells of; the same thread
  std::int64_t sampled_slot_ = 0;                    // the same thread
};

}  // namespace tillsync::hub
