#include "agent/app/agent_app.h"

#include <atomic>

#include "agent/app/agent_config.h"
#include "agent/app/agent_keys.h"
#include "agent/app/recover_command.h"
#include "agent/control/control_loop.h"
#include "agent/control/control_store.h"
#include "agent/ingest/data_reader.h"
#include "agent/ingest/http_door.h"
#include "agent/ingest/ingest_loop.h"
#include "agent/ingest/reservation_door.h"
#include "agent/ingest/spool_door.h"
#include "agent/sync/sync_loop.h"
#include "common/base/os.h"
#include "common/base/service.h"
#include "common/http/tls_files.h"
#include "common/crypto/crypto.h"
#include "common/log/log.h"
#include "common/transport/socket.h"

namespace tillsync::agent {
namespace {

Result<void> start_log(const config::Config& config) {
  log::Options options;
  TS_ASSIGN_OR_RETURN(options.level, log::parse_level(config.text("log.level")));
  TS_ASSIGN_OR_RETURN(options.format, log::parse_format(config.text("log.format")));
  options.file = config.text("log.file");
  return log::start(options);
}

Result<HttpDoorOptions> http_options(const config::Config& config) {
  HttpDoorOptions options;
  options.listen = config.text("pos.http");
  for (const auto& text : config.list("pos.tokens")) {
    TS_ASSIGN_OR_RETURN(TillToken token, parse_till_token(text));
    options.rules.tokens.push_back(std::move(token));
  }
  options.tokens_file = tokens_file(config);
  options.rules.hosts = config.list("pos.hosts");
  TS_ASSIGN_OR_RETURN(auto tls, http::read_tls_files("pos", config.text("pos.certificate"), config.text("pos.key")));
  options.tls_certificate_pem = std::move(tls.certificate_pem);
  options.tls_key_pem = std::move(tls.key_pem);
  return options;
}

/// The sync loop's writes, into the agent's one writer.
class WriterPort final : public SyncPort {
 public:
  WriterPort(IngestLoop& loop, std::filesystem::path folder) : loop_(loop), folder_(std::move(folder)) {}
  void submit_ack(const IncarnationId& incarnation, std::uint64_t seq, const ChainHash& chain) override { loop_.submit_ack(incarnation, seq, chain); }
  void submit_inbox(std::vector<wire::InboxItem> items, std::function<void(Result<std::uint64_t>)> done) override {
    loop_.submit_inbox(std::move(items), std::move(done));
  }
  void submit_rebase(const EpochId& epoch, std::uint64_t first_seq, const IncarnationId& incarnation,
                     std::function<void(Result<OutboxState>)> done) override {
    loop_.submit_rebase(epoch, first_seq, incarnation, std::move(done));
  }
  void reply_arrived(const wire::Reply& reply) override { reservations_->reply_arrived(reply); }
  void command_arrived(const wire::Command& command, std::function<void(wire::CommandResult)> done) override { control_->submit(command, std::move(done)); }
  void describe_config(wire::Status& status) override {
    const RemoteConfig config = control_->config();
    status.config_revision = config.revision;
    status.config_item = config.item;
    status.config_error = config.error;
  }
  Result<KeyPair> make_keys() override {
    auto pair = transport::generate_key_pair();
    return KeyPair{std::move(pair.public_key), std::move(pair.secret_key)};
  }
  Result<void> save_keys(const KeyRecord& record) override { return save_key_record(folder_, record); }
  std::uint64_t refused_documents() override { return loop_.refused().count_since_start(); }
  void set_reservations(ReservationDoor& door) { reservations_ = &door; }
  void set_control(ControlLoop& control) { control_ = &control; }

