#include "hub/app/hub_app.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "common/base/os.h"
#include "common/base/service.h"
#include "common/crypto/crypto.h"
#include "common/http/tls_files.h"
#include "common/log/log.h"
#include "common/transport/socket.h"
#include "hub/api/api_server.h"
#include "hub/api/insight_answers.h"
#include "hub/api/live_topics.h"
#include "hub/api/operation_loop.h"
#include "hub/app/connector_trial.h"
#include "hub/app/day_watch.h"
#include "hub/app/erp_stock.h"
#include "hub/app/fleet_port.h"
#include "hub/app/hub_config.h"
#include "hub/app/hub_database.h"
#include "hub/app/hub_keys.h"
#include "hub/app/hub_metrics.h"
#include "hub/app/insight_watch.h"
#include "hub/app/lease_holders.h"
#include "hub/app/notify_loop.h"
#include "hub/app/posting_summer.h"
#include "hub/app/rollout_watch.h"
#include "hub/app/stock_watch.h"
#include "hub/erp/breaker_store.h"
#include "hub/erp/connector_example.h"
#include "hub/erp/connector_reader.h"
#include "hub/erp/forwarder_loop.h"
#include "hub/exceptions/exceptions_stage.h"
#include "hub/insight/insight_stage.h"
#include "hub/jq/jq_client.h"
#include "hub/intake/hub_meta_store.h"
#include "hub/intake/intake_stage.h"
#include "hub/ledger/ledger_stage.h"
#include "hub/masterdata/masterdata_store.h"
#include "hub/outbound/outbound_stage.h"
#include "hub/postings/postings_stage.h"
#include "hub/reconcile/close_checks_stage.h"
#include "hub/reconcile/days_stage.h"
#include "hub/reservations/reservations_stage.h"
#include "hub/sync/sync_loop.h"
#include "hub/writer/writer_loop.h"

