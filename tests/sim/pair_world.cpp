#include "tests/sim/pair_world.h"

#include <algorithm>

#include "common/base/limits.h"
#include "common/crypto/crypto.h"
#include "common/sync/chain.h"

namespace tillsync::sim {
namespace {

template <class Fixed>
Fixed numbered(std::uint64_t number, char salt) {
  Fixed value;
  for (std::size_t i = 0; i < 8; ++i) value.data[i] = static_cast<char>(number >> (8 * i));
  value.data[Fixed::kSize - 1] = salt;
  return value;
}

ContentHash hash_of(const std::string& document) { return {sha256({document})}; }

}  // namespace

// ---- outbox

FakeOutbox FakeOutbox::fresh(std::uint64_t seed) {
  FakeOutbox outbox;
  outbox.state.epoch = numbered<EpochId>(seed, 'e');
  outbox.state.last_chain = sync::chain_seed(outbox.state.epoch);
  outbox.state.acked_chain = outbox.state.last_chain;
  return outbox;
}

void FakeOutbox::sell(const std::string& document) {
  agent::OutboxRow row;
  row.seq = ++state.last_seq;
  row.event.payload = document;
  row.event.content_hash = hash_of(document);
  row.chain = state.last_chain = sync::chain_next(state.last_chain, row.event.content_hash);
  rows[row.seq] = std::move(row);
}

void FakeOutbox::acknowledge(const IncarnationId& incarnation, std::uint64_t seq, const ChainHash& chain) {
  if (incarnation == state.incarnation && seq <= state.acked_seq) return;
  state.incarnation = incarnation;
  state.acked_seq = seq;
  state.acked_chain = chain;
}

void FakeOutbox::rebase(const EpochId& epoch, std::uint64_t first_seq, const IncarnationId& incarnation) {
  state.epoch = epoch;
  state.first_seq = first_seq;
  state.acked_seq = first_seq - 1;
  state.incarnation = incarnation;
  ChainHash chain = state.acked_chain = sync::chain_seed(epoch);
  if (first_seq <= state.oldest_held_seq) held_chain = chain;
  for (auto& [seq, row] : rows) {
    if (seq < first_seq) continue;
    chain = row.chain = sync::chain_next(chain, row.event.content_hash);
  }
  state.last_chain = chain;
}

void FakeOutbox::prune_below(std::uint64_t seq) {
  held_chain = chain_at(seq - 1).value_or(ChainHash{});
  rows.erase(rows.begin(), rows.lower_bound(seq));
  state.oldest_held_seq = seq;
}

std::optional<ChainHash> FakeOutbox::chain_at(std::uint64_t seq) const {
  if (seq + 1 < state.first_seq) return std::nullopt;
  if (seq + 1 == state.first_seq) return sync::chain_seed(state.epoch);
  if (seq == state.acked_seq) return state.acked_chain;
  if (seq + 1 == state.oldest_held_seq) return held_chain;
  const auto row = rows.find(seq);
  return row == rows.end() ? std::nullopt : std::optional(row->second.chain);
}

std::vector<std::string> FakeOutbox::documents() const {
  std::vector<std::string> all;
  for (const auto& [seq, row] : rows) all.push_back(row.event.payload);
  return all;
}

// ---- ledger

bool FakeLedger::commit(const hub::IncomingBatch& batch) {
  const auto known = epochs.find(batch.epoch);
  if (known != epochs.end() && known->second.seq + 1 != batch.first_seq) return false;
  if (known == epochs.end() && !batch.opens_epoch) return false;
  Epoch& epoch = epochs[batch.epoch];
  if (batch.gap) {
    gaps.push_back(*batch.gap);
    epoch = {batch.gap->last_seq, batch.gap->chain};
    return true;
  }
  for (const wire::Event& event : batch.events) {
    int& count = documents[event.payload];
    count = std::max(count, ++arrivals[{batch.epoch, event.payload}]);
  }
  epoch = {batch.first_seq + batch.events.size() - 1, batch.chains.back()};
  return true;
}

// ---- machine

Machine::Machine(World& world, FakeOutbox box, int name) : outbox(std::move(box)), world_(world), name_(name) {}

void Machine::boot() {
  power_off();
  ++boots_;
  agent::SessionOptions options;
  options.version = "test";
  options.boot = numbered<BootId>(static_cast<std::uint64_t>(name_) * 1'000 + static_cast<std::uint64_t>(boots_), 'b');
  options.random_seed = world_.random_.next();
  session = std::make_unique<agent::AgentSession>(options, outbox.state, inbox.empty() ? 0 : inbox.back().no);
  paused.reset();
}

void Machine::power_off() {
  session.reset();
  connections_.clear();
  connect_at_.reset();
}

void Machine::connect() {
  if (!session) return;
  disconnect();
  for (const wire::Lane lane : {wire::Lane::kData, wire::Lane::kControl}) {
    connections_[lane] = world_.open_connection(*this, lane);
    session->link_up(lane, world_.now, world_.wall());
  }
  pump();
}

void Machine::disconnect() {
  for (const auto& [lane, connection] : connections_) {
    world_.close_connection(connection);
    if (session) session->link_down(lane, world_.now);
  }
  connections_.clear();
  connect_at_.reset();
}

void Machine::sell(int count) {
  for (int i = 0; i < count; ++i) {
    std::string document = "machine " + std::to_string(name_) + " document " + std::to_string(++sold_) + " ";
    for (int pad = 0; pad < 25; ++pad) document += static_cast<char>('a' + world_.random_.next() % 26);
    outbox.sell(document + std::string(200, 'x'));
  }
  if (!session) return;
  session->outbox_advanced(outbox.state.last_seq, world_.now);
  pump();
}

void Machine::request(const std::string& id, std::uint64_t after_seq) {
  asked[id] = world_.now;
  session->send_request({id, "ask", after_seq, "{}"});
  pump();
}

void Machine::pump() {
  if (!session) return;
  for (;;) {
    bool moved = false;
    while (session) {
      auto event = session->poll_event();
      if (!event) break;
      answer(*std::move(event));
      moved = true;
    }
    while (auto frame = session->poll_transmit(world_.now)) {
      if (connections_.contains(frame->lane)) world_.transmit(true, connections_[frame->lane], std::move(frame->bytes));
      moved = true;
    }
    if (!moved) return;
  }
}

void Machine::answer(agent::SessionEvent event) {
  if (const auto* rows = std::get_if<agent::WantRows>(&event)) {
    std::vector<agent::OutboxRow> found;
    std::size_t bytes = 0;
    for (auto row = outbox.rows.lower_bound(rows->first_seq); row != outbox.rows.end() && found.size() < rows->count_max; ++row) {
      bytes += row->second.event.payload.size();
      if (!found.empty() && bytes > rows->bytes_max) break;
      found.push_back(row->second);
    }
    session->rows_loaded(std::move(found), world_.now);
  } else if (const auto* chain = std::get_if<agent::WantChainAt>(&event)) {
    session->chain_loaded(chain->seq, outbox.chain_at(chain->seq), world_.now);
  } else if (const auto* rebase = std::get_if<agent::WantRebase>(&event)) {
    ++rebases;
    if (!store_fails) outbox.rebase(numbered<EpochId>(world_.random_.next(), 'r'), rebase->first_seq, rebase->incarnation);
    session->rebased(outbox.state, world_.now);
  } else if (const auto* ack = std::get_if<agent::WantAckStored>(&event)) {
    outbox.acknowledge(ack->incarnation, ack->seq, ack->chain);
  } else if (auto* items = std::get_if<agent::WantInboxStored>(&event)) {
    if (store_fails) return session->inbox_failed();
    inbox.insert(inbox.end(), items->items.begin(), items->items.end());
    session->inbox_stored(inbox.back().no);
  } else if (std::get_if<agent::WantStatus>(&event) != nullptr) {
    session->status_collected({}, world_.now);
  } else if (std::get_if<agent::WantReconnect>(&event) != nullptr) {
    ++reconnects;
    for (const auto& [lane, connection] : connections_) world_.close_connection(connection);
    connections_.clear();
    connect_at_ = world_.now + milliseconds(200);
  } else if (const auto* told = std::get_if<agent::Paused>(&event)) {
    paused = told->code;
  } else if (std::get_if<agent::LinkReady>(&event) != nullptr) {
    paused.reset();
  } else if (const auto* reply = std::get_if<agent::ReplyArrived>(&event)) {
    answered[reply->reply.request_id] = world_.now;
  }
}

// ---- world

World::World(std::uint64_t seed) : random_(seed) {
  ledger.incarnation = numbered<IncarnationId>(1, 'i');
  new_hub_session();
}

Machine& World::add_machine(FakeOutbox outbox) {
  machines.push_back(std::make_unique<Machine>(*this, std::move(outbox), static_cast<int>(machines.size()) + 1));
  return *machines.back();
}

void World::new_hub_session() {
  hub::HubSessionOptions options;
  options.incarnation = ledger.incarnation;
  options.credit_bytes = static_cast<std::int64_t>(kWindowBytesMax);
  options.nonce_seed = random_.next();
  hub_session = std::make_unique<hub::HubSession>(options);
}

void World::restart_hub() {
  commits_.clear();
  for (const auto& machine : machines) {
    if (machine->connections_.empty()) continue;
    machine->disconnect();
    machine->connect_at_ = now + milliseconds(300);
  }
  connections_.clear();
  std::erase_if(network_, [](const Frame&) { return true; });
  new_hub_session();
}

void World::restore_hub(FakeLedger backup) {
  ledger = std::move(backup);
  ledger.incarnation = numbered<IncarnationId>(random_.next(), 'i');
  restart_hub();
}

void World::put_in_inbox(std::uint64_t count) {
  ledger.inbox_last += count;
  hub_session->inbox_advanced();
  pump_hub();
}

Bytes World::open_connection(Machine& machine, wire::Lane lane) {
  Bytes id = "c" + std::to_string(++connections_made_);
  connections_[id] = {&machine, lane};
  return id;
}

/// What is under way to the hub still arrives there: a frame of a closed connection is read late.
void World::close_connection(const Bytes& connection) { connections_.erase(connection); }

void World::transmit(bool to_hub, const Bytes& connection, Bytes bytes) {
  if (to_hub) bytes_to_hub += bytes.size();
  const auto drawn = [&](int permille) { return static_cast<int>(random_.next() % 1'000) < permille; };
  if (drawn(fault.drop_permille)) return;
  const int copies = drawn(fault.duplicate_permille) ? 2 : 1;
  Duration& free_at = to_hub ? link_free_up_ : link_free_down_;
  for (int copy = 0; copy < copies; ++copy) {
    free_at = std::max(free_at, now) + Duration{static_cast<std::int64_t>(bytes.size()) * 1'000'000 / link.bytes_per_second};
    Duration at = free_at + link.one_way;
    const auto known = connections_.find(connection);
    if (known != connections_.end()) {
      Duration& last = to_hub ? known->second.last_to_hub : known->second.last_to_agent;
      if (drawn(fault.reorder_permille))
        at = at + random_.up_to(seconds(2));
      else
        last = at = std::max(at, last);
    }
    network_.insert({at, ++frames_, to_hub, connection, bytes});
  }
}

void World::deliver(const Frame& frame) {
  if (frame.to_hub) {
    hub_session->handle_frame(frame.connection, frame.bytes, knowledge(), now, wall());
    return pump_hub();
  }
  const auto known = connections_.find(frame.connection);
  if (known == connections_.end()) return;
  Machine& machine = *known->second.machine;
  const wire::Lane lane = known->second.lane;
  const auto open = machine.connections_.find(lane);
  if (!machine.session || open == machine.connections_.end() || open->second != frame.connection) return;
  machine.session->handle_frame(lane, frame.bytes, now, wall());
  machine.pump();
}

void World::pump_hub() {
  for (;;) {
    bool moved = false;
    while (auto event = hub_session->poll_event()) {
      answer_hub(*std::move(event));
      moved = true;
    }
    while (auto frame = hub_session->poll_transmit()) {
      transmit(false, frame->connection, std::move(frame->bytes));
      moved = true;
    }
    pending_bytes_highest = std::max(pending_bytes_highest, static_cast<std::size_t>(hub_session->pending_bytes()));
    if (!moved) return;
  }
}

void World::answer_hub(hub::HubSessionEvent event) {
  if (auto* batch = std::get_if<hub::IncomingBatch>(&event)) {
    // Group commit: what comes while one runs goes into the next, together.
    const Duration free = commits_.empty() ? now : std::max(now, commits_.front().at);
    commits_.push_back({free + commit_time, std::move(*batch)});
  } else if (const auto* wanted = std::get_if<hub::WantEpoch>(&event)) {
    const auto known = ledger.epochs.find(wanted->epoch);
    std::optional<hub::EpochPosition> position;
    if (known != ledger.epochs.end()) position = hub::EpochPosition{wanted->epoch, known->second.seq, known->second.chain};
    hub_session->epoch_loaded(wanted->epoch, position, wall());
  } else if (const auto* request = std::get_if<hub::RequestArrived>(&event)) {
    requests.push_back(request->request.request_id);
    hub_session->reply({request->request.request_id, 200, "{}"});
  } else if (const auto* inbox = std::get_if<hub::WantInbox>(&event)) {
    std::vector<wire::InboxItem> items;
    for (std::uint64_t no = inbox->after + 1; no <= ledger.inbox_last && items.size() < 50; ++no)
      items.push_back({no, "product/1", std::to_string(no), "p"});
    hub_session->deliver(std::move(items));
  } else if (std::get_if<hub::IdentityConflict>(&event) != nullptr) {
    ++conflicts;
    if (enrolled_by_conflict_event) standing = hub::AgentStanding::kConflict;
  } else if (std::get_if<hub::Connected>(&event) != nullptr) {
    ++connects;
  }
}

void World::finish_commit() {
  Commit commit = std::move(commits_.front());
  commits_.pop_front();
  const hub::IncomingBatch& batch = commit.batch;
  if (disk_full || !ledger.commit(batch)) {
    hub_session->failed(batch.epoch, batch.first_seq, "disk full");
  } else {
    const auto& epoch = ledger.epochs[batch.epoch];
    hub_session->committed(batch.epoch, epoch.seq, epoch.chain);
  }
  pump_hub();
}

std::optional<Duration> World::next_time() const {
  std::optional<Duration> next;
  const auto consider = [&](std::optional<Duration> time) {
    if (time && (!next || *time < *next)) next = time;
  };
  if (!network_.empty()) consider(network_.begin()->at);
  if (!commits_.empty()) consider(commits_.front().at);
  consider(hub_session->poll_timeout());
  for (const auto& machine : machines) {
    consider(machine->connect_at_);
    if (machine->session) consider(machine->session->poll_timeout());
  }
  return next;
}

void World::step() {
  while (!network_.empty() && network_.begin()->at <= now) {
    const Frame frame = *network_.begin();
    network_.erase(network_.begin());
    deliver(frame);
  }
  while (!commits_.empty() && commits_.front().at <= now) finish_commit();
  const auto hub_time = hub_session->poll_timeout();
  if (hub_time && *hub_time <= now) {
    hub_session->handle_timeout(now, wall());
    pump_hub();
  }
  for (const auto& machine : machines) {
    if (machine->connect_at_ && *machine->connect_at_ <= now) machine->connect();
    const auto time = machine->session ? machine->session->poll_timeout() : std::nullopt;
    if (!time || *time > now) continue;
    machine->session->handle_timeout(now, wall());
    machine->pump();
  }
}

void World::run_for(Duration time) {
  const Duration end = now + time;
  for (auto next = next_time(); next && *next <= end; next = next_time()) {
    now = std::max(now, *next);
    step();
  }
  now = end;
}

bool World::run_until_drained(Duration patience) {
  const Duration end = now + patience;
  const auto is_drained = [&] {
    return std::ranges::all_of(machines, [](const auto& machine) {
      return !machine->session || machine->outbox.state.acked_seq == machine->outbox.state.last_seq;
    });
  };
  while (!is_drained() && now < end) {
    const auto next = next_time();
    if (!next || *next > end) {
      now = end;
      break;
    }
    now = std::max(now, *next);
    step();
  }
  return is_drained();
}

bool World::all_arrived_once(const Machine& machine) const {
  return std::ranges::all_of(machine.outbox.documents(), [&](const std::string& document) {
    const auto found = ledger.documents.find(document);
    return found != ledger.documents.end() && found->second == 1;
  });
}

}  // namespace tillsync::sim
