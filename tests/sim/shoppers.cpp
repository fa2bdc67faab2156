#include "tests/sim/shoppers.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "hub/fleet/agent.h"
#include "hub/reservations/stock_request.h"
#include "tests/sim/chain_world.h"

namespace tillsync::sim {
namespace {

using nlohmann::json;

constexpr Duration kAskAgain = seconds(12);
constexpr int kTriesMax = 30;
constexpr std::int64_t kTtlMin = 30, kTtlMax = 1'500;
constexpr int kOk = 200, kCreated = 201, kServerFault = 500;

std::string body_of(const Hold& hold) {
  json lines = json::array();
  for (std::size_t i = 0; i < hold.lines.size(); ++i) {
    json line = {{"line_no", i + 1}, {"sku", sku_name(hold.lines[i].sku)}, {"qty", std::to_string(hold.lines[i].qty)}};
    for (const int store : hold.candidates) line["locations"].push_back(store_name(store));
    lines.push_back(std::move(line));
  }
  json body = {{"idempotency_key", key_of(hold)}, {"purpose", hold.store == kWeb ? "web" : "collect"}, {"ttl_s", hold.ttl_s}, {"lines", lines}};
  if (hold.may_be_partial) body["policy"] = "partial";
  body["priority"] = hold.id % 3;
  return body.dump();
}

}  // namespace

std::string key_of(const Hold& hold) { return "hold-" + std::to_string(hold.id); }

Shoppers::Shoppers(ChainWorld& world, std::uint64_t seed) : world_(world), random_(seed) {}

void Shoppers::open() {
  const int count = world_.plan().holds;
  for (int i = 0; i < count; ++i) {
    world_.later(seconds(2) + random_.up_to(world_.plan().trade), [this] {
      if (world_.is_closing_time()) return;
      holds_.push_back(make());
      ask(holds_.back().id, 0);
    });
  }
  for (int i = 0; i < world_.plan().leases; ++i) {
    world_.later(seconds(2) + random_.up_to(world_.plan().trade), [this] {
      if (!world_.is_closing_time()) lease_out();
    });
  }
}

Hold Shoppers::make() {
  const auto upto = [this](std::int64_t limit) { return static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>(limit + 1)); };
  Hold hold;
  hold.id = static_cast<int>(holds_.size());
  const int stores = world_.plan().stores;
  if (upto(1) == 0) hold.store = static_cast<int>(upto(stores - 1));
  if (hold.store != kWeb) {
    hold.candidates = {hold.store};
  } else {
    for (std::int64_t i = upto(2); i >= 0; --i) {
      const int store = static_cast<int>(upto(stores - 1));
      if (std::ranges::find(hold.candidates, store) == hold.candidates.end()) hold.candidates.push_back(store);
    }
  }
  const std::int64_t first = upto(kSkus - 1);
  for (std::int64_t i = 0, lines = 1 + upto(1); i < lines; ++i) hold.lines.push_back({static_cast<int>((first + i) % kSkus), 1 + upto(3)});
  // Most customers at a counter want what the store is known for.
  std::vector<int> known_for;
  for (const auto& [store, sku] : leased_) {
    if (store == hold.store) known_for.push_back(sku);
  }
  if (!known_for.empty() && upto(3) != 0) hold.lines = {{known_for[static_cast<std::size_t>(upto(static_cast<std::int64_t>(known_for.size()) - 1))], 1 + upto(1)}};
  hold.ttl_s = kTtlMin + upto(kTtlMax - kTtlMin);
  hold.may_be_partial = upto(3) == 0;
  return hold;
}

/// verb "": the reservation itself.
void Shoppers::send(const Hold& hold, const std::string& verb, Told told) {
  if (hold.store != kWeb) {
    world_.agents()[static_cast<std::size_t>(hold.store)]->reserve(verb, hold.reservation_id, verb.empty() ? body_of(hold) : "{}", std::move(told));
    return;
  }
  hub::StockRequest request;
  request.scope = request.who = "web";
  if (verb.empty()) {
    bool has_own_key = false;
    auto wanted = hub::read_reserve(body_of(hold), "", has_own_key);
    if (!wanted) world_.fail("document", "refused: " + body_of(hold));
    request.demand = std::move(*wanted);
  } else {
    request.demand = hub::StepReservation{hold.reservation_id, *hub::reservation_verb(verb), {}, {}, ""};
  }
  world_.hub().ask(std::move(request), std::move(told));
}

