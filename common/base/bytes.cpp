#include "common/base/bytes.h"

namespace tillsync {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr char kBase32Digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int base32_value(char c) {
  if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (c == 'o') return 0;
  if (c == 'i' || c == 'l') return 1;
  const std::size_t at = std::string_view(kBase32Digits).find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::string to_hex(BytesView bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kHexDigits[byte >> 4];
    text += kHexDigits[byte & 15];
  }
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::string to_base32(BytesView bytes) {
  std::string text;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8) | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += kBase32Digits[(buffer >> bits) & 31];
    }
    buffer &= (1U << bits) - 1;
  }
  if (bits > 0) text += kBase32Digits[(buffer << (5 - bits)) & 31];
  return text;
}

std::optional<Bytes> from_base32(std::string_view text) {
  Bytes bytes;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const int value = base32_value(c);
    if (value < 0) return std::nullopt;
    buffer = (buffer << 5) | static_cast<std::uint32_t>(value);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(buffer >> bits);
    }
    buffer &= (1U << bits) - 1;
  }
  // A whole spare character, or bits that no byte owns, would make two texts of one value.
  if (bits >= 5 || buffer != 0) return std::nullopt;
  return bytes;
}

}  // namespace tillsync
