#include "agent/control/control_loop.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "agent/control/control_store.h"
#include "agent/control/outbox_check.h"
#include "agent/inbox/inbox.h"
#include "common/log/log.h"
#include "common/sql/sqlite.h"

namespace tillsync::agent {
namespace {

using nlohmann::json;

constexpr std::int64_t kControlCacheKib = 256;

struct Answer {
  bool ok = false;
  json body = json::object();
};

Answer refusal(std::string detail) { return {false, {{"detail", std::move(detail)}}}; }

Answer log_lines(const json& arguments) {
  std::int64_t lines = kLogLinesDefault;
  if (arguments.contains("lines")) {
    if (!arguments["lines"].is_number_integer() || arguments["lines"] < 1 || arguments["lines"] > static_cast<std::int64_t>(log::kTailLinesMax))
      return refusal("lines must be a whole number from 1 to " + std::to_string(log::kTailLinesMax));
    lines = arguments["lines"];
  }
  std::vector<std::string> kept = log::tail(static_cast<std::size_t>(lines));
  // As it travels: a line may be longer there than here.
  const auto travels = [&kept] { return json{{"lines", kept}}.dump(-1, ' ', false, json::error_handler_t::replace).size(); };
  while (!kept.empty() && travels() > kLogBytesSentMax) kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>((kept.size() + 3) / 4));
  return {true, {{"lines", kept}}};
}

class Loop final : public ControlLoop {
 public:
  Loop(ControlOptions options, RemoteConfig in_force) : options_(std::move(options)), store_(options_.folder), config_(std::move(in_force)) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() override { Loop::stop(); }

  Result<void> open() {
    sql::SqliteOptions reader;
    reader.path = options_.database;
    reader.mode = sql::OpenMode::kReadOnly;
    reader.cache_kib = kControlCacheKib;
    TS_ASSIGN_OR_RETURN(connection_, sql::open_sqlite(reader));
    thread_ = std::thread([this] { run(); });
    return {};
  }

  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  void submit(wire::Command command, Done done) override {
    {
      const std::lock_guard lock(mutex_);
      if (is_stopping_ || queue_.size() >= kCommandsQueuedMax) return;
      const auto is_same = [&command](const Queued& queued) { return queued.command.command_id == command.command_id; };
      if (std::ranges::any_of(queue_, is_same)) return;
      queue_.push_back({std::move(command), std::move(done)});
    }
    wake_.notify_all();
  }

  void inbox_advanced() override {
    {
      const std::lock_guard lock(mutex_);
      is_inbox_new_ = true;
    }
    wake_.notify_all();
  }

  RemoteConfig config() const override {
    const std::lock_guard lock(mutex_);
    return config_;
  }

 private:
  struct Queued {
    wire::Command command;
    Done done;
  };

  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return is_stopping_ || is_inbox_new_ || !queue_.empty(); });
      if (is_stopping_) return;
      if (std::exchange(is_inbox_new_, false)) {
        lock.unlock();
        look_for_config();
        lock.lock();
        continue;
      }
      // It stays in the queue while it is done, so that the same one is not queued beside it.
      const Queued next = queue_.front();
      lock.unlock();
      obey(next);
      lock.lock();
      queue_.pop_front();
    }
  }

  bool goes_on() const {
    const std::lock_guard lock(mutex_);
    return !is_stopping_;
  }

  void obey(const Queued& queued) {
    const wire::Command& command = queued.command;
    const auto known = std::ranges::find(answers_, command.command_id, &wire::CommandResult::command_id);
    if (known != answers_.end()) return queued.done(*known);
    const auto answer = carry_out(command);
    if (!answer) return;
    wire::CommandResult result{command.command_id, answer->ok, answer->body.dump(-1, ' ', false, json::error_handler_t::replace)};
    log::info("command done", {{"command", command.name}, {"command_id", command.command_id}, {"ok", result.ok}});
    answers_.push_back(result);
    if (answers_.size() > kAnswersKept) answers_.pop_front();
    queued.done(std::move(result));
  }

  /// nullopt: no answer now; the next start, or the next time that it comes.
  std::optional<Answer> carry_out(const wire::Command& command) {
    const json arguments = json::parse(command.body.empty() ? "{}" : command.body, nullptr, false);
    if (!arguments.is_object()) return refusal("the arguments are no JSON object");
    if (command.name == "send_logs") return log_lines(arguments);
    if (command.name == "verify") return verify();
    if (command.name == "restart") return restart(command);
    return refusal("this agent does not know the command");
  }

  std::optional<Answer> verify() {
    const auto check = check_outbox(*connection_, [this] { return goes_on(); });
    if (!check && !goes_on()) return std::nullopt;
    if (!check) return refusal(to_string(check.error()));
    return Answer{check->is_sound(), {{"documents", check->documents}, {"first_seq", check->first_seq}, {"last_seq", check->last_seq}, {"acked_seq", check->acked_seq},
                                      {"changed", check->changed}, {"broken", check->broken}}};
  }

  /// The mark is durable before the process ends, so that the command that comes again finds it was done.
  std::optional<Answer> restart(const wire::Command& command) {
    const auto mark = store_.load_restart();
    if (mark && *mark && (*mark)->command_id == command.command_id) {
      if ((*mark)->boot == options_.boot) return std::nullopt;  // under way
      return Answer{true, {{"version", options_.version}}};
    }
    if (!options_.is_supervised)
      return refusal("nothing would start this agent again: set service.restarts in agent.toml where a service manager does, on exit code 75");
    if (const auto saved = store_.save_restart({command.command_id, options_.boot}); !saved) return refusal(to_string(saved.error()));
    log::info("the agent restarts", {{"command_id", command.command_id}});
    options_.restart();
    return std::nullopt;
  }

  void look_for_config() {
    const auto payload = InboxReader(*connection_).newest("config/1", "config");
    if (!payload) return log::write(log::Level::kWarning, "configuration not read", payload.error());
    if (!*payload) return;
    const auto item = config::parse_config_item(**payload);
    if (!item) return log::write(log::Level::kWarning, "configuration not understood", item.error());
    const RemoteConfig before = config();
    RemoteConfig next = decide_config(before, *item, options_.facts);
    if (next.item == before.item) return;
    if (const auto saved = store_.save_config(next); !saved) {
      // Not in force: the next start would not know of it.
      const std::string why = next.error.empty() ? to_string(saved.error()) : next.error;
      next = before;
      next.item = item->item;
      next.error = why.substr(0, kConfigErrorBytesMax);
    }
    if (next.error.empty())
      options_.apply(next.settings);
    else
      log::warning("configuration not taken", {{"revision", item->revision}, {"detail", next.error}});
    if (next.error.empty()) log::info("configuration taken", {{"revision", next.revision}});
    {
      const std::lock_guard lock(mutex_);
      config_ = std::move(next);
    }
    options_.config_looked_at();
  }

  const ControlOptions options_;
  const ControlStore store_;
  std::unique_ptr<sql::Connection> connection_;  // of the loop's thread
  std::deque<wire::CommandResult> answers_;      // of the loop's thread

  mutable std::mutex mutex_;  // of the next four
  std::condition_variable wake_;
  std::deque<Queued> queue_;
  bool is_inbox_new_ = true;  // what came before this start
  bool is_stopping_ = false;
  RemoteConfig config_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<ControlLoop>> ControlLoop::start(ControlOptions options, RemoteConfig in_force) {
  auto loop = std::make_unique<Loop>(std::move(options), std::move(in_force));
  TS_RETURN_IF_ERROR(loop->open());
  return loop;
}

}  // namespace tillsync::agent