namespace tillsync::hub {
namespace {

constexpr int kHubFreedBytesKept = 64 * 1024 * 1024;  // a group of large batches is taken and dropped many times a second

constexpr unsigned kApiThreads = 2;
constexpr Duration kStatusSaveEvery = seconds(30);
constexpr std::int64_t kSessionSecondsMax = 30 * 86'400;
constexpr std::int64_t kCallRateMax = 1'000'000;  // calls a second

Result<void> start_log(const config::Config& config) {
  log::Options options;
  TS_ASSIGN_OR_RETURN(options.level, log::parse_level(config.text("log.level")));
  TS_ASSIGN_OR_RETURN(options.format, log::parse_format(config.text("log.format")));
  options.file = config.text("log.file");
  return log::start(options);
}

/// The order of ARCHITECTURE section 1; orders take their place behind the reservations.
std::vector<std::unique_ptr<Stage>> make_stages(Metrics& metrics, ArrivalMeter& arrivals, ReservationsOptions reservations, DayPolicy days, ChartBook charts, bool is_summed,
                                                std::function<void()> postings_queued,
                                                std::function<void()> outbound_queued) {
  std::vector<std::unique_ptr<Stage>> stages;
  stages.push_back(std::make_unique<IntakeStage>());
  stages.push_back(std::make_unique<LedgerStage>());
  stages.push_back(std::make_unique<ReservationsStage>(std::move(reservations)));
  stages.push_back(std::make_unique<DaysStage>(days));
  stages.push_back(std::make_unique<PostingsStage>(std::move(charts), is_summed));
  stages.push_back(std::make_unique<CloseChecksStage>(days));
  stages.push_back(std::make_unique<ForwarderStage>(std::move(postings_queued)));
  stages.push_back(std::make_unique<OutboundStage>(std::move(outbound_queued)));
  stages.push_back(std::make_unique<ExceptionsStage>());
  stages.push_back(std::make_unique<InsightStage>(metrics, &arrivals));
  return stages;
}

Result<ReservationPolicy> load_policy(const config::Config& config) {
  const std::string path = config.text("reservations.policy");
  if (path.empty()) return ReservationPolicy{};
  TS_ASSIGN_OR_RETURN(const std::string text, os::read_file(path, kPolicyBytesMax));
  return parse_policy(text);
}

Result<ChartBook> load_charts(const config::Config& config) {
  const std::string path = config.text("erp.chart");
  if (path.empty()) return ChartBook{};
  TS_ASSIGN_OR_RETURN(const std::string text, os::read_file(path, kChartBytesMax));
  return parse_charts(text);
}

Result<DayPolicy> load_day_policy(const config::Config& config) {
  DayPolicy policy;
  const auto late = parse_late_documents(config.text("erp.late_documents"));
  if (!late)
    return fail(ErrorCode::kInvalid, "read hub.toml", "erp.late_documents is \"" + config.text("erp.late_documents") + "\"", "write \"next_open\" or \"exception\"");
  policy.late_documents = *late;
  policy.expected_after = seconds(std::clamp<std::int64_t>(config.integer("closes.expected_after"), 0, kExpectedAfterHoursMax) * 3'600);
  policy.over_short_minor = std::max<std::int64_t>(0, config.integer("closes.over_short"));
  return policy;
}

Result<http::ServerOptions> http_options(const config::Config& config) {
  http::ServerOptions options;
  TS_ASSIGN_OR_RETURN(const auto address, http::parse_listen_address(config.text("listen.http")));
  options.address = address.first;
  options.port = address.second;
  options.threads = kApiThreads;
  TS_ASSIGN_OR_RETURN(auto tls, http::read_tls_files("listen", config.text("listen.certificate"), config.text("listen.key")));
  options.tls_certificate_pem = std::move(tls.certificate_pem);
  options.tls_key_pem = std::move(tls.key_pem);
  const bool is_loopback = options.address.starts_with("127.") || options.address == "::1";
  if (!is_loopback && options.tls_certificate_pem.empty())
    log::warning("the API listens beyond this machine without TLS: set listen.certificate, or put a proxy with TLS in front",
                 {{"address", config.text("listen.http")}});
  return options;
}

/// Of the file, and of the environment, which is the better place for secrets.
std::map<std::string, std::string> erp_settings(const config::Config& config, const Connector& connector) {
  std::map<std::string, std::string> given = config.table("erp.settings");
  for (const ConnectorSetting& setting : connector.settings)
    if (const char* value = std::getenv(config::environment_name(kHubEnvironmentPrefix, "erp.settings." + setting.name).c_str())) given[setting.name] = value;
  return given;
}

AccessLimits access_limits(const config::Config& config) {
  AccessLimits limits;
  limits.session.idle = seconds(std::clamp<std::int64_t>(config.integer("access.session_idle"), 60, kSessionSecondsMax));
  limits.session.longest = seconds(std::clamp<std::int64_t>(config.integer("access.session_longest"), 60, kSessionSecondsMax));
  limits.token_rate.per_second = std::clamp<std::int64_t>(config.integer("access.token_rate"), 0, kCallRateMax);
  limits.session_rate.per_second = std::clamp<std::int64_t>(config.integer("access.session_rate"), 0, kCallRateMax);
  return limits;
}

}  // namespace

Result<void> run_hub(const std::filesystem::path& config_file) {
  os::prepare_process(kHubFreedBytesKept);
  TS_ASSIGN_OR_RETURN(const int termination, os::termination_descriptor());
  TS_ASSIGN_OR_RETURN(const config::Config config, config::load(config_file, hub_config_keys(), kHubEnvironmentPrefix));
  TS_RETURN_IF_ERROR(start_log(config));
  TS_ASSIGN_OR_RETURN(const std::filesystem::path database, database_path(config.text("data.url")));
  TS_ASSIGN_OR_RETURN(const auto lock, os::FileLock::acquire(database.string() + ".lock"));
  const std::filesystem::path keys_folder = config.text("data.keys").empty() ? database.parent_path() / "keys" : std::filesystem::path(config.text("data.keys"));
  TS_ASSIGN_OR_RETURN(const transport::CurveKeyPair keys, load_hub_keys(keys_folder));

  TS_ASSIGN_OR_RETURN(const SignatureKeyPair certificate_keys, load_or_create_certificate_keys(keys_folder));
  std::error_code no_error;
  if (!std::filesystem::exists(database, no_error))
    return fail(ErrorCode::kNotFound, "start hub", "the database " + database.string() + " is missing",
                "put it back from a backup and then: tillsync-hub restored; or make a new hub: tillsync-hub init");
  TS_ASSIGN_OR_RETURN(auto connection, open_database(database, config.integer("data.cache")));
  TS_ASSIGN_OR_RETURN(const IncarnationId incarnation, load_or_draw_incarnation(*connection));
  TS_ASSIGN_OR_RETURN(const auto access, Access::open(*connection, access_limits(config)));
  AgentRegistry agents;
  FleetStore fleet(*connection);
  TS_RETURN_IF_ERROR(agents.load(fleet));
  TS_ASSIGN_OR_RETURN(const auto known_locations, MasterdataReader(*connection).locations());
  for (const Location& location : known_locations) agents.put_location(location.id, location_facts(location));
  Metrics metrics;
  ArrivalMeter arrivals;

  TS_ASSIGN_OR_RETURN(auto checkpoints, open_for_checkpoints(database));
  WriterOptions writer_options;
  writer_options.now = [] { return os::now(); };
  writer_options.probe = [](sql::Connection& probed, Instant now) { return record_probe(probed, now); };
  TS_ASSIGN_OR_RETURN(const ReservationPolicy policy, load_policy(config));
  TS_ASSIGN_OR_RETURN(const ChartBook charts, load_charts(config));
  const bool is_summed = config.text("erp.post") == "summed";
  if (!is_summed && config.text("erp.post") != "document")
    return fail(ErrorCode::kInvalid, "start hub", "erp.post is '" + config.text("erp.post") + "'", "write document or summed");
  TS_ASSIGN_OR_RETURN(DayPolicy days, load_day_policy(config));
  AvailabilityCache availability;
  const ReservationsOptions reservations{policy, &os::monotonic, &os::now, &availability, [&agents, dark = seconds(policy.dark_after_s)] { return lease_holders(agents.all(), os::now(), dark); }};
  std::atomic<SyncLoop*> to_sync{nullptr};
  const auto outbound_queued = [&to_sync] {
    if (SyncLoop* loop = to_sync.load()) loop->outbound_advanced();
  };
  std::atomic<ForwarderLoop*> to_forwarder{nullptr};
  const auto postings_queued = [&to_forwarder] {
    if (ForwarderLoop* loop = to_forwarder.load()) loop->notify();
  };
  TS_ASSIGN_OR_RETURN(const auto writer,
                      WriterLoop::start(std::move(connection), std::move(checkpoints),
                                        make_stages(metrics, arrivals, reservations, days, charts, is_summed, postings_queued, outbound_queued), writer_options));

  TS_ASSIGN_OR_RETURN(auto sync_reads, open_for_reading(database));
  FleetPort fleet_port(agents, std::move(sync_reads), *writer, metrics, availability, seconds(policy.dark_after_s));
  SyncOptions sync_options;
  sync_options.endpoint = config.text("listen.sync");
  sync_options.keys = keys;
  sync_options.incarnation = incarnation;
  TS_ASSIGN_OR_RETURN(const auto sync, SyncLoop::start(sync_options, fleet_port, *writer));

  to_sync = sync.get();

  std::unique_ptr<ForwarderLoop> forwarder;
  TS_ASSIGN_OR_RETURN(auto connector, load_connector(config.text("erp.connector"), config.text("erp.connectors_dir")));
  days.sums_for = connector.name;
  if (const std::int64_t wanted = config.integer("erp.concurrency"); wanted > 0) connector.concurrency = static_cast<std::size_t>(wanted);
  if (!config.text("erp.url").empty()) {
    TS_ASSIGN_OR_RETURN(auto forwarder_reads, open_for_reading(database));
    ForwarderOptions options;
    options.connector = connector;
    options.url = config.text("erp.url");
    options.hub_id = to_hex(incarnation.view());
    TS_ASSIGN_OR_RETURN(options.settings, fill_settings(connector, erp_settings(config, connector)));
    if (connector.is_talking()) options.programs = make_jq_client();
    TS_ASSIGN_OR_RETURN(forwarder, ForwarderLoop::start(*writer, std::move(forwarder_reads), std::move(options), &metrics));
    to_forwarder = forwarder.get();
  }

  TS_ASSIGN_OR_RETURN(auto rollout_watch, RolloutWatch::start(database, *writer, agents, outbound_queued));
  TS_ASSIGN_OR_RETURN(const auto reads, ReadPool::open(kApiThreads + 1, [&database] { return open_for_reading(database); }));
  register_metrics(metrics, *writer, *sync, agents, database);
  register_posting_metrics(metrics, *reads);
  if (forwarder) register_forwarder_metrics(metrics, *forwarder, connector.name);
  ConnectorTrial trial(config.text("erp.connectors_dir"), connector.name, erp_settings(config, connector), make_jq_client());
  ApiContext context{
      .writer = *writer,
      .reads = *reads,
      .now = [] { return os::now(); },
      .authenticate = [&access](std::string_view token) { return access->registry.admit_token(token, os::now()).caller; },
      .metrics_text = [&metrics] { return metrics.text(); },
      .not_ready = [&writer, termination]() -> std::optional<std::string> {
        if (transport::wait_readable({termination}, Duration{})[0]) return "the hub is shutting down";
        if (const auto trouble = writer->trouble()) return to_string(*trouble);
        return std::nullopt;
      },
      .connectors =
          [&] {
            ConnectorState state{.name = connector.name, .url = config.text("erp.url"), .breaker = "flowing", .last_error = ""};
            if (const auto stored = load_breaker(*reads->borrow(), connector.name); stored && *stored) {
              state.since = (*stored)->since;
              if ((*stored)->state == BreakerState::kStopped) state.probe_at = (*stored)->probe_at;
            }
            if (forwarder) {
              const ForwarderState now = forwarder->state();
              state.breaker = to_string(now.breaker);
              state.last_error = now.last_error;
            }
            return std::vector{state};
          },
      .test_connector = [&trial](const std::string& name, const std::string& sample) { return trial.run(name, sample); },
      .agents = agents,
      .availability = availability,
      .availability_mark = random_secret(""),
      .dark_after = seconds(policy.dark_after_s),
      .outbound_advanced = [&sync] { sync->outbound_advanced(); },
      .keys_in_progress = {},
      .erp_request = connector.is_talking() ? std::function<Result<std::string>(const Posting&)>(
                                                  [&trial, name = connector.name](const Posting& posting) { return trial.run(name, posting_to_json(posting)); })
                                            : std::function<Result<std::string>(const Posting&)>{},
      .days = {days, certificate_keys},
      .commands_advanced = [&sync](const AgentId& agent_id) { sync->commands_advanced(agent_id); },
      .rollouts_advanced = [&rollout_watch] { rollout_watch->notify(); },
      .enrol_endpoint = config.text("listen.sync_public").empty() ? reachable_endpoint(sync->endpoint(), os::host_name()) : config.text("listen.sync_public"),
      .hub_public_key = keys.public_key,
      .access = access.get(),
      .listen = {.is_tls = !config.text("listen.certificate").empty(), .trusted_proxies = config.list("listen.trusted_proxies"), .hosts = config.list("listen.hosts")},
      .hub_name = config.text("hub.name"),
  };
  auto operations = std::make_unique<OperationLoop>(context);
  context.operations_changed = [&operations] { operations->notify(); };
  TS_ASSIGN_OR_RETURN(auto stock_watch, StockWatch::start(database, *writer));
  std::unique_ptr<ErpStockQuestions> erp_stock;
  if (forwarder && connector.operations.contains("on_hand")) {
    TS_ASSIGN_OR_RETURN(auto stock_reads, open_for_reading(database));
    erp_stock = std::make_unique<ErpStockQuestions>(
        std::move(stock_reads), [&forwarder](auto locations, auto skus, auto done) { forwarder->ask_on_hand(std::move(locations), std::move(skus), std::move(done)); }, &os::now);
  }
  TS_ASSIGN_OR_RETURN(auto day_watch, DayWatch::start(database, *writer, agents, days, erp_stock.get(), context.day_states));
  TS_ASSIGN_OR_RETURN(const http::ServerOptions api_options, http_options(config));
  TS_ASSIGN_OR_RETURN(auto insight_watch, InsightWatch::start({*writer, agents, arrivals, [&context] { return breaker_facts(context); }, database, days}));
  TS_ASSIGN_OR_RETURN(auto notify, NotifyLoop::start(database, *writer,
                                                     {config.text("notify.smtp_url"), config.text("notify.smtp_from"), config.text("notify.smtp_user"),
                                                      config.text("notify.smtp_password"), config.text("notify.console_url")}));
  LiveFeed live(live_topics(context), &os::now);
  context.insight.live = &live;
  TS_ASSIGN_OR_RETURN(auto api, ApiServer::start(api_options, context));
  log::info("hub is running", {{"version", std::string_view(TILLSYNC_VERSION)},
                               {"sync", sync->endpoint()},
                               {"http", config.text("listen.http")},
                               {"database", database.string()},
                               {"public_key", keys.public_key}});

  // What was collected before the set-up changed is summed as well.
  PostingSummer summer(*writer, connector.name, {seconds(config.integer("erp.sum_after")), SumPolicy{}.after_late}, postings_queued);
  os::Pulse pulse([&writer](std::function<void()> answered) {
    Task nothing{"pulse", [](sql::Connection&, Instant) { return Result<void>{}; }, [answered](const Result<void>&) { answered(); }};
    if (!writer->submit(Priority::kRequest, std::move(nothing))) answered();  // it is stopping
  });
  const auto service = os::ServiceManager::from_environment();
  if (const auto told = service.ready("takes documents at " + sync->endpoint()); !told) log::write(log::Level::kWarning, "the service manager was not told", told.error());
  const Duration beat = service.beat() ? std::min(*service.beat(), kStatusSaveEvery) : kStatusSaveEvery;
  while (!transport::wait_readable({termination}, beat)[0]) {
    if (service.beat() && pulse.beat()) static_cast<void>(service.alive());
    fleet_port.save_statuses();
    if (const auto saved = access->save_last_uses(*writer, os::now()); !saved) log::write(log::Level::kError, "last uses are not saved", saved.error());
    fleet_port.save_samples(os::now());
    fleet_port.expire_commands();
    if (const auto summed = summer.run(*reads->borrow(), os::now()); !summed) log::write(log::Level::kError, "postings are not summed", summed.error());
  }

  static_cast<void>(service.stopping());
  log::info("hub is stopping: takes no more input, commits what it has");
  api->stop_accepting();
  live.stop();
  access->passwords.stop();
  stock_watch = nullptr;
  rollout_watch->stop();
  insight_watch = nullptr;
  notify = nullptr;
  to_sync = nullptr;
  sync->stop();
  to_forwarder = nullptr;
  if (forwarder) forwarder->stop();  // which also ends a question that the day watch waits for
  day_watch = nullptr;
  fleet_port.save_statuses();
  if (const auto saved = access->save_last_uses(*writer, os::now()); !saved) log::write(log::Level::kError, "last uses are not saved", saved.error());
  writer->stop();
  operations = nullptr;  // behind the last COMMIT that tells it of a new one
  api = nullptr;
  log::info("hub has stopped");
  return {};
}

}  // namespace tillsync::hub
