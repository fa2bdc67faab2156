#include "tests/sim/sim_hub.h"

#include <algorithm>

#include "hub/app/hub_database.h"
#include "hub/app/hub_restored_command.h"
#include "hub/app/lease_holders.h"
#include "hub/app/posting_summer.h"
#include "hub/erp/connector_reader.h"
#include "hub/erp/forwarder_loop.h"
#include "hub/exceptions/exception_store.h"
#include "hub/exceptions/exceptions_stage.h"
#include "hub/fleet/command_store.h"
#include "hub/fleet/fleet_store.h"
#include "hub/insight/insight_stage.h"
#include "hub/intake/hub_meta_store.h"
#include "hub/intake/intake_stage.h"
#include "hub/ledger/ledger_stage.h"
#include "hub/outbound/outbound_stage.h"
#include "hub/outbound/outbound_store.h"
#include "hub/postings/posting_reader.h"
#include "hub/postings/posting_store.h"
#include "hub/postings/postings_stage.h"
#include "hub/reconcile/close_checks_stage.h"
#include "hub/reconcile/closing_store.h"
#include "hub/reconcile/days_stage.h"
#include "hub/reservations/reservations_stage.h"
#include "tests/sim/chain_world.h"
#include "tests/sim/planted.h"

namespace tillsync::sim {
namespace {

constexpr const char* kConnector = "generic";
constexpr Duration kBootAgain = seconds(5);
constexpr Duration kStatusSaveEvery = seconds(30);
constexpr std::size_t kBulkQueueMax = 64;
constexpr Duration kDueRetry = milliseconds(200);
constexpr std::int64_t kCheckpointOneIn = 16;

template <class T>
Result<void> done(const Result<T>& result) {
  if (!result) return std::unexpected(result.error());
  return {};
}

hub::ReservationPolicy policy_of(const Plan& plan) {
  hub::ReservationPolicy policy;
  if (!plan.leases_by_policy) return policy;
  hub::LeaseRule rule;
  rule.stock_class = "fast";
  rule.share_ppm = 300'000;
  rule.min = Quantity{1'000};
  rule.max = Quantity{8'000};
  rule.ttl_s = 600;
  policy.leases = {rule};
  return policy;
}

}  // namespace

SimHub::SimHub(ChainWorld& world) : disk("hub"), world_(world) {}
SimHub::~SimHub() { disk.kill(); }

void SimHub::later(Duration wait, std::function<void()> work) {
  world_.later(wait, [this, life = life_, work = std::move(work)] {
    if (life == life_) work();
  });
}

Result<void> SimHub::open_all() {
  const std::filesystem::path database = disk.path("hub.db");
  TS_ASSIGN_OR_RETURN(writer_, hub::open_database(database, 4));
  if (std::exchange(renew_, false)) TS_RETURN_IF_ERROR(hub::mark_restored(*writer_, world_.wall()));
  TS_ASSIGN_OR_RETURN(const IncarnationId incarnation, hub::load_or_draw_incarnation(*writer_));
  agents_ = std::make_unique<hub::AgentRegistry>();
  hub::FleetStore fleet(*writer_);
  TS_RETURN_IF_ERROR(agents_->load(fleet));
  metrics_ = std::make_unique<hub::Metrics>();
  stages_.push_back(std::make_unique<hub::IntakeStage>());
  stages_.push_back(std::make_unique<hub::LedgerStage>());
  availability_ = std::make_unique<hub::AvailabilityCache>();
  stages_.push_back(std::make_unique<hub::ReservationsStage>(hub::ReservationsOptions{
      policy_of(world_.plan()), [this] { return world_.bug() == PlantedBug::kHoldsRunFast ? Duration{2 * world_.now().micros} : world_.now(); }, [this] { return world_.wall(); }, availability_.get(),
      [this] { return hub::lease_holders(agents_->all(), world_.wall(), seconds(120)); }}));
  stages_.push_back(std::make_unique<hub::DaysStage>());
  stages_.push_back(std::make_unique<hub::PostingsStage>(hub::ChartBook(), world_.plan().sum_after.micros > 0));
  stages_.push_back(std::make_unique<hub::CloseChecksStage>());
  stages_.push_back(std::make_unique<hub::ForwarderStage>([this] { forwarder_->notify(); }));
  stages_.push_back(std::make_unique<hub::OutboundStage>([this] {
    if (sessions_) posted_.push_back([this] { sessions_->inbox_advanced(); });
  }));
  stages_.push_back(std::make_unique<hub::ExceptionsStage>());
  stages_.push_back(std::make_unique<hub::InsightStage>(*metrics_));
  plant(world_.bug(), stages_);
  core_ = std::make_unique<hub::WriterCore>(*writer_, stages_);
  TS_RETURN_IF_ERROR(core_->start());
  TS_ASSIGN_OR_RETURN(sync_reads_, hub::open_for_reading(database));
  TS_ASSIGN_OR_RETURN(erp_reads_, hub::open_for_reading(database));
  TS_ASSIGN_OR_RETURN(check_reads_, hub::open_for_reading(database));
  fleet_ = std::make_unique<hub::FleetPort>(*agents_, std::move(sync_reads_), *this, *metrics_, *availability_, seconds(120));
  const auto post = [this, life = life_](std::function<void()> work) {
    if (life == life_) posted_.push_back(std::move(work));
  };
  hub::ForwarderOptions options;
  TS_ASSIGN_OR_RETURN(options.connector, hub::load_connector(kConnector, ""));
  options.url = "http://erp/postings";
  options.now = [this] { return world_.wall(); };
  options.monotonic = [this] { return world_.now(); };
  options.random_seed = world_.random();
  if (world_.bug() == PlantedBug::kErpTimeoutMeansNotSent) options.connector.transient.exact = {404, 500, 503};
  forwarder_ = std::make_unique<hub::ForwarderDriver>(*this, *erp_reads_, options, nullptr, *this, post);
  sessions_ = std::make_unique<hub::SessionsDriver>(
      hub::SessionsOptions{incarnation, 0, [this] { return world_.random(); }}, *fleet_, *this,
      [this](const Bytes& connection, const Bytes& frame) { return try_send(connection, frame); }, post);
  return {};
}

void SimHub::boot() {
  if (is_running()) return;
  ++life_;
  check_reads_ = nullptr;
  const auto opened = open_all();
  if (disk.is_dead()) return ended_at_fault();
  if (!opened) {
    drop_all();
    disk.kill();
    disk.revive(false, world_.disk_random());
    world_.note("hub does not start: " + to_string(opened.error()));
    return boot_later(kBootAgain);
  }
  if (agents_->all().empty()) enrol_stores();
  world_.hub_started();
  later(kStatusSaveEvery, [this] { save_statuses(); });
  schedule_due();
  pump();
}

/// What a person does once: locations, products, and a key for each store's PC.
void SimHub::enrol_stores() {
  task("set up", [this](sql::Connection& connection, Instant now) -> Result<void> {
    std::vector<Location> locations;
    for (int store = 0; store < world_.plan().stores; ++store) {
      Location location;
      location.id = LocationId(store_name(store));
      location.name.value = store_name(store);
      location.kind = "store";
      location.status = "open";
      locations.push_back(location);
    }
    TS_RETURN_IF_ERROR(done(hub::put_and_deliver_locations(connection, locations, "sim", now)));
    std::vector<Product> products;
    for (int sku = 0; sku < kSkus; ++sku) {
      Product product;
      product.sku = Sku(sku_name(sku));
      product.description.value = sku_name(sku) + " v1";
      if (sku % 2 == 0) product.stock_class = "fast";
      products.push_back(product);
    }
    TS_RETURN_IF_ERROR(done(hub::put_and_deliver_products(connection, products, "sim", now)));
    hub::FleetStore fleet(connection);
    for (int store = 0; store < world_.plan().stores; ++store) {
      const std::string name = std::to_string(store);
      TS_RETURN_IF_ERROR(fleet.add_enrolment_token({"t" + name, LocationId(store_name(store)), 1, 0, now, "sim", now + seconds(3'600)}, "secret-" + name));
      TS_ASSIGN_OR_RETURN(const auto decision, fleet.enrol({"key-of-" + name, "pc-" + name, "sim"}, "secret-" + name, now));
      if (decision.is_granted()) agents_->put(decision.agent);
    }
    return {};
  });
}

void SimHub::drop_all() {
  sessions_ = nullptr;
  forwarder_ = nullptr;
  fleet_ = nullptr;
  core_ = nullptr;
  stages_.clear();
  requests_.clear();
  bulk_.clear();
  posted_.clear();
  group_scheduled_ = false;
  wake_.reset();
  due_.reset();
  calls_in_flight_ = 0;
  kill_at_send = 0;
  sync_reads_ = nullptr;
  erp_reads_ = nullptr;
  check_reads_ = nullptr;
  writer_ = nullptr;
  agents_ = nullptr;
  metrics_ = nullptr;
}

void SimHub::die(bool agents_notice, bool power_lost) {
  disk.kill();
  ++life_;
  drop_all();
  world_.hub_ended(agents_notice);
  disk.revive(power_lost, world_.disk_random());
}

void SimHub::boot_later(Duration wait) {
  later(wait, [this] { boot(); });
}

void SimHub::ended_at_fault() {
  const bool power_lost = power_lost_next;
  ++life_;
  drop_all();
  world_.hub_ended(!power_lost);
  disk.revive(power_lost, world_.disk_random());
  world_.note("hub ended at its fault");
  world_.count_kill();
  boot_later(down_next);
}

sql::Connection& SimHub::reads() {
  if (!check_reads_) {
    auto opened = hub::open_for_reading(disk.path("hub.db"));
    if (!opened) world_.fail("database", "the hub's cannot be read: " + to_string(opened.error()));
    check_reads_ = std::move(*opened);
  }
  return *check_reads_;
}

Result<void> SimHub::submit(hub::Priority priority, hub::Command command) {
  if (priority == hub::Priority::kBulk && bulk_.size() >= kBulkQueueMax)
    return tillsync::fail(ErrorCode::kUnavailable, "submit to the writer", "the queue is full");
  if (auto* documents = std::get_if<hub::CommitDocuments>(&command)) {
    plant(world_.bug(), *documents, first_epochs_);
    if (world_.bug() == PlantedBug::kAckBeforeCommit && documents->done) {
      documents->done(std::vector<hub::DocumentOutcome>(documents->documents.size()));
      documents->done = nullptr;
    }
  }
  (priority == hub::Priority::kRequest ? requests_ : bulk_).push_back(std::move(command));
  schedule_group();
  return {};
}

void SimHub::task(std::string name, std::function<Result<void>(sql::Connection&, Instant)> apply) {
  (void)submit(hub::Priority::kRequest, hub::Task{std::move(name), std::move(apply), {}});
}

void SimHub::schedule_group() {
  if (std::exchange(group_scheduled_, true)) return;
  later(world_.commit_time(), [this] { run_group(); });
}

void SimHub::run_group() {
  group_scheduled_ = false;
  const bool takes_requests = !requests_.empty() && (bulk_.empty() || !took_requests_);
  took_requests_ = takes_requests;
  auto& queue = takes_requests ? requests_ : bulk_;
  std::vector<hub::Command> group;
  for (std::uint64_t count = 1 + world_.random() % 8; count > 0 && !queue.empty(); --count) {
    group.push_back(std::move(queue.front()));
    queue.pop_front();
  }
  core_->run_group(std::move(group), world_.wall());
  plant_in_hub(world_.bug(), *writer_);
  if (world_.bug() == PlantedBug::kHubCursorBack && world_.one_in(20))
    (void)writer_->run("UPDATE agent_epoch SET last_seq = last_seq - 1 WHERE last_seq > first_seq", {});
  if (world_.bug() == PlantedBug::kChainWrong && world_.one_in(5)) (void)writer_->run("UPDATE agent_epoch SET last_chain = zeroblob(32)", {});
  if (!disk.is_dead() && world_.one_in(kCheckpointOneIn)) (void)writer_->checkpoint();
  if (disk.is_dead()) return ended_at_fault();
  if (!requests_.empty() || !bulk_.empty()) schedule_group();
  schedule_due();
  world_.check_hub();
  pump();
}

/// What the writer's thread does while nothing comes.
void SimHub::schedule_due() {
  const auto due_in = core_->due_in();
  if (!due_in) return due_.reset();
  const Duration due = std::max(world_.now() + *due_in, due_not_before_);
  if (due_ == due) return;
  due_ = due;
  later(due - world_.now(), [this, due] {
    if (due_ != due) return;
    due_.reset();
    if (!core_->run_due(world_.wall())) due_not_before_ = world_.now() + kDueRetry;
    if (disk.is_dead()) return ended_at_fault();
    schedule_due();
    world_.check_grants();
    pump();
  });
}

hub::FrameSent SimHub::try_send(const Bytes& connection, const Bytes& frame) {
  if (disk.is_dead()) return hub::FrameSent::kSent;
  if (kill_at_send > 0 && --kill_at_send == 0) {
    disk.kill();
    return hub::FrameSent::kSent;
  }
  return world_.send_down(connection, frame);
}

void SimHub::handle_frame(const Bytes& connection, const std::string& key, const Bytes& frame) {
  sessions_->handle_frame(connection, key, frame, world_.now(), world_.wall());
  pump();
}

Result<void> SimHub::start(hub::ErpCall call) {
  if (disk.is_dead()) return {};
  if (kill_at_send > 0 && --kill_at_send == 0) {
    disk.kill();
    return {};
  }
  ++calls_in_flight_;
  plant(world_.bug(), call, ++calls_made_);
  if (world_.bug() == PlantedBug::kErpOrderIgnored && call.method == "POST") {
    // It is called posted when it has only been put aside to be sent some time.
    hub::ErpAnswer answer;
    answer.status = 201;
    later(milliseconds(20), [this, tag = call.tag, answer] {
      --calls_in_flight_;
      forwarder_->take_answers({{tag, answer}});
      pump();
    });
    return world_.later(world_.random_time(seconds(3)), [this, call] { world_.erp().call(call, [](const hub::ErpAnswer&) {}); }), Result<void>{};
  }
  world_.erp().call(call, [this, life = life_, tag = call.tag](hub::ErpAnswer answer) {
    if (life != life_) return;
    --calls_in_flight_;
    forwarder_->take_answers({{tag, std::move(answer)}});
    pump();
  });
  return {};
}

void SimHub::pump() {
  do {
    for (const auto& work : std::exchange(posted_, {})) work();
    forwarder_->step();
    sessions_->run(world_.now(), world_.wall());
    if (disk.is_dead()) return ended_at_fault();
  } while (!posted_.empty() || sessions_->has_work());
  schedule_wake();
}

void SimHub::schedule_wake() {
  Duration due = world_.now() + std::max(milliseconds(1), forwarder_->patience());
  if (const auto next = sessions_->poll_timeout(world_.now())) due = std::min(due, std::max(*next, world_.now() + milliseconds(1)));
  if (wake_ && *wake_ <= due) return;
  wake_ = due;
  later(due - world_.now(), [this, due] {
    if (wake_ != due) return;
    wake_.reset();
    pump();
  });
}

/// Not the day's end: what is collected is summed again and again, so that late documents go to the next batch.
void SimHub::sum_postings() {
  if (world_.plan().sum_after.micros == 0) return;
  hub::PostingSummer summer(*this, kConnector, {Duration{} - seconds(2 * 86'400), world_.plan().sum_after}, [this] { forwarder_->notify(); });
  if (!summer.run(reads(), world_.wall())) world_.note("postings are not summed");
}

void SimHub::close_day(const std::string& store) {
  task("close day", [this, store](sql::Connection& connection, Instant now) -> Result<void> {
    const hub::DayKey day{LocationId(store), date_of(now)};
    hub::DayPolicy policy;
    policy.sums_for = world_.bug() == PlantedBug::kCloseSumsNothing ? "" : kConnector;
    const auto closed = hub::close_day(connection, day, {"sim", "evening"}, true, policy, {}, signature_keys_of(SignatureSeed{}), now);
    if (!closed && closed.error().code == ErrorCode::kConflict) return {};  // it is closed
    if (!closed) return std::unexpected(closed.error());
    TS_ASSIGN_OR_RETURN(const auto groups, hub::collected_groups(connection));
    for (const hub::CollectedGroup& group : groups)
      if (group.location == day.location && group.business_date == day.business_date) unsummed_day = hub::day_subject(day);
    return {};
  });
}

void SimHub::save_statuses() {
  fleet_->save_statuses();
  sum_postings();
  later(kStatusSaveEvery, [this] { save_statuses(); });
}

void SimHub::ask(hub::StockRequest request, std::function<void(int code, const std::string& body)> told) {
  if (!is_running()) return told(0, "");
  (void)submit(hub::Priority::kRequest, hub::DecideRequest{std::move(request), [this, life = life_, told](Result<hub::StockAnswer> answer) {
                                          if (life != life_ || disk.is_dead()) return;
                                          told(answer ? answer->status : 503, answer ? answer->body : "");
                                        }});
}

void SimHub::put_product(int sku, std::int64_t version) {
  Product product;
  product.sku = Sku(sku_name(sku));
  product.description.value = sku_name(sku) + " v" + std::to_string(version);
  if (sku % 2 == 0) product.stock_class = "fast";
  (void)submit(hub::Priority::kRequest,
               hub::Task{"put product",
                         [product](sql::Connection& connection, Instant now) -> Result<void> {
                           return done(hub::put_and_deliver_products(connection, {product}, "sim", now));
                         },
                         [this, life = life_](const Result<void>& result) {
                           if (!result || life != life_ || disk.is_dead()) return;
                           posted_.push_back([this] { sessions_->inbox_advanced(); });
                         }});
}

void SimHub::rotate_keys(const std::string& first_key) {
  hub::AgentCommand command;
  command.command_id = "k_" + std::to_string(world_.random());
  command.agent_id = hub::agent_id_of(first_key);
  command.name = hub::kRotateKeysCommand;
  command.arguments = "{}";
  command.who = "sim";
  (void)submit(hub::Priority::kRequest, hub::Task{"command agent",
                                                  [command](sql::Connection& connection, Instant now) mutable -> Result<void> {
                                                    command.created_at = now;
                                                    command.expires_at = now + hub::kCommandLifetime;
                                                    return hub::CommandStore(connection).add(command);
                                                  },
                                                  [this, id = command.agent_id, life = life_](const Result<void>& result) {
                                                    if (!result || life != life_ || disk.is_dead()) return;
                                                    posted_.push_back([this, id] { sessions_->commands_advanced(id); });
                                                  }});
}

void SimHub::clear_up() {
  for (const auto& known : agents_->all()) {
    if (known.agent.standing != hub::Standing::kConflict || world_.bug() == PlantedBug::kConflictNeverHealed) continue;
    const auto healed = std::make_shared<std::optional<hub::AgentRecord>>();
    (void)submit(hub::Priority::kRequest,
                 hub::Task{"heal",
                           [id = known.agent.agent_id, healed](sql::Connection& connection, Instant now) -> Result<void> {
                             TS_ASSIGN_OR_RETURN(*healed, hub::FleetStore(connection).heal_conflict(id, "sim", "the copy is gone", now));
                             return hub::settle_exceptions(connection, {{"identity_conflict", id.value, "released"}}, now);
                           },
                           [this, healed, life = life_](const Result<void>& result) {
                             if (result && life == life_ && *healed) agents_->put(**healed);
                           }});
  }
  if (world_.bug() == PlantedBug::kPostingSkipped) return;
  hub::PostingFilter filter;
  filter.status = hub::PostingStatus::kRefused;
  filter.limit = hub::kPostingPageMax;
  const auto refused = hub::PostingReader(reads()).list(filter);
  if (!refused) return;
  for (const auto& posting : refused->postings) {
    // What was posted before the hub was restored, and would be another amount now, is settled by hand.
    const bool is_other = world_.is_settled_by_hand() && std::ranges::find(world_.erp().other_bodies, posting.idempotency_key) != world_.erp().other_bodies.end();
    task("retry", [id = posting.posting_id, is_other](sql::Connection& connection, Instant now) -> Result<void> {
      return done(hub::act_on_posting(connection, id, is_other ? hub::PostingAction::kSkip : hub::PostingAction::kRetry, "sim", "settled by hand", now));
    });
  }
  forwarder_->notify();
}

}  // namespace tillsync::sim
