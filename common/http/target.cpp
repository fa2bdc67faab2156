#include "common/http/target.h"

#include <optional>

#include "common/base/bytes.h"

namespace tillsync::http {
namespace {

std::optional<std::string> decode(std::string_view raw, bool plus_is_space) {
  std::string text;
  text.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size(); ++at) {
    char c = raw[at];
    if (c == '%') {
      if (raw.size() - at < 3) return std::nullopt;
      const std::optional<Bytes> byte = from_hex(raw.substr(at + 1, 2));
      if (!byte) return std::nullopt;
      c = byte->front();
      at += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    text += c;
  }
  return text;
}

/// Calls `each` for the parts of `text` between separators; stops and returns false when `each` does.
template <class Each>
bool split(std::string_view text, char separator, const Each& each) {
  while (true) {
    const std::size_t end = text.find(separator);
    if (!each(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

std::string_view without_authority(std::string_view raw) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!raw.starts_with(scheme)) continue;
    const std::size_t slash = raw.find_first_of("/?", scheme.size());
    return slash == std::string_view::npos ? std::string_view("/") : raw.substr(slash);
  }
  return raw;
}

}  // namespace

Result<Target> parse_target(std::string_view raw) {
  raw = without_authority(raw);
  const std::size_t mark = raw.find('?');
  const std::string_view path = raw.substr(0, mark);
  const auto invalid = [&] { return fail(ErrorCode::kInvalid, "parse request target", "not a valid path or query"); };
  Target target;
  if (path == "*") {
    target.path = "*";
  } else {
    if (!path.starts_with('/') && !(path.empty() && mark == 0)) return invalid();
    target.path = "/";
    const bool valid = path.size() <= 1 || split(path.substr(1), '/', [&](std::string_view part) {
      std::optional<std::string> segment = decode(part, false);
      if (!segment) return false;
      if (!target.segments.empty()) target.path += '/';
      target.path += *segment;
      target.segments.push_back(std::move(*segment));
      return true;
    });
    if (!valid) return invalid();
  }
  if (mark == std::string_view::npos) return target;
  const bool valid = split(raw.substr(mark + 1), '&', [&](std::string_view part) {
    if (part.empty()) return true;
    const std::size_t equals = part.find('=');
    std::optional<std::string> name = decode(part.substr(0, equals), true);
    std::optional<std::string> value =
        equals == std::string_view::npos ? std::string() : decode(part.substr(equals + 1), true);
    if (!name || !value) return false;
    target.query.emplace_back(std::move(*name), std::move(*value));
    return true;
  });
  if (!valid) return invalid();
  return target;
}

}  // namespace tillsync::http