 private:
  IngestLoop& loop_;
  const std::filesystem::path folder_;
  ReservationDoor* reservations_ = nullptr;
  ControlLoop* control_ = nullptr;
};

/// What cannot be read is as if nothing had been set: the hub is told again at once, because the item's number is gone too.
RemoteConfig load_remote(const std::filesystem::path& folder) {
  auto loaded = ControlStore(folder).load_config();
  if (!loaded) log::write(log::Level::kWarning, "remote.json is not taken", loaded.error());
  return loaded ? std::move(*loaded) : RemoteConfig{};
}

LinkStatus link_status(const SyncLoop& sync) {
  const SyncState state = sync.state();
  return {state.is_up, state.is_paused, state.text, state.clock_skew, state.hub_version, state.reason};
}

}  // namespace

/// In the order in which they are made: what is below uses what is above, and goes first.
class AgentApp::Parts {
 public:
  Parts(os::FileLock lock, std::shared_ptr<transport::Context> context) : lock_(std::move(lock)), context_(std::move(context)) {}
  ~Parts() { stop(); }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  Result<void> start(const config::Config& base, const KeyRecord& keys) {
    const std::filesystem::path folder = data_folder(base);
    const std::set<std::string> fixed = keys_of_environment();
    const RemoteConfig remote = load_remote(folder);
    const config::Config config = with_remote(base, remote.settings, fixed);
    if (!remote.settings.empty()) {
      TS_ASSIGN_OR_RETURN(const log::Level level, log::parse_level(config.text("log.level")));
      log::set_level(level);
    }
    TS_ASSIGN_OR_RETURN(restart_, transport::Wakeup::create());
    TS_ASSIGN_OR_RETURN(const std::int64_t bytes_max, database_bytes_max(config));
    TS_ASSIGN_OR_RETURN(loop_, IngestLoop::open({folder, LocationId(config.text("location")), agent::zmq_endpoint(config), context_, bytes_max}));
    TS_ASSIGN_OR_RETURN(data_, DataReader::open(folder));
    port_ = std::make_unique<WriterPort>(*loop_, folder);
    ReservationPorts ports;
    ports.write = [this](auto write, auto finish) { loop_->submit(std::move(write), std::move(finish)); };
    ports.ask = [this](wire::Request request) { sync_->ask(std::move(request)); };
    ports.is_linked = [this] { return sync_->state().is_up; };
    ports.now = &os::now;
    ports.run_after = [this](Duration wait, std::function<void()> work) { loop_->run_at(os::monotonic() + wait, std::move(work)); };
    ports.draw_id = [] { return random_secret(""); };
    reservations_ = std::make_unique<ReservationDoor>(std::move(ports), loop_->quota(), loop_->location());
    port_->set_reservations(*reservations_);

    ControlOptions control;
    control.folder = folder;
    control.database = loop_->database();
    control.boot = random_secret("");
    control.version = TILLSYNC_VERSION;
    control.is_supervised = config.boolean("service.restarts");
    control.facts = {fixed, os::disk_total_bytes(folder).value_or(0)};
    control.apply = [this, base, fixed](const config::RemoteSettings& settings) { apply(with_remote(base, settings, fixed)); };
    control.config_looked_at = [this] {
      if (SyncLoop* sync = to_sync_.load()) sync->report();
    };
    control.restart = [this] { restart_->set(); };
    TS_ASSIGN_OR_RETURN(control_, ControlLoop::start(std::move(control), remote));
    port_->set_control(*control_);

    SyncOptions sync_options;
    sync_options.endpoints = config.list("hub.endpoints");
    sync_options.hub_key = config.text("hub.public_key");
    sync_options.keys = keys;
    sync_options.database = loop_->database();
    sync_options.version = TILLSYNC_VERSION;
    sync_options.context = context_;
    TS_ASSIGN_OR_RETURN(sync_, SyncLoop::start(sync_options, *port_));
    to_sync_ = sync_.get();

    // The door takes requests from here on; they wait for the writer, which starts next.
    const auto status = [this] {
      return status_json(*data_, loop_->location(), loop_->counters(), loop_->refused(), [this] { return link_status(*sync_); });
    };
    TS_ASSIGN_OR_RETURN(HttpDoorOptions door_options, http_options(config));
    TS_ASSIGN_OR_RETURN(http_, HttpDoor::open(std::move(door_options), *loop_, *data_, *reservations_, status));
    IngestListeners listeners;
    listeners.outbox_advanced = [this](std::uint64_t last_seq) { sync_->outbox_advanced(last_seq); };
    listeners.inbox_advanced = [this](std::uint64_t) {
      http_->inbox_advanced();
      control_->inbox_advanced();
    };
    listeners.status_json = status;
    TS_RETURN_IF_ERROR(loop_->start(std::move(listeners)));
    if (const std::filesystem::path spool = spool_folder(config); !spool.empty()) {
      TS_ASSIGN_OR_RETURN(spool_, SpoolDoor::open(spool, *loop_));
    }
    return {};
  }

  void stop() {
    if (http_) http_->stop_accepting();
    to_sync_ = nullptr;
    if (control_) control_->stop();
    if (sync_) sync_->stop();  // first, so that its last acknowledgement is still written
    if (loop_) loop_->stop();
    spool_ = nullptr;
    reservations_ = nullptr;  // answers who waits
    http_ = nullptr;
  }

