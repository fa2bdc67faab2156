#include "common/contract/text.h"

#include <utf8proc.h>

#include <cstdlib>
#include <cstring>

#include "common/base/limits.h"

namespace tillsync {
namespace {

/// An identifier may come decomposed, with several code points for one letter; no real one is longer than this.
constexpr std::size_t kIdentifierRawBytesMax = 4'096;
constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;

const utf8proc_uint8_t* as_utf8(const char* text) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text);
}

bool is_printable_ascii(std::string_view text) {
  for (const char c : text)
    if (c < 0x20 || c > 0x7e) return false;
  return true;
}

bool is_control(utf8proc_int32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}

std::unexpected<Error> bad_text(std::string detail) {
  return fail(ErrorCode::kInvalid, "read text", std::move(detail));
}

std::unexpected<Error> too_long(std::size_t limit) {
  return fail(ErrorCode::kLimitExceeded, "read text", "longer than " + std::to_string(limit) + " characters");
}

Result<std::string> to_nfc(std::string_view text) {
  utf8proc_uint8_t* normal = nullptr;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  const utf8proc_ssize_t length =
      utf8proc_map(as_utf8(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &normal, options);
  if (length < 0) return bad_text("cannot be normalised to NFC");
  std::string result(reinterpret_cast<const char*>(normal), static_cast<std::size_t>(length));
  std::free(normal);
  return result;
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((word & kHighBits) == 0) {
        at += sizeof word;
        continue;
      }
    }
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    utf8proc_int32_t code_point = 0;
    const auto left = static_cast<utf8proc_ssize_t>(text.size() - at);
    const utf8proc_ssize_t length = utf8proc_iterate(as_utf8(text.data() + at), left, &code_point);
    if (length <= 0) return at;
    at += static_cast<std::size_t>(length);
  }
  return std::nullopt;
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return count;
}

Result<std::string> parse_identifier(std::string_view raw) {
  if (raw.empty()) return bad_text("is empty");
  if (raw.size() <= kIdentifierCodePointsMax && is_printable_ascii(raw)) return std::string(raw);
  if (raw.size() > kIdentifierRawBytesMax) return too_long(kIdentifierCodePointsMax);
  for (std::size_t at = 0; at < raw.size();) {
    utf8proc_int32_t code_point = 0;
    const auto left = static_cast<utf8proc_ssize_t>(raw.size() - at);
    const utf8proc_ssize_t length = utf8proc_iterate(as_utf8(raw.data() + at), left, &code_point);
    if (length <= 0) return bad_text("is not valid UTF-8");
    if (is_control(code_point)) return bad_text("holds a control character");
    at += static_cast<std::size_t>(length);
  }
  TS_ASSIGN_OR_RETURN(std::string normal, to_nfc(raw));
  if (count_code_points(normal) > kIdentifierCodePointsMax) return too_long(kIdentifierCodePointsMax);
  return normal;
}

Result<std::string> parse_free_text(std::string_view raw) {
  if (raw.find('\0') != std::string_view::npos) return bad_text("holds a NUL character");
  if (find_invalid_utf8(raw)) return bad_text("is not valid UTF-8");
  if (raw.size() > kFreeTextCodePointsMax && count_code_points(raw) > kFreeTextCodePointsMax)
    return too_long(kFreeTextCodePointsMax);
  return std::string(raw);
}

void append_json_string(std::string& out, std::string_view text) {
  constexpr char kHexDigits[] = "0123456789abcdef";
  out += '"';
  std::size_t clean_from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, clean_from, i - clean_from);
    clean_from = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        out += "\\u00";
        out += kHexDigits[static_cast<unsigned char>(c) >> 4];
        out += kHexDigits[static_cast<unsigned char>(c) & 15];
    }
  }
  out.append(text, clean_from, text.size() - clean_from);
  out += '"';
}

std::string with_valid_utf8(std::string_view text) {
  std::string valid;
  while (const auto bad = find_invalid_utf8(text)) {
    valid += text.substr(0, *bad);
    valid += "\xef\xbf\xbd";
    text.remove_prefix(*bad + 1);
  }
  return valid += text;
}

}  // namespace tillsync
