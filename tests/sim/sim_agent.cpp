#include "tests/sim/sim_agent.h"

#include <nlohmann/json.hpp>

#include "agent/ingest/documents_member.h"
#include "common/crypto/crypto.h"
#include "common/sql/sqlite.h"
#include "tests/sim/chain_world.h"
#include "tests/sim/planted.h"

namespace tillsync::sim {
namespace {

constexpr Duration kGroupWait{300};  // microseconds: company for a lone document
constexpr Duration kBootAgain = seconds(5);
constexpr Duration kTryAgain = seconds(1);
constexpr std::int64_t kCheckpointOneIn = 16;
constexpr Duration kLeaseLook = seconds(60);

/// Two functions as a member.
class Work final : public agent::GroupMember {
 public:
  Work(std::function<Result<void>(agent::Outbox&, agent::Inbox&)> write, std::function<void(const Result<void>&)> finish)
      : write_(std::move(write)), finish_(std::move(finish)) {}
  Result<void> write(agent::Outbox& outbox, agent::Inbox& inbox) override { return write_(outbox, inbox); }
  void finish(const Result<void>& outcome) override { finish_(outcome); }

 private:
  std::function<Result<void>(agent::Outbox&, agent::Inbox&)> write_;
  std::function<void(const Result<void>&)> finish_;
};

std::unique_ptr<sql::Connection> open(const std::string& path, sql::OpenMode mode) {
  sql::SqliteOptions options;
  options.path = path;
  options.mode = mode;
  options.cache_kib = 256;
  options.automatic_checkpoint = false;
  auto opened = sql::open_sqlite(options);
  return opened ? std::move(*opened) : nullptr;
}

}  // namespace

class SimAgent::TillMember final : public agent::DocumentsMember {
 public:
  TillMember(agent::IngestedRequest request, SimAgent& agent, std::function<void(int, std::uint64_t)> answer)
      : DocumentsMember(std::move(request), agent.location_, agent.counters_, agent.quota_.get()), agent_(agent), answer_(std::move(answer)) {}

