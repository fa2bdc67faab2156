// Sends one notification, on libcurl: a POST to a webhook, a letter to a mail server. Blocks for at most kNotifyTimeout. One thread at a time per object.
#pragma once

#include <string>

#include "common/base/error.h"
#include "common/base/time.h"
#include "hub/insight/notification_store.h"

namespace tillsync::hub {

inline constexpr Duration kNotifyTimeout = seconds(10);

struct MailSettings {
  std::string url;             // smtp://host:25, smtps://host:465; "" = no letters are sent
  std::string from;            // mailbox
  std::string user, password;  // "" = without
  std::string console_url;     // in front of links; "" = links are left out
};

class NotifyClient {
 public:
  explicit NotifyClient(MailSettings mail, Duration timeout = kNotifyTimeout) : mail_(std::move(mail)), timeout_(timeout) {}
  /// A webhook must answer 2xx; a redirection is not followed, wherever it leads. kUnavailable: what went wrong.
  Result<void> send(const QueuedNotification& notification, Instant now) const;

 private:
  Result<void> post(const QueuedNotification& notification, Instant now) const;
  Result<void> mail(const QueuedNotification& notification, Instant now) const;
  MailSettings mail_;
  Duration timeout_;
};

/// The letter's text: one paragraph per alert.
std::string notification_text(const std::string& body, const std::string& console_url);

}  // namespace tillsync::hub
