#include "common/log/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <deque>
#include <algorithm>
#include <mutex>

#include "common/base/os.h"
#include "common/log/fields.h"
#include "common/log/line.h"

namespace tillsync::log {
namespace {

/// The process's one logger. Until start() it writes text to standard error.
struct State {
  std::atomic<Level> level = Level::kInfo;
  std::atomic<Format> format = Format::kText;
  std::mutex mutex;
  std::shared_ptr<spdlog::logger> logger;
  std::deque<std::string> tail;
  std::size_t tail_bytes = 0;
};

State& state() {
  // Never destroyed: a thread may log while the process ends.
  static State* const instance = new State;
  return *instance;
}

std::shared_ptr<spdlog::logger> make_logger(const std::string& file) {
  spdlog::sink_ptr sink;
  if (file.empty()) sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  else sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
  auto logger = std::make_shared<spdlog::logger>("tillsync", std::move(sink));
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::trace);
  // Lines are few, and those before a crash are the ones that are wanted.
  logger->flush_on(spdlog::level::info);
  return logger;
}

std::shared_ptr<spdlog::logger> current_logger() {
  State& shared = state();
  const std::lock_guard lock(shared.mutex);
  if (shared.logger == nullptr) shared.logger = make_logger("");
  return shared.logger;
}

void keep(const std::string& line) {
  State& shared = state();
  const std::lock_guard lock(shared.mutex);
  shared.tail.push_back(line.substr(0, kTailBytesMax));
  shared.tail_bytes += shared.tail.back().size();
  while (shared.tail.size() > kTailLinesMax || shared.tail_bytes > kTailBytesMax) {
    shared.tail_bytes -= shared.tail.front().size();
    shared.tail.pop_front();
  }
}

void write_fields(Level level, std::string_view event, std::span<const Field> fields) noexcept {
  try {
    State& shared = state();
    if (level < shared.level) return;
    const std::string line = format_line(shared.format, level, os::now(), event, fields);
    keep(line);
    current_logger()->log(level == Level::kDebug ? spdlog::level::debug : spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  } catch (...) {
    // A line that cannot be written must not stop a sale.
  }
}

}  // namespace

Result<void> start(const Options& options) {
  State& shared = state();
  try {
    auto logger = make_logger(options.file);
    const std::lock_guard lock(shared.mutex);
    shared.logger = std::move(logger);
  } catch (const std::exception& exception) {
    return fail(ErrorCode::kIo, "open log " + options.file, exception.what(), "check the folder and its rights");
  }
  shared.level = options.level;
  shared.format = options.format;
  return {};
}

void set_level(Level level) { state().level = level; }

std::vector<std::string> tail(std::size_t lines) {
  State& shared = state();
  const std::lock_guard lock(shared.mutex);
  const std::size_t first = shared.tail.size() - std::min(lines, shared.tail.size());
  return {shared.tail.begin() + static_cast<std::ptrdiff_t>(first), shared.tail.end()};
}

Result<Level> parse_level(std::string_view text) {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError})
    if (to_string(level) == text) return level;
  return fail(ErrorCode::kInvalid, "read log level", "'" + std::string(text) + "' is none", "write debug, info, warning or error");
}

Result<Format> parse_format(std::string_view text) {
  if (text == "text") return Format::kText;
  if (text == "json") return Format::kJson;
  return fail(ErrorCode::kInvalid, "read log format", "'" + std::string(text) + "' is none", "write text or json");
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  write_fields(level, event, {fields.begin(), fields.size()});
}

void write(Level level, std::string_view event, const Error& error, std::initializer_list<Field> fields) {
  if (level < state().level) return;
  std::vector<Field> all = {{field::kCode, to_string(error.code)}, {field::kOperation, std::string_view(error.operation)},
                            {field::kDetail, std::string_view(error.detail)}};
  if (!error.hint.empty()) all.push_back({field::kHint, std::string_view(error.hint)});
  all.insert(all.end(), fields.begin(), fields.end());
  write_fields(level, event, all);
}

}  // namespace tillsync::log
