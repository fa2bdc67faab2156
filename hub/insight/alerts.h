// Rules of alerts, what is observed for them, and which alerts begin and end: with a time for which a limit must be passed, and hysteresis at its end, so that nothing flaps.
// Pure but for the memory of the engine.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hub/insight/needs.h"

namespace tillsync::hub {

struct AlertRule {
  std::string name, title, unit;
  std::int64_t limit = 0;        // in `unit`
  std::int64_t for_s = 0;        // so long it must be passed
  std::string severity = "a";    // f | a
  bool is_enabled = true;
  bool is_below = false;         // passed when the value is under the limit
  std::int64_t limit_min = 0, limit_max = 0;
};
inline constexpr std::int64_t kAlertForMax = 7 * 86'400;   // seconds
inline constexpr Duration kAlertClearFor = seconds(60);    // so long it must be well within the limit before the alert ends

/// As delivered: store_dark, backlog_age, exception_age, breaker_open, oversell, clock_skew, disk, certificate_gaps.
const std::vector<AlertRule>& default_alert_rules();

struct Observation {
  std::string rule, subject;  // subject: what it is about, within the rule
  std::int64_t value = 0;
  std::string title, detail, location, agent_id, href;
};
struct AlertFacts {
  Instant now;
  std::vector<AgentFact> agents;
  std::vector<BreakerFact> breakers;
  std::vector<UnclosedDate> unclosed;
  std::int64_t oldest_overdue_s = 0;   // of open exceptions, behind their due time
  std::int64_t oversell_open = 0;      // open exceptions of broken and oversold promises
  std::optional<std::int64_t> hub_disk_free_bytes;
};
/// One for each thing that a rule could speak of, whether it is beyond the limit or not.
std::vector<Observation> observe(const AlertFacts& facts);

using AlertKey = std::pair<std::string, std::string>;  // rule, subject
struct AlertChanges {
  std::vector<Observation> fired;
  std::vector<AlertKey> resolved;
};
class AlertEngine {
 public:
  /// firing: as stored. What is no longer observed (an agent that was revoked) is within its limit. A rule that is switched off resolves its alerts.
  AlertChanges decide(const std::vector<AlertRule>& rules, const std::vector<Observation>& observed, const std::set<AlertKey>& firing, Instant now);

 private:
  std::map<AlertKey, Instant> beyond_since_, within_since_;
};

}  // namespace tillsync::hub