  int restart_descriptor() const { return restart_->descriptor(); }
  bool has_pulse() { return pulse_.beat(); }

  const HttpDoor* http() const { return http_.get(); }
  const IngestLoop& loop() const { return *loop_; }

 private:
  /// What takes effect while the agent runs.
  void apply(const config::Config& config) {
    if (const auto level = log::parse_level(config.text("log.level"))) log::set_level(*level);
    if (const auto bytes = database_bytes_max(config)) loop_->set_database_bytes_max(*bytes);
  }

  const os::FileLock lock_;
  // One ZeroMQ context for door and hub: one I/O thread.
  const std::shared_ptr<transport::Context> context_;
  std::unique_ptr<IngestLoop> loop_;
  std::unique_ptr<DataReader> data_;
  std::unique_ptr<WriterPort> port_;
  std::unique_ptr<ReservationDoor> reservations_;
  std::unique_ptr<transport::Wakeup> restart_;
  std::atomic<SyncLoop*> to_sync_{nullptr};
  std::unique_ptr<ControlLoop> control_;
  std::unique_ptr<SyncLoop> sync_;
  std::unique_ptr<HttpDoor> http_;
  std::unique_ptr<SpoolDoor> spool_;
  os::Pulse pulse_{[this](std::function<void()> answered) { loop_->run_at(os::monotonic(), std::move(answered)); }};
};

AgentApp::AgentApp(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
AgentApp::~AgentApp() = default;

Result<std::unique_ptr<AgentApp>> AgentApp::start(const config::Config& config) {
  const std::filesystem::path folder = data_folder(config);
  TS_ASSIGN_OR_RETURN(const KeyRecord keys, load_key_record(folder));
  if (config.text("location").empty())
    return fail(ErrorCode::kInvalid, "start agent", "agent.toml names no location", "run tillsync-agent enroll");
  TS_ASSIGN_OR_RETURN(os::FileLock lock, os::FileLock::acquire(folder / "lock"));
  TS_RETURN_IF_ERROR(check_not_lost(folder));
  auto parts = std::make_unique<Parts>(std::move(lock), transport::make_context());
  TS_RETURN_IF_ERROR(parts->start(config, keys));
  // A full disk must not keep the doors closed: the next start notes it.
  if (const auto noted = note_database_made(folder); !noted) log::write(log::Level::kWarning, "not noted that the database was made", noted.error());
  return std::unique_ptr<AgentApp>(new AgentApp(std::move(parts)));
}

void AgentApp::stop() { parts_->stop(); }
bool AgentApp::has_pulse() { return parts_->has_pulse(); }

std::uint16_t AgentApp::http_port() const { return parts_->http() == nullptr ? 0 : parts_->http()->port(); }
int AgentApp::restart_descriptor() const { return parts_->restart_descriptor(); }
std::string AgentApp::zmq_endpoint() const { return parts_->loop().zmq_endpoint(); }

Result<int> run_agent(const std::filesystem::path& config_file) {
  os::prepare_process();
  TS_ASSIGN_OR_RETURN(const int termination, os::termination_descriptor());
  TS_ASSIGN_OR_RETURN(const config::Config config, config::load(config_file, agent_config_keys(), kAgentEnvironmentPrefix));
  TS_RETURN_IF_ERROR(start_log(config));
  TS_ASSIGN_OR_RETURN(const auto app, AgentApp::start(config));
  log::info("agent is running", {{"version", std::string_view(TILLSYNC_VERSION)},
                                 {"location", config.text("location")},
                                 {"http", config.text("pos.http")},
                                 {"zmq", app->zmq_endpoint()},
                                 {"spool", spool_folder(config).string()}});
  const auto service = os::ServiceManager::from_environment();
  if (const auto ready = service.ready("takes documents of " + config.text("location")); !ready) log::write(log::Level::kWarning, "the service manager was not told", ready.error());
  os::leave_start_up_pages();
  std::vector<bool> told;
  do {
    told = transport::wait_readable({termination, app->restart_descriptor()}, service.beat().value_or(Duration{-1}));
    if (service.beat() && app->has_pulse()) static_cast<void>(service.alive());
  } while (!told[0] && !told[1]);
  static_cast<void>(service.stopping());
  log::info("agent is stopping: takes no more input, commits what it has");
  app->stop();
  log::info("agent has stopped");
  return told[0] ? 0 : kRestartExitCode;
}

}  // namespace tillsync::agent
