// One store PC: the product's outbox, inbox, ingest and session driver on a simulated disk. What agent/ingest's loop does with
// threads (one queue, group commit, delayed acknowledgements) is done here by events.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/ingest/counters.h"
#include "agent/ingest/group_store.h"
#include "agent/ingest/pending_ack.h"
#include "agent/ingest/reservation_door.h"
#include "agent/sync/session_driver.h"
#include "tests/sim/sim_disk.h"

namespace tillsync::sim {

class ChainWorld;

class SimAgent final : public agent::SyncPort {
 public:
  SimAgent(ChainWorld& world, int number, int store, std::string disk_name);
  ~SimAgent() override;

  /// Opens the database and starts; where the disk does not let it, tries again later.
  void boot();
  /// The program ends now. hub_notices: its connections are closed, not left half open.
  void die(bool hub_notices, bool power_lost = false);
  void boot_later(Duration wait);
  void retire();  // ends, and never starts again
  bool is_running() const { return driver_ != nullptr; }

  /// A till asks for stock to be held, or for a step of what is held (verb "" = reserve): the answer's code (0: none will come) and body.
  void reserve(const std::string& verb, const std::string& id, const std::string& body, std::function<void(int, std::string)> answer);
  /// A till's request: the answer's code (0: none will come, ask again) and the seq that it names.
  void take(const std::string& body, std::function<void(int, std::uint64_t)> answer);
  void prune();
  void handle_frame(wire::Lane lane, const Bytes& frame);
  void link_broken(wire::Lane lane);
  Instant wall() const;

  // SyncPort
  void submit_ack(const IncarnationId& incarnation, std::uint64_t seq, const ChainHash& chain) override;
  void submit_inbox(std::vector<wire::InboxItem> items, std::function<void(Result<std::uint64_t>)> done) override;
  void submit_rebase(const EpochId& epoch, std::uint64_t first_seq, const IncarnationId& incarnation,
                     std::function<void(Result<agent::OutboxState>)> done) override;
  void reply_arrived(const wire::Reply& reply) override;
  Result<agent::KeyPair> make_keys() override;
  Result<void> save_keys(const agent::KeyRecord& record) override;
  std::uint64_t refused_documents() override { return 0; }

  /// What the outbox on the disk says now.
  agent::OutboxState state_on_disk();
  std::optional<Bytes> product(const std::string& sku);

  const int number, store;
  const std::string key;             // of CURVE, by which the store was enrolled; a clone has its original's
  SimDisk disk;
  Duration clock_ahead{0};
  std::optional<DiskImage> backup;
  std::uint64_t kill_at_send = 0;    // before the n-th frame from now; 0 = not
  bool power_lost_next = false;      // at an end by kill_at_…
  Duration down_next{0};
  bool sells = true;

 private:
  friend class ChainWorld;
  class TillMember;
  agent::KeyRecord load_keys();
  void pump();
  void schedule_wake();
  void schedule_commit(Duration wait);
  void schedule_ack();
  void look_at_leases();
  void commit();
  void try_connect(wire::Lane lane);
  void send(wire::Lane lane, Bytes frame);
  void ended_at_fault();
  void drop_all(bool hub_notices);
  /// Runs work later, unless the program has ended by then.
  void later(Duration wait, std::function<void()> work);

  ChainWorld& world_;
  std::uint64_t life_ = 0;  // of the program
  bool retired_ = false, booting_ = false;
  std::unique_ptr<sql::Connection> writer_, reader_;
  std::unique_ptr<agent::Outbox> outbox_;
  std::unique_ptr<agent::Inbox> inbox_;
  std::unique_ptr<agent::Quota> quota_;
  std::unique_ptr<agent::ReservationDoor> reservations_;
  agent::IngestCounters counters_;
  std::unique_ptr<agent::SessionDriver> driver_;
  LocationId location_;
  agent::Group pending_;
  bool commit_scheduled_ = false;
  agent::PendingAck ack_;
  std::vector<std::function<void()>> posted_;
  std::map<wire::Lane, Bytes> connections_;
  std::optional<Duration> wake_;
};

}  // namespace tillsync::sim
