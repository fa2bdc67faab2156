// Targets of notifications, and the queue towards them: written in the transaction of what it tells, sent behind it, at least once. Writes run in the writer's transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/insight/notification.h"

namespace tillsync::hub {

struct Alert;

struct NotificationTarget {
  std::string name, kind, destination;  // kind: webhook | email
  std::string secret;                   // of a webhook's signature
  std::optional<std::vector<std::string>> rules;  // nullopt: all
  bool is_enabled = true;
  // How it goes: of the newest notification that has ended, and how many wait.
  std::string last_status, last_error;
  std::int64_t waiting = 0;
};
Result<std::vector<NotificationTarget>> read_targets(sql::Connection& connection);
/// A webhook without a secret keeps the one that it has, or is given a new one, which is returned ("" where none was made). kInvalid: name, destination or rules; kLimitExceeded:
/// kTargetsMax.
Result<std::string> put_target(sql::Connection& connection, NotificationTarget target, std::string_view who, Instant now);

struct QueuedNotification {
  std::int64_t notification_no = 0;
  NotificationTarget target;
  std::string event_key, subject, body;
  std::int64_t attempts = 0;
  Instant created_at;
};
/// For every target that wants the rule. event: firing | resolved. The same alerts are told once to a target.
Result<void> queue_notification(sql::Connection& connection, std::string_view rule, std::string_view event, const std::vector<Alert>& alerts, Instant now);
/// kNotFound: no such target.
Result<void> queue_test(sql::Connection& connection, std::string_view target, std::string_view who, Instant now);
/// The oldest that is due of each target that is enabled, but for those in `busy`.
Result<std::vector<QueuedNotification>> due_notifications(sql::Connection& connection, const std::set<std::string>& busy, Instant now);
/// failure "" = it was taken. Tries again behind a pause; gives up after kGivenUpAfter. A target that fails keeps what is behind it waiting as well.
Result<void> record_notification(sql::Connection& connection, const QueuedNotification& sent, std::string_view failure, Instant now);

}  // namespace tillsync::hub