 private:
  void reply(const agent::Answer& answer) override {
    if (agent_.disk.is_dead()) return;
    const auto body = nlohmann::json::parse(answer.json, nullptr, false);
    answer_(answer.code, body.is_object() ? body.value("seq", std::uint64_t{0}) : 0);
  }
  SimAgent& agent_;
  std::function<void(int, std::uint64_t)> answer_;
};

SimAgent::SimAgent(ChainWorld& world, int agent_number, int agent_store, std::string disk_name)
    : number(agent_number),
      store(agent_store),
      key("key-of-" + std::to_string(agent_store)),
      disk(std::move(disk_name)),
      world_(world),
      location_(store_name(agent_store)) {}

SimAgent::~SimAgent() { disk.kill(); }

Instant SimAgent::wall() const { return world_.wall() + clock_ahead; }

void SimAgent::later(Duration wait, std::function<void()> work) {
  world_.later(wait, [this, life = life_, work = std::move(work)] {
    if (life == life_) work();
  });
}

void SimAgent::boot() {
  if (retired_ || is_running()) return;
  ++life_;
  writer_ = open(disk.path("agent.db"), sql::OpenMode::kReadWriteCreate);
  const auto start = [&]() -> Result<void> {
    if (!writer_) return fail(ErrorCode::kIo, "boot", "the database cannot be opened");
    TS_ASSIGN_OR_RETURN(outbox_, agent::Outbox::open(*writer_));
    TS_ASSIGN_OR_RETURN(inbox_, agent::Inbox::open(*writer_));
    TS_ASSIGN_OR_RETURN(quota_, agent::Quota::open(*writer_, [this](const Document& document, Instant now) { return agent::row_of(document, location_, now); }));
    agent::ReservationPorts ports;
    ports.write = [this](auto write, auto finish) {
      pending_.push_back(std::make_unique<Work>(std::move(write), std::move(finish)));
      schedule_commit(kGroupWait);
    };
    ports.ask = [this](wire::Request request) {
      if (driver_) driver_->ask(std::move(request));
    };
    ports.is_linked = [this] { return driver_ && driver_->is_ready(); };
    ports.now = [this] { return wall(); };
    ports.run_after = [this](Duration wait, std::function<void()> work) { later(wait, std::move(work)); };
    ports.draw_id = [this] { return std::to_string(world_.random()) + "-" + std::to_string(number); };
    reservations_ = std::make_unique<agent::ReservationDoor>(std::move(ports), *quota_, location_);
    reader_ = open(disk.path("agent.db"), sql::OpenMode::kReadOnly);
    if (!reader_) return fail(ErrorCode::kIo, "boot", "the database cannot be read");
    agent::SessionOptions options{"sim", random_fixed<BootId>(), world_.random()};
    TS_ASSIGN_OR_RETURN(driver_, agent::SessionDriver::open(options, load_keys(), *reader_, *this,
                                                            {[this](wire::Lane lane, Bytes frame) { send(lane, std::move(frame)); },
                                                             [this, life = life_](std::function<void()> work) {
                                                               if (life == life_) posted_.push_back(std::move(work));
                                                             },
                                                             [this](wire::Status& status) { status.disk_free_bytes = 1'000'000'000; }}));
    return {};
  };
  const auto started = start();
  if (disk.is_dead()) return ended_at_fault();
  if (!started) {
    die(true);
    world_.note("store PC " + std::to_string(number) + " does not start: " + to_string(started.error()));
    return boot_later(kBootAgain);
  }
  world_.check_agent(*this);
  look_at_leases();
  for (const wire::Lane lane : {wire::Lane::kData, wire::Lane::kControl}) try_connect(lane);
  if (is_running()) pump();
}

/// Every minute, as agent/ingest's loop does where a lease is open.
void SimAgent::look_at_leases() {
  pending_.push_back(std::make_unique<Work>(
      [this](agent::Outbox& outbox, agent::Inbox&) -> Result<void> {
        TS_RETURN_IF_ERROR(quota_->close_ended(outbox, wall()));
        return {};
      },
      [](const Result<void>&) {}));
  schedule_commit(kGroupWait);
  later(kLeaseLook, [this] { look_at_leases(); });
}

void SimAgent::reply_arrived(const wire::Reply& reply) {
  if (reservations_) reservations_->reply_arrived(reply);
}

/// keys/ring.json of the product, as one row of a database: that file system knows no other files.
agent::KeyRecord SimAgent::load_keys() {
  std::optional<agent::KeyRecord> record;
  if (const auto database = open(disk.path("keys.db"), sql::OpenMode::kReadOnly)) {
    (void)database->query("SELECT json FROM ring", {}, [&](const sql::Row& row) {
      auto parsed = agent::parse_key_record(row.text(0));
      if (!parsed) world_.fail("keys", to_string(parsed.error()));
      record = std::move(*parsed);
    });
  }
  return record ? std::move(*record) : agent::KeyRecord({key, "secret"});
}

Result<agent::KeyPair> SimAgent::make_keys() {
  std::string digits = std::to_string(world_.random());
  return agent::KeyPair{std::string(40 - digits.size(), 'k') + digits, "secret"};
}

Result<void> SimAgent::save_keys(const agent::KeyRecord& record) {
  if (world_.bug() == PlantedBug::kNextKeyNotStored) return {};
  const auto database = open(disk.path("keys.db"), sql::OpenMode::kReadWriteCreate);
  if (!database) return fail(ErrorCode::kIo, "save keys", "the database cannot be opened");
  const auto run = [&](std::string_view statement, std::initializer_list<sql::Param> params) -> Result<void> {
    TS_RETURN_IF_ERROR(database->run(statement, params));
    return {};
  };
  const std::string json = agent::key_record_json(record);
  TS_RETURN_IF_ERROR(run("CREATE TABLE IF NOT EXISTS ring (id INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT", {}));
  return run("INSERT INTO ring (id, json) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET json = excluded.json", {std::string_view(json)});
}

void SimAgent::reserve(const std::string& verb, const std::string& id, const std::string& body, std::function<void(int, std::string)> answer) {
  if (!is_running()) return answer(0, "");
  const auto reply = [this, life = life_, told = std::move(answer)](const agent::Answer& given) {
    if (life == life_ && !disk.is_dead()) told(given.code, given.json);
  };
  if (verb.empty())
    reservations_->reserve(body, "", reply);
  else
    reservations_->step(verb, id, body, reply);
  pump();
}

void SimAgent::drop_all(bool hub_notices) {
  ++life_;
  for (const auto& [lane, connection] : connections_) world_.close_at_agent(connection, hub_notices);
  connections_.clear();
  driver_ = nullptr;
  posted_.clear();
  ack_ = {};
  pending_.clear();  // its members are told nothing: nobody is there to tell the till
  commit_scheduled_ = false;
  wake_.reset();
  kill_at_send = 0;
  reservations_ = nullptr;
  quota_ = nullptr;
  outbox_ = nullptr;
  inbox_ = nullptr;
  reader_ = nullptr;
  writer_ = nullptr;
}

void SimAgent::die(bool hub_notices, bool power_lost) {
  disk.kill();
  drop_all(hub_notices);
  disk.revive(power_lost, world_.disk_random());
}

void SimAgent::boot_later(Duration wait) {
  later(wait, [this] { boot(); });
}

void SimAgent::retire() {
  die(true);
  retired_ = true;
}

void SimAgent::ended_at_fault() {
  const bool power_lost = power_lost_next;
  drop_all(!power_lost);
  disk.revive(power_lost, world_.disk_random());
  world_.note("store PC " + std::to_string(number) + " ended at its fault");
  world_.count_kill();
  boot_later(down_next);
}

void SimAgent::take(const std::string& body, std::function<void(int, std::uint64_t)> answer) {
  if (!is_running()) return answer(0, 0);
  auto request = agent::ingest(body, Syntax::kJson, {location_, wall(), ""});
  if (!request || request->rows.size() != 1) world_.fail("document", "refused by the door: " + body);
  if (world_.bug() == PlantedBug::kAnswerBeforeCommit) {
    answer(201, outbox_->state().last_seq + 1);
    answer = [](int, std::uint64_t) {};
  }
  pending_.push_back(std::make_unique<TillMember>(std::move(*request), *this, std::move(answer)));
  schedule_commit(kGroupWait);
}

void SimAgent::prune() {
  if (!is_running()) return;
  pending_.push_back(std::make_unique<Work>(
      [this](agent::Outbox& outbox, agent::Inbox&) -> Result<void> {
        TS_ASSIGN_OR_RETURN(const agent::Pruned pruned, outbox.prune(wall() + seconds(86'400), Instant{0}));
        (void)pruned;
        return {};
      },
      [](const Result<void>&) {}));
  schedule_commit(kGroupWait);
}

void SimAgent::submit_ack(const IncarnationId& incarnation, std::uint64_t seq, const ChainHash& chain) {
  if (world_.bug() == PlantedBug::kAckNeverStored) return;
  ack_.put(incarnation, seq, chain, world_.now());
  schedule_ack();
}

void SimAgent::schedule_ack() {
  if (const auto due = ack_.due()) later(std::max(Duration{0}, *due - world_.now()), [this] { schedule_commit(Duration{0}); });
}

void SimAgent::submit_inbox(std::vector<wire::InboxItem> items, std::function<void(Result<std::uint64_t>)> done) {
  const std::uint64_t last_no = items.empty() ? 0 : items.back().no;
  const bool loses = world_.bug() == PlantedBug::kLostInbox;
  pending_.push_back(std::make_unique<Work>(
      [this, items = std::move(items), loses](agent::Outbox& outbox, agent::Inbox& inbox) -> Result<void> {
        if (loses && items.size() == 1) return {};
        TS_RETURN_IF_ERROR(inbox.append(items));
        return quota_->take_items(items, outbox, wall());
      },
      [last_no, done = std::move(done)](const Result<void>& outcome) {
        done(outcome ? Result<std::uint64_t>(last_no) : std::unexpected(outcome.error()));
      }));
  schedule_commit(kGroupWait);
}

void SimAgent::submit_rebase(const EpochId& epoch, std::uint64_t first_seq, const IncarnationId& incarnation,
                             std::function<void(Result<agent::OutboxState>)> done) {
  const auto state = std::make_shared<agent::OutboxState>();
  pending_.push_back(std::make_unique<Work>(
      [this, state, epoch, first_seq, incarnation](agent::Outbox& outbox, agent::Inbox&) -> Result<void> {
        ack_.begin_epoch();
        TS_ASSIGN_OR_RETURN(*state, outbox.rebase(epoch, first_seq, incarnation));
        return quota_->freeze();
      },
      [state, done = std::move(done)](const Result<void>& outcome) {
        done(outcome ? Result<agent::OutboxState>(*state) : std::unexpected(outcome.error()));
      }));
  schedule_commit(kGroupWait);
}

void SimAgent::schedule_commit(Duration wait) {
  if (commit_scheduled_) return;
  commit_scheduled_ = true;
  later(wait + world_.commit_time(), [this] { commit(); });
}

void SimAgent::commit() {
  commit_scheduled_ = false;
  agent::Group group = std::exchange(pending_, {});
  if (const auto ack = ack_.take(world_.now(), false)) {
    const bool back = world_.bug() == PlantedBug::kAgentCursorBack && ack->seq > 5 && ack->seq % 5 == 0;
    group.push_back(std::make_unique<Work>(
        [ack, back](agent::Outbox& outbox, agent::Inbox&) -> Result<void> {
          TS_RETURN_IF_ERROR(outbox.acknowledge(ack->incarnation, ack->seq, ack->chain));
          if (!back) return {};
          // As an outbox would that took a late acknowledgement of another incarnation.
          TS_RETURN_IF_ERROR(outbox.acknowledge(IncarnationId{}, ack->seq - 4, ack->chain));
          return outbox.acknowledge(ack->incarnation, ack->seq - 4, ack->chain);
        },
        [this, ack](const Result<void>& outcome) {
          if (outcome) return;
          ack_.failed(*ack, outcome.error(), world_.now());
          schedule_ack();
        }));
  }
  if (group.empty()) return;
  agent::commit_group(*writer_, *outbox_, *inbox_, group);
  plant_in_agent(world_.bug(), *writer_);
  if (!disk.is_dead() && world_.one_in(kCheckpointOneIn)) (void)writer_->checkpoint();
  if (disk.is_dead()) return ended_at_fault();
  driver_->outbox_advanced(outbox_->state().last_seq, world_.now());
  world_.check_agent(*this);
  pump();
}

void SimAgent::try_connect(wire::Lane lane) {
  if (!is_running() || connections_.contains(lane)) return;
  const auto connection = world_.connect(*this, lane);
  if (!connection) return later(world_.random_time(kTryAgain), [this, lane] { try_connect(lane); });
  connections_[lane] = *connection;
  driver_->link_up(lane, world_.now(), wall());
  pump();
}

void SimAgent::link_broken(wire::Lane lane) {
  connections_.erase(lane);
  driver_->link_down(lane, world_.now());
  later(world_.random_time(kTryAgain), [this, lane] { try_connect(lane); });
  pump();
}

void SimAgent::handle_frame(wire::Lane lane, const Bytes& frame) {
  driver_->handle_frame(lane, frame, world_.now(), wall());
  pump();
}

void SimAgent::send(wire::Lane lane, Bytes frame) {
  if (disk.is_dead()) return;
  if (kill_at_send > 0 && --kill_at_send == 0) return disk.kill();
  const auto open = connections_.find(lane);
  if (open != connections_.end()) world_.send_up(open->second, std::move(frame));
}

void SimAgent::pump() {
  bool more = true;
  while (more) {
    for (const auto& work : std::exchange(posted_, {})) work();
    more = driver_->run(world_.now(), wall()) || !posted_.empty();
    if (disk.is_dead()) return ended_at_fault();
  }
  if (driver_->take_reconnect()) {
    world_.count_reconnect();
    for (const wire::Lane lane : {wire::Lane::kData, wire::Lane::kControl}) {
      const auto open = connections_.find(lane);
      if (open == connections_.end()) continue;
      world_.close_at_agent(open->second, true);
      connections_.erase(open);
      driver_->link_down(lane, world_.now());
      later(world_.random_time(kTryAgain), [this, lane] { try_connect(lane); });
    }
  }
  schedule_wake();
}

void SimAgent::schedule_wake() {
  const auto due = driver_->poll_timeout();
  if (!due || (wake_ && *wake_ <= *due)) return;
  wake_ = due;
  later(std::max(Duration{0}, *due - world_.now()), [this, due] {
    if (wake_ != due) return;
    wake_.reset();
    pump();
  });
}

agent::OutboxState SimAgent::state_on_disk() {
  const auto opened = reader_ ? nullptr : open(disk.path("agent.db"), sql::OpenMode::kReadOnly);
  sql::Connection* connection = reader_ ? reader_.get() : opened.get();
  if (connection == nullptr) return {};
  const auto state = agent::OutboxReader(*connection).state();
  return state ? *state : agent::OutboxState{};
}

std::optional<Bytes> SimAgent::product(const std::string& sku) {
  if (!is_running()) return std::nullopt;
  const auto found = agent::InboxReader(*reader_).product(sku);
  return found && *found ? std::optional(**found) : std::nullopt;
}

}  // namespace tillsync::sim
