// The hub's program on a simulated disk: writer, stages, registry, sessions and forwarder of the product, put together as
// hub/app does it, without threads.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hub/app/fleet_port.h"
#include "hub/erp/forwarder_driver.h"
#include "hub/fleet/agent_registry.h"
#include "hub/insight/metrics.h"
#include "hub/sync/sessions_driver.h"
#include "hub/writer/writer_core.h"
#include "tests/sim/sim_disk.h"

namespace tillsync::sim {

class ChainWorld;

class SimHub final : public hub::WriterPort, public hub::ErpClient {
 public:
  explicit SimHub(ChainWorld& world);
  ~SimHub() override;

  void boot();
  void die(bool agents_notice, bool power_lost = false);
  void boot_later(Duration wait);
  bool is_running() const { return sessions_ != nullptr; }

  void handle_frame(const Bytes& connection, const std::string& key, const Bytes& frame);
  /// code 0: no answer will come.
  void ask(hub::StockRequest request, std::function<void(int code, const std::string& body)> told);
  void put_product(int sku, std::int64_t version);
  /// What a person does in the evening, or too early: today of a store, forced.
  void close_day(const std::string& store);
  /// The agent that enrolled with this key gets the command.
  void rotate_keys(const std::string& first_key);
  /// What a person does when all is mended: releases agents from conflict, retries what the ERP refused.
  void clear_up();
  /// The next start finds a database that was restored, and says so to the agents.
  void renew_incarnation_at_boot() { renew_ = true; }

  /// For the checkers; also while it does not run.
  sql::Connection& reads();
  hub::FrameSent try_send(const Bytes& connection, const Bytes& frame);

  // WriterPort
  Result<void> submit(hub::Priority priority, hub::Command command) override;
  std::size_t bulk_waiting() const override { return bulk_.size(); }
  // ErpClient
  Result<void> start(hub::ErpCall call) override;
  std::size_t in_flight() const override { return calls_in_flight_; }
  std::vector<std::pair<std::uint64_t, hub::ErpAnswer>> wait(Duration) override { return {}; }
  void wakeup() override {}

  SimDisk disk;
  std::optional<DiskImage> backup;
  std::uint64_t kill_at_send = 0;
  std::string unsummed_day;  // that was closed with postings left to be summed
  bool power_lost_next = false;
  Duration down_next{0};

 private:
  Result<void> open_all();
  void enrol_stores();
  void drop_all();
  void ended_at_fault();
  void pump();
  void schedule_wake();
  void schedule_group();
  void run_group();
  void schedule_due();
  void save_statuses();
  void sum_postings();
  void later(Duration wait, std::function<void()> work);
  void task(std::string name, std::function<Result<void>(sql::Connection&, Instant)> apply);

  ChainWorld& world_;
  std::uint64_t life_ = 0;
  bool renew_ = false;
  std::unique_ptr<sql::Connection> writer_, sync_reads_, erp_reads_, check_reads_;
  std::unique_ptr<hub::Metrics> metrics_;
  std::unique_ptr<hub::AvailabilityCache> availability_;
  std::vector<std::unique_ptr<hub::Stage>> stages_;
  std::unique_ptr<hub::WriterCore> core_;
  std::unique_ptr<hub::AgentRegistry> agents_;
  std::unique_ptr<hub::FleetPort> fleet_;
  std::unique_ptr<hub::SessionsDriver> sessions_;
  std::unique_ptr<hub::ForwarderDriver> forwarder_;
  std::deque<hub::Command> requests_, bulk_;
  bool took_requests_ = false, group_scheduled_ = false;
  Duration due_not_before_{0};   // after what was due has failed
  std::optional<Duration> due_;  // when stages have something to do on their own
  std::vector<std::function<void()>> posted_;
  std::size_t calls_in_flight_ = 0;
  std::uint64_t calls_made_ = 0;
  std::map<std::string, EpochId> first_epochs_;  // for a planted bug
  std::optional<Duration> wake_;
};

}  // namespace tillsync::sim
