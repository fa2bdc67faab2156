#include "hub/reconcile/day_verdict.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tillsync::hub {
namespace {

using enum DayState;

constexpr std::array<std::string_view, 6> kBlockingCodes = {"sum_mismatch", "tax_mismatch", "conflict", "opaque_document", "gap", "unknown_critical"};
constexpr std::array<std::pair<DayState, std::string_view>, 6> kStateNames = {
    {{kRunning, "running"}, {kBlocked, "blocked"}, {kDiffers, "differs"}, {kReady, "ready"}, {kClosed, "closed"}, {kReopened, "reopened"}}};
constexpr std::int64_t kSecondMicros = 1'000'000;

bool trades(const std::optional<Location>& location) { return location && (location->status.empty() || location->status == "open"); }

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

class DayJudge {
 public:
  DayJudge(const DayFacts& facts, const DayPolicy& policy, Instant now) : facts_(facts), sums_(!policy.sums_for.empty()), now_(now) { verdict_.expected_at = closes_expected_at(facts.day.business_date, policy); }

  DayVerdict judge() {
    verdict_.is_complete = true;
    for (const auto& [till, facts] : facts_.tills) judge_one(facts);
    if (facts_.exception_count > 0) block("exceptions", {}, counted(facts_.exception_count, "open exception", "open exceptions"));
    // What is collected is summed by closing the day, and a sum on its way is named by the certificate: waiting for it would put off the close for nothing.
    postings(facts_.postings.open + (sums_ ? 0 : facts_.postings.collected), "postings_open", "not yet at the ERP");
    postings(facts_.postings.unknown, "postings_unknown", "of which nobody knows whether the ERP has them");
    postings(facts_.postings.refused, "postings_refused", "refused by the ERP");
    postings(facts_.postings.held, "postings_held", "held");
    if (!lists_tills()) agents();
    verdict_.may_close = verdict_.is_complete && verdict_.blockers.empty();
    verdict_.state = state();
    return std::move(verdict_);
  }

 private:
  void block(std::string code, const TillId& till, std::string detail) { verdict_.blockers.push_back({std::move(code), till, std::move(detail)}); }

  void judge_one(const TillFacts& facts) {
    TillVerdict till = judge_till(facts);
    if (till.lacks_close) block("close_missing", till.till, till.is_listed ? "the till is listed and sent no close" : "the till traded and sent no close");
    if (till.missing_count > 0) block("sequence_gap", till.till, counted(till.missing_count, "number is missing", "numbers are missing"));
    if (till.doubled > 0 && till.how == Judged::kSequenced) block("sequence_doubled", till.till, counted(till.doubled, "number came twice", "numbers came twice"));
    if (!till.differences.empty()) block("close_differs", till.till, counted(static_cast<std::int64_t>(till.differences.size()), "figure of the closes differs", "figures of the closes differ"));
    verdict_.is_complete = verdict_.is_complete && till.is_complete;
    verdict_.tills.push_back(std::move(till));
  }

  void postings(std::int64_t count, std::string code, std::string_view what) {
    if (count > 0) block(std::move(code), {}, counted(count, "posting ", "postings ") + std::string(what));
  }

  bool lists_tills() const {
    return std::ranges::any_of(facts_.tills, [](const auto& entry) { return entry.second.is_listed; });
  }

  /// Without a list of tills nothing says what should come, but an agent that has not sent all of that day.
  void agents() {
    const Instant end = Instant{(std::int64_t{facts_.day.business_date.days} + 1) * 86'400 * kSecondMicros};
    for (const AgentBacklog& agent : facts_.agents) {
      if (agent.state == "revoked") continue;
      if (agent.documents > 0 && now_ - seconds(agent.oldest_unsent_s) < end) {
        verdict_.is_complete = false;
        block("backlog", {}, agent.agent_id.value + " has " + counted(agent.documents, "document", "documents") + " unsent");
      } else if (agent.last_heard && *agent.last_heard < end) {
        verdict_.is_complete = false;
        block("silent", {}, agent.agent_id.value + " was last heard " + format_instant(*agent.last_heard));
      }
    }
  }

  DayState state() const {
    if (facts_.lock) return facts_.lock->state == DayLockState::kClosed ? kClosed : kReopened;
    if (verdict_.may_close) return kReady;
    const auto has = [this](std::string_view code) {
      return std::ranges::any_of(verdict_.blockers, [code](const Blocker& blocker) { return blocker.code == code; });
    };
    const bool lacks_closes = has("close_missing");
    if (now_ < verdict_.expected_at && (lacks_closes || (verdict_.is_complete && !has("close_differs") && !has("exceptions")))) return kRunning;
    const bool is_all_in = verdict_.is_complete || (!lacks_closes && !has("sequence_gap") && !has("sequence_doubled") && !has("backlog") && !has("silent"));
    return is_all_in && has("close_differs") ? kDiffers : kBlocked;
  }

  const DayFacts& facts_;
  bool sums_;
  Instant now_;
  DayVerdict verdict_;
};

}  // namespace

std::span<const std::string_view> blocking_codes() { return kBlockingCodes; }

std::string_view to_string(DayState state) {
  for (const auto& [value, name] : kStateNames) {
    if (value == state) return name;
  }
  return "running";
}

std::optional<DayState> parse_day_state(std::string_view text) {
  for (const auto& [value, name] : kStateNames) {
    if (name == text) return value;
  }
  return std::nullopt;
}

bool is_listed(const std::optional<Location>& location, const TillId& till, Date business_date) {
  if (!trades(location)) return false;
  return std::ranges::any_of(location->tills, [&](const LocationTill& one) {
    return one.id == till && (!one.active_from || *one.active_from <= business_date) && (!one.active_to || business_date <= *one.active_to);
  });
}

void add_listed_tills(DayFacts& facts) {
  if (!trades(facts.location)) return;
  for (const LocationTill& till : facts.location->tills) {
    if (!is_listed(facts.location, till.id, facts.day.business_date)) continue;
    TillFacts& one = facts.tills[till.id];
    one.till = till.id;
    one.is_listed = true;
  }
}

DayVerdict judge_day(const DayFacts& facts, const DayPolicy& policy, Instant now) { return DayJudge(facts, policy, now).judge(); }

}  // namespace tillsync::hub
