// Alerts and their rules in their tables. Writes run in the writer's transaction; reads on any connection.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/insight/alerts.h"

namespace tillsync::hub {

inline constexpr std::size_t kAlertPageMax = 200;
inline constexpr Duration kAlertsKept = seconds(90 * 86'400);      // after their end
inline constexpr Duration kSilenceMax = seconds(30 * 86'400);
inline constexpr std::size_t kAlertsOneByOneMax = 10;              // of one rule in one look: more are told in one notification

struct Alert {
  std::int64_t alert_no = 0;
  std::string alert_id, rule, subject, severity, title, detail, location, agent_id, href;
  bool is_firing = true;
  Instant since;
  std::string acknowledged_by;
  std::optional<Instant> silenced_until, resolved_at;
  /// firing | acknowledged | silenced | resolved
  std::string_view status(Instant now) const;
};

/// The delivered ones with what people have changed.
Result<std::vector<AlertRule>> read_alert_rules(sql::Connection& connection);
/// kNotFound: no such rule. kInvalid: limit, for_s or severity out of bounds.
Result<void> put_alert_rule(sql::Connection& connection, const AlertRule& rule, std::string_view who, Instant now);

/// The members of `facts` that are about exceptions.
Result<void> read_exception_facts(sql::Connection& connection, AlertFacts& facts);
Result<std::set<AlertKey>> read_firing(sql::Connection& connection);
/// Newest first; status "" = all. after: alert_no of the page's end before.
Result<std::vector<Alert>> read_alerts(sql::Connection& connection, std::string_view status, std::optional<std::int64_t> after, std::size_t limit, Instant now);
Result<std::optional<Alert>> find_alert(sql::Connection& connection, std::string_view alert_id);

/// Writes what begins and ends, and queues what is to be told to whom (a silence of the same subject that still lasts is kept). Drops what is too old.
Result<void> write_alert_changes(sql::Connection& connection, const AlertChanges& changes, Instant now);
/// kNotFound; kConflict: it has ended.
Result<void> acknowledge_alert(sql::Connection& connection, std::string_view alert_id, std::string_view who, std::string_view reason, Instant now);
/// The same; for_s: 1 … kSilenceMax, kInvalid else.
Result<void> silence_alert(sql::Connection& connection, std::string_view alert_id, std::int64_t for_s, std::string_view who, std::string_view reason, Instant now);

}  // namespace tillsync::hub
