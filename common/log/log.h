// Structured logging on spdlog: one line per event, as text for people or JSON for collectors, with fixed field names
// (common/log/fields.h). Any thread. The only header that code outside common/log needs.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/error.h"

namespace tillsync::log {

enum class Level { kDebug, kInfo, kWarning, kError };
enum class Format { kText, kJson };

struct Options {
  Level level = Level::kInfo;
  Format format = Format::kText;
  std::string file;  // "" = standard error
};

/// Before it, events of level info and above go to standard error as text. Called again it changes all three. kIo: the file cannot be
/// opened (it is appended to).
Result<void> start(const Options& options);
/// From now on; the rest of what start() said stays.
void set_level(Level level);
/// The last lines that were written, oldest first; as many as kTailLinesMax and kTailBytesMax let be kept, wherever the log goes.
std::vector<std::string> tail(std::size_t lines);
inline constexpr std::size_t kTailLinesMax = 500;
inline constexpr std::size_t kTailBytesMax = 256 * 1'024;
/// "debug" | "info" | "warning" | "error"; kInvalid else.
Result<Level> parse_level(std::string_view text);
Result<Format> parse_format(std::string_view text);

/// A field of an event; snake_case names, values are text, numbers or bool.
struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;
};

/// Never throws and never fails: a line that cannot be written is lost.
/// event: a short stable sentence ("document accepted"). Fields follow; `correlation_id` is one like any other.
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});
inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::kDebug, event, fields); }
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::kInfo, event, fields); }
inline void warning(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::kWarning, event, fields); }
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::kError, event, fields); }
/// Logs an Error with its parts as fields.
void write(Level level, std::string_view event, const Error& error, std::initializer_list<Field> fields = {});

}  // namespace tillsync::log
