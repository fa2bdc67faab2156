// What is told of an alert, and how it looks on its way: JSON with a signature for a webhook, a plain letter for a mailbox. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/base/time.h"

namespace tillsync::hub {

inline constexpr std::size_t kTargetsMax = 16;
inline constexpr std::size_t kTargetNameBytesMax = 64, kDestinationBytesMax = 2'000, kTargetSecretBytesMax = 200;
inline constexpr Duration kFirstPause = seconds(10), kLongestPause = seconds(3'600);  // between tries
inline constexpr Duration kGivenUpAfter = seconds(24 * 3'600);
inline constexpr std::size_t kNotificationsWaitingMax = 1'000;  // of one target; beyond, the newest are dropped and said so

/// Before the try behind `attempts` that failed.
Duration pause_after(std::int64_t attempts);
/// http or https with a host and nothing that would end a request line.
bool is_webhook_url(std::string_view url);
/// One mailbox of ASCII, without a display name.
bool is_mailbox(std::string_view address);
/// "sha256=" + hex of HMAC-SHA256 over "<unix seconds>.<body>".
std::string webhook_signature(std::string_view secret, std::int64_t at_s, std::string_view body);
/// A letter as SMTP carries it (RFC 5322): lines end in CR LF, the subject is encoded (RFC 2047) where it is not ASCII.
std::string mail_text(std::string_view from, std::string_view to, std::string_view subject, std::string_view text, std::string_view message_id, Instant now);

}  // namespace tillsync::hub
