#include "common/log/line.h"

#include <algorithm>

#include "common/base/bytes.h"

namespace tillsync::log {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD, for bytes that are no UTF-8

std::string format_time(Instant time) {
  std::int64_t micros = time.micros % kMicrosPerSecond;
  if (micros < 0) micros += kMicrosPerSecond;
  std::string text = format_instant(Instant{time.micros - micros});
  if (!text.empty() && text.back() == 'Z') text.pop_back();
  const std::string millis = std::to_string(micros / 1'000);
  return text + '.' + std::string(3 - millis.size(), '0') + millis + 'Z';
}

/// The length of the valid UTF-8 sequence that `text` begins with; 0 for none.
std::size_t sequence_size(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xC2 && first <= 0xDF ? 2 : (first & 0xF0) == 0xE0 ? 3 : first >= 0xF0 && first <= 0xF4 ? 4 : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool surrogate_or_beyond = (first == 0xED && byte(1) > 0x9F) || (first == 0xF4 && byte(1) > 0x8F);
  return overlong || surrogate_or_beyond ? 0 : size;
}

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const char c = text.front();
    std::size_t size = sequence_size(text);
    if (size == 0) {
      out += kReplacement;
      size = 1;
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += "\\u00" + to_hex({&c, 1});
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

bool needs_quotes(std::string_view text) {
  return text.empty() || std::ranges::any_of(text, [](char c) {
           return static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '\\' || c == '=' || static_cast<unsigned char>(c) >= 0x7F;
         });
}

template <class AppendText>
void append_value(std::string& out, const Field& field, const AppendText& append_text) {
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) out += std::to_string(*number);
  else if (const auto* flag = std::get_if<bool>(&field.value)) out += *flag ? "true" : "false";
  else append_text(std::get<std::string_view>(field.value));
}

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::kDebug: return "debug";
    case Level::kInfo: return "info";
    case Level::kWarning: return "warning";
    case Level::kError: return "error";
  }
  return "error";
}

std::string format_line(Format format, Level level, Instant time, std::string_view event, std::span<const Field> fields) {
  std::string line;
  if (format == Format::kText) {
    line = format_time(time) + ' ' + std::string(to_string(level)) + ' ';
    append_escaped(line, event);
    for (const Field& field : fields) {
      line += ' ';
      append_escaped(line, field.name);
      line += '=';
      append_value(line, field, [&line](std::string_view text) { needs_quotes(text) ? append_quoted(line, text) : void(line += text); });
    }
    return line;
  }
  line = R"({"time":")" + format_time(time) + R"(","level":")" + std::string(to_string(level)) + R"(","event":)";
  append_quoted(line, event);
  for (const Field& field : fields) {
    line += ',';
    const bool is_taken = field.name == "time" || field.name == "level" || field.name == "event";
    append_quoted(line, is_taken ? std::string(field.name) + '_' : std::string(field.name));
    line += ':';
    append_value(line, field, [&line](std::string_view text) { append_quoted(line, text); });
  }
  return line + '}';
}

}  // namespace tillsync::log