/// An answer may never come: asked again with the same key until there is one.
void Shoppers::ask(int id, int tries) {
  if (hold(id).is_granted || hold(id).is_refused || tries >= kTriesMax || (tries > 0 && world_.is_closing_time())) return;
  world_.later(kAskAgain + random_.up_to(kAskAgain), [this, id, tries] { ask(id, tries + 1); });
  send(hold(id), "", [this, id](int code, const std::string& body) { told(id, code, body); });
}

void Shoppers::told(int id, int code, const std::string& body) {
  Hold& hold = holds_[static_cast<std::size_t>(id)];
  if (hold.is_granted || hold.is_refused || code == 0 || code >= kServerFault) return;
  if (code != kCreated) {
    if (code != 409) world_.fail("document", "a reservation was answered " + std::to_string(code) + ": " + body);
    hold.is_refused = true;
    return;
  }
  const json answer = json::parse(body);
  hold.is_granted = true;
  hold.granted_us = world_.now().micros;
  hold.reservation_id = answer.at("reservation_id").get<std::string>();
  hold.promised_here = answer.value("promised_here", false);
  hold.machine = hold.store;
  if (answer.value("state", "") != "held" && !hold.promised_here) return;  // it has ended before the answer came
  follow(id);
}

void Shoppers::follow(int id) {
  const std::uint64_t dice = random_.next() % 100;
  const auto soon = [this](std::function<void()> work) { world_.later(seconds(1) + random_.up_to(seconds(60)), std::move(work)); };
  if (dice < 40)
    soon([this, id] { step(id, "confirm", 0, [this, id] { to_fetch_.push_back(id); }); });
  else if (dice < 55)
    soon([this, id, soon] { step(id, "confirm", 0, [this, id, soon] { soon([this, id, soon] { step(id, "pick", 0, [this, id, soon] { soon([this, id] { step(id, "ready", 0, {}); }); }); }); }); });
  else if (dice < 70)
    soon([this, id] { step(id, "release", 0, {}); });
}

void Shoppers::step(int id, const std::string& verb, int tries, std::function<void()> then) {
  step(id, verb, tries, std::move(then), std::make_shared<bool>(false));
}

void Shoppers::step(int id, const std::string& verb, int tries, std::function<void()> then, std::shared_ptr<bool> is_told) {
  if (*is_told || tries >= kTriesMax || (tries > 0 && world_.is_closing_time())) return;
  world_.later(kAskAgain + random_.up_to(kAskAgain), [this, id, verb, tries, then, is_told] { step(id, verb, tries + 1, then, is_told); });
  send(hold(id), verb, [this, id, verb, then, is_told](int code, const std::string&) {
    if (*is_told || code == 0 || code >= kServerFault) return;
    *is_told = true;
    if (code != kOk) return;  // it has run out, or was broken
    holds_[static_cast<std::size_t>(id)].steps.push_back(verb);
    if (then) then();
  });
}

std::optional<int> Shoppers::take_one_to_fetch(int store) {
  const auto found = std::ranges::find_if(to_fetch_, [&](int id) { return std::ranges::find(hold(id).candidates, store) != hold(id).candidates.end(); });
  if (found == to_fetch_.end()) return std::nullopt;
  const int id = *found;
  to_fetch_.erase(found);
  return id;
}

void Shoppers::lost_with(const SimAgent& agent, Duration since) {
  for (Hold& hold : holds_) {
    if (hold.promised_here && hold.machine == agent.number && hold.granted_us >= since.micros) hold.may_be_missing = true;
  }
}

void Shoppers::lease_out() {
  const int store = static_cast<int>(random_.next() % static_cast<std::uint64_t>(world_.plan().stores));
  hub::GrantLease grant;
  grant.idempotency_key = "lease-" + std::to_string(++leases_granted_);
  grant.agent_id = hub::agent_id_of("key-of-" + std::to_string(store));
  grant.location = LocationId(store_name(store));
  const int sku = static_cast<int>(random_.next() % kSkus);
  grant.sku = Sku(sku_name(sku));
  grant.qty = Quantity{static_cast<std::int64_t>(1 + random_.next() % 6) * 1'000};
  grant.ttl_s = static_cast<std::int64_t>(60 + random_.next() % 3'600);
  hub::StockRequest request;
  request.scope = request.who = "person";
  request.demand = std::move(grant);
  world_.hub().ask(std::move(request), [this, store, sku](int code, const std::string&) {
    if (code == kCreated) leased_.emplace_back(store, sku);
  });
}

}  // namespace tillsync::sim
