#include "hub/insight/notification.h"

#include <algorithm>
#include <array>

#include "common/base/bytes.h"
#include "common/crypto/hmac.h"

namespace tillsync::hub {
namespace {

bool is_plain(char c) { return c > ' ' && c < 127; }

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j) text += j <= count ? kDigits[group >> (18 - 6 * j) & 63] : '=';
  }
  return text;
}

/// Encoded words hold at most 75 characters, and no code point is cut.
std::string header_text(std::string_view text) {
  std::string clean(text);
  for (char& c : clean)
    if (static_cast<unsigned char>(c) < 0x20 || c == 127) c = ' ';
  if (std::ranges::all_of(clean, [](char c) { return c >= ' ' && c < 127; })) return clean;
  constexpr std::size_t kChunk = 42;
  std::string encoded;
  for (std::size_t at = 0; at < clean.size();) {
    std::size_t end = std::min(clean.size(), at + kChunk);
    while (end < clean.size() && end > at + 1 && (static_cast<unsigned char>(clean[end]) & 0xC0) == 0x80) --end;
    encoded += (encoded.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64(std::string_view(clean).substr(at, end - at)) + "?=";
    at = end;
  }
  return encoded;
}

std::string mail_date(Instant now) {
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string text = format_instant(Instant{now.micros - now.micros % 1'000'000});  // 2010-12-01T08:26:00Z
  const int month = std::stoi(text.substr(5, 2));
  return text.substr(8, 2) + " " + kMonths[static_cast<std::size_t>(month - 1)] + " " + text.substr(0, 4) + " " + text.substr(11, 8) + " +0000";
}

}  // namespace

Duration pause_after(std::int64_t attempts) {
  Duration pause = kFirstPause;
  for (std::int64_t i = 1; i < attempts && pause < kLongestPause; ++i) pause.micros *= 2;
  return std::min(pause, kLongestPause);
}

bool is_webhook_url(std::string_view url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  return scheme != 0 && url.size() > scheme && url.size() <= kDestinationBytesMax && url[scheme] != '/' && std::ranges::all_of(url, is_plain);
}

bool is_mailbox(std::string_view address) {
  const std::size_t at = address.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < address.size() && address.find('@', at + 1) == std::string_view::npos && address.size() <= 254 &&
         std::ranges::all_of(address, [](char c) { return is_plain(c) && std::string_view("<>\"(),;:\\[]").find(c) == std::string_view::npos; });
}

std::string webhook_signature(std::string_view secret, std::int64_t at_s, std::string_view body) {
  const Sha256Digest digest = hmac_sha256(secret, {std::to_string(at_s), ".", body});
  return "sha256=" + to_hex({digest.data(), digest.size()});
}

std::string mail_text(std::string_view from, std::string_view to, std::string_view subject, std::string_view text, std::string_view message_id, Instant now) {
  std::string letter = "Date: " + mail_date(now) + "\r\nFrom: Tillsync <" + std::string(from) + ">\r\nTo: <" + std::string(to) + ">\r\nSubject: " + header_text(subject) + "\r\nMessage-ID: <" +
                       std::string(message_id) + "@tillsync>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  const std::string encoded = base64(text);
  constexpr std::size_t kLine = 76;
  for (std::size_t at = 0; at < encoded.size(); at += kLine) letter += encoded.substr(at, kLine) + "\r\n";
  return letter;
}

}  // namespace tillsync::hub
