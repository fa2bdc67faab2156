#include "tests/sim/chain_world.h"

#include <algorithm>

#include "tests/sim/sim_random.h"

namespace tillsync::sim {
namespace {

constexpr Duration kRestPatience = seconds(4 * 3'600);  // after everything was mended
constexpr Duration kRestLook = seconds(5);
constexpr Duration kSwapTime = seconds(2);
constexpr std::size_t kQueueBytesMax = 1'000'000;

struct Broken {
  Failure failure;
};

}  // namespace

ChainWorld::ChainWorld(const Plan& plan, std::function<void(const std::string&)> log)
    : plan_(plan),
      log_(std::move(log)),
      random_(plan.seed ^ 0xC4A1BULL),
      erp_([this](Duration wait, std::function<void()> work) { later(wait, std::move(work)); }, [this] { return random(); }),
      hub_(*this),
      links_(static_cast<std::size_t>(plan.stores)),
      tills_(*this, plan.seed ^ 0x7111ULL),
      shoppers_(*this, plan.seed ^ 0x5409ULL) {
  seed_random(plan.seed);
  for (int store = 0; store < plan.stores; ++store)
    agents_.push_back(std::make_unique<SimAgent>(*this, store, store, "pc" + std::to_string(store)));
}

ChainWorld::~ChainWorld() = default;

void ChainWorld::later(Duration wait, std::function<void()> work) { events_.emplace(now_ + wait, std::move(work)); }

void ChainWorld::note(const std::string& text) const {
  if (log_) log_(std::to_string(now_.micros / 1'000) + " ms: " + text);
}

void ChainWorld::fail(const std::string& check, const std::string& text) const { throw Broken{{check, text, now_}}; }

void ChainWorld::set_time(Duration to) {
  now_ = std::max(now_, to);
  set_disk_clock(wall().micros);
}

RunStatistics ChainWorld::run() {
  set_time(Duration{0});
  hub_.boot();
  for (auto& agent : agents_) agent->boot();
  tills_.open();
  shoppers_.open();
  for (const Action& action : plan_.actions) later(action.at, [this, &action] { apply(action); });
  later(plan_.trade, [this] { mend(); });

  Duration next_look = plan_.trade + kRestLook;
  const Duration end = plan_.trade + kRestPatience;
  Failure why{"liveness", "it has not begun", {}};
  while (true) {
    if (now_ >= next_look) {
      next_look = now_ + kRestLook;
      if (is_at_rest(&why)) break;
      if (now_ > end) fail(why.check, "all is mended, and " + std::to_string(kRestPatience.micros / 1'000'000) + " s later: " + why.text);
    }
    if (events_.empty()) fail("liveness", "nothing is going to happen any more: " + why.text);
    auto node = events_.extract(events_.begin());
    set_time(node.key());
    ++statistics_.events;
    node.mapped()();
  }
  check_at_rest();
  statistics_.documents = docs_.size();
  statistics_.simulated = now_;
  statistics_.erp_creates = erp_.creates;
  return statistics_;
}

// ---- network

std::optional<Bytes> ChainWorld::connect(SimAgent& agent, wire::Lane lane) {
  const Link& link = links_[static_cast<std::size_t>(agent.store)];
  if (!hub_.is_running() || now_ < link.blocked_up_until || now_ < link.blocked_down_until) return std::nullopt;
  const Bytes id = "c" + std::to_string(++connections_made_);
  connections_[id] = {&agent, lane, agent.driver_->keys().public_key};
  return id;
}

void ChainWorld::close_at_agent(const Bytes& connection, bool hub_notices) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  found->second.open_at_agent = false;
  if (hub_notices) found->second.open_at_hub = false;
}

void ChainWorld::hub_ended(bool agents_notice) {
  for (auto& [id, connection] : connections_) {
    connection.open_at_hub = false;
    if (!connection.open_at_agent || !agents_notice) continue;
    connection.open_at_agent = false;
    later(milliseconds(1) + random_time(milliseconds(50)), [agent = connection.agent, lane = connection.lane, id = id] {
      const auto open = agent->connections_.find(lane);
      if (open != agent->connections_.end() && open->second == id) agent->link_broken(lane);
    });
  }
}

Duration ChainWorld::arrival(Link& link, bool up, std::size_t bytes, Duration& last) {
  const bool slow = now_ < link.slow_until;
  const Duration one_way = milliseconds(slow ? link.one_way_ms : 5);
  const std::int64_t rate = slow ? link.bytes_per_second : 10'000'000;
  Duration& free = up ? link.free_up : link.free_down;
  free = std::max(free, now_) + Duration{static_cast<std::int64_t>(bytes) * 1'000'000 / rate};
  const Duration blocked = up ? link.blocked_up_until : link.blocked_down_until;
  const Duration at = std::max(free, blocked) + one_way;
  const bool noisy = now_ < link.noise_until;
  if (noisy && static_cast<std::int64_t>(random() % 1'000) < link.swap) return at + random_time(kSwapTime);
  last = std::max(at, last);
  return last;
}

void ChainWorld::transmit(bool up, const Bytes& id, const Bytes& frame) {
  Connection& connection = connections_.at(id);
  Link& link = links_[static_cast<std::size_t>(connection.agent->store)];
  const bool noisy = now_ < link.noise_until;
  if (noisy && static_cast<std::int64_t>(random() % 1'000) < link.drop) return;
  const int copies = noisy && static_cast<std::int64_t>(random() % 1'000) < link.twice ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    const Duration at = arrival(link, up, frame.size(), up ? connection.last_up : connection.last_down);
    events_.emplace(at, [this, up, id, frame] { deliver(up, id, frame); });
  }
}

void ChainWorld::deliver(bool up, const Bytes& id, const Bytes& frame) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  if (up) {
    // What is on its way to the hub still arrives there when the agent has closed: it is read late.
    if (connection.open_at_hub && hub_.is_running()) hub_.handle_frame(id, connection.key, frame);
    return;
  }
  SimAgent& agent = *connection.agent;
  const auto open = agent.connections_.find(connection.lane);
  if (!agent.is_running() || open == agent.connections_.end() || open->second != id) return;
  agent.handle_frame(connection.lane, frame);
}

void ChainWorld::send_up(const Bytes& connection, Bytes frame) {
  const auto found = connections_.find(connection);
  if (found != connections_.end() && found->second.open_at_agent) transmit(true, connection, frame);
}

hub::FrameSent ChainWorld::send_down(const Bytes& connection, const Bytes& frame) {
  const auto found = connections_.find(connection);
  if (found == connections_.end() || !found->second.open_at_hub) return hub::FrameSent::kPeerGone;
  Link& link = links_[static_cast<std::size_t>(found->second.agent->store)];
  const std::int64_t rate = now_ < link.slow_until ? link.bytes_per_second : 10'000'000;
  if ((link.free_down - now_).micros / 1'000'000 * rate > static_cast<std::int64_t>(kQueueBytesMax)) return hub::FrameSent::kWouldBlock;
  transmit(false, connection, frame);
  return hub::FrameSent::kSent;
}

RunResult run_plan(const Plan& plan, const std::function<void(const std::string&)>& log) {
  RunResult result;
  ChainWorld world(plan, log);
  try {
    result.statistics = world.run();
  } catch (const Broken& broken) {
    result.failure = broken.failure;
  }
  return result;
}

}  // namespace tillsync::sim
