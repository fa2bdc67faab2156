#include "hub/insight/needs.h"

#include <algorithm>

#include "common/base/bytes.h"
#include "common/crypto/crypto.h"

namespace tillsync::hub {
namespace {

constexpr std::int64_t kMinute = 60, kHour = 3'600, kDay = 86'400;  // seconds
constexpr std::size_t kIdBytes = 16;

std::string in_query(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain) encoded += c;
    else encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return encoded;
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::ptrdiff_t i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3) digits.insert(static_cast<std::size_t>(i), ",");
  return digits;
}

void add_causes(const NeedFacts& facts, std::vector<OverviewNeed>& needs) {
  for (const CauseFact& cause : facts.causes) {
    OverviewNeed need;
    need.kind = "cause";
    const bool is_overdue = cause.due_at < facts.now;
    need.role = is_overdue || cause.code.starts_with("posting.") ? "f" : "a";
    need.title = (cause.open > 1 ? grouped(cause.open) + " × " : "") + cause.title;
    if (!cause.cause_key.empty()) need.title += ", " + spoken_cause(cause.cause_key);
    need.count = cause.open;
    need.worth = cause.worth;
    need.due_at = cause.due_at;
    need.owner = cause.owner;
    need.href = "/exceptions?status=open&code=" + in_query(cause.code) + "&cause=" + in_query(cause.cause_key);
    // One that is overdue needs a person anew, whoever has seen it before.
    need.need_id = need_id_of("cause", cause.code + "\n" + cause.cause_key, is_overdue ? "overdue" : "");
    needs.push_back(std::move(need));
  }
}

OverviewNeed dark_need(const AgentFact& agent, Instant now) {
  OverviewNeed need;
  need.kind = "dark";
  need.role = "f";
  need.title = agent.place() + " " + std::string(to_string(agent.state));
  if (agent.last_seen) need.title += " " + spoken(now - *agent.last_seen);
  need.title += ", " + grouped(agent.backlog) + " unsent";
  if (agent.drain_s) need.title += ", drain " + spoken(seconds(*agent.drain_s));
  need.count = agent.backlog;
  need.owner = "store_it";
  need.href = "/fleet/" + in_query(agent.agent_id);
  need.need_id = need_id_of("dark", agent.agent_id, agent.last_seen ? std::to_string(agent.last_seen->micros) : "");
  return need;
}

void add_agents(const NeedFacts& facts, std::vector<OverviewNeed>& needs) {
  std::vector<const AgentFact*> dark;
  for (const AgentFact& agent : facts.agents) {
    if ((agent.state == AgentState::kDark || agent.state == AgentState::kMissing) && !agent.is_idle) dark.push_back(&agent);
    if (agent.state != AgentState::kConflict) continue;
    OverviewNeed need;
    need.kind = "conflict";
    need.role = "f";
    need.title = agent.place() + ": two machines speak as " + (agent.name.empty() ? agent.agent_id : agent.name);
    need.owner = "store_it";
    need.href = "/fleet/" + in_query(agent.agent_id);
    need.need_id = need_id_of("conflict", agent.agent_id, "");
    needs.push_back(std::move(need));
  }
  if (dark.size() <= kDarkOneByOneMax) {
    for (const AgentFact* agent : dark) needs.push_back(dark_need(*agent, facts.now));
    return;
  }
  OverviewNeed need;
  need.kind = "dark";
  need.role = "f";
  std::int64_t backlog = 0;
  for (const AgentFact* agent : dark) backlog += agent->backlog;
  need.title = grouped(static_cast<std::int64_t>(dark.size())) + " stores dark, " + grouped(backlog) + " unsent";
  need.count = static_cast<std::int64_t>(dark.size());
  need.owner = "store_it";
  need.href = "/fleet?state=dark,missing";
  need.need_id = need_id_of("dark", "many", format_date(date_of(facts.now)));
  needs.push_back(std::move(need));
}

void add_days(const NeedFacts& facts, std::vector<OverviewNeed>& needs) {
  for (const UnclosedDate& day : facts.unclosed) {
    if (day.locations == 0) continue;
    OverviewNeed need;
    need.kind = "close";
    need.role = "a";
    need.title = format_date(day.date) + " not closed: ";
    if (static_cast<std::size_t>(day.locations) <= day.named.size()) {
      for (std::size_t i = 0; i < day.named.size(); ++i) need.title += (i == 0 ? "" : ", ") + day.named[i];
    } else {
      need.title += grouped(day.locations) + " of " + grouped(day.all) + " locations";
    }
    need.count = day.locations;
    need.due_at = day.expected_at;
    need.owner = "finance";
    need.href = "/closes?date=" + format_date(day.date) + "&state=unclosed";
    need.need_id = need_id_of("close", format_date(day.date), "");
    needs.push_back(std::move(need));
  }
}

void add_breakers(const NeedFacts& facts, std::vector<OverviewNeed>& needs) {
  for (const BreakerFact& breaker : facts.breakers) {
    if (breaker.breaker == "flowing") continue;
    OverviewNeed need;
    need.kind = "breaker";
    need.role = breaker.breaker == "probing" ? "a" : "f";
    need.title = "ERP " + breaker.connector + (breaker.breaker == "probing" ? " is being tried again" : " stopped") + (breaker.last_error.empty() ? "" : ": " + breaker.last_error);
    need.owner = "operations";
    need.href = "/connectors/" + in_query(breaker.connector);
    need.need_id = need_id_of("breaker", breaker.connector, "");
    needs.push_back(std::move(need));
  }
}

}  // namespace

std::string spoken(Duration duration) {
  const std::int64_t s = std::max<std::int64_t>(0, duration.micros / 1'000'000);
  if (s < 2 * kMinute) return std::to_string(s) + " s";
  if (s < 2 * kHour) return std::to_string(s / kMinute) + " min";
  if (s < 2 * kDay) return std::to_string(s / kHour) + " h";
  return std::to_string(s / kDay) + " d";
}

std::string spoken_cause(std::string_view cause_key) {
  const std::size_t colon = cause_key.find(':');
  if (colon == std::string_view::npos) return std::string(cause_key);
  const std::string_view kind = cause_key.substr(0, colon);
  return (kind == "sku" ? std::string("SKU") : std::string(kind)) + " " + std::string(cause_key.substr(colon + 1));
}

std::string need_id_of(std::string_view kind, std::string_view about, std::string_view since) {
  const Sha256Digest digest = sha256({"tillsync need\n", kind, "\n", about, "\n", since});
  return "n_" + to_base32({digest.data(), kIdBytes});
}

std::vector<OverviewNeed> build_needs(const NeedFacts& facts) {
  std::vector<OverviewNeed> needs = facts.others;
  for (OverviewNeed& need : needs)
    if (need.need_id.empty()) need.need_id = need_id_of(need.kind, need.href, need.title);
  add_causes(facts, needs);
  add_agents(facts, needs);
  add_days(facts, needs);
  add_breakers(facts, needs);
  for (OverviewNeed& need : needs)
    if (const auto seen = facts.acknowledged.find(need.need_id); seen != facts.acknowledged.end()) need.acknowledged_by = seen->second;
  std::ranges::stable_sort(needs, [](const OverviewNeed& a, const OverviewNeed& b) {
    const Instant first = a.due_at.value_or(Instant{}), second = b.due_at.value_or(Instant{});
    return std::tuple(!a.acknowledged_by.empty(), first, a.kind) < std::tuple(!b.acknowledged_by.empty(), second, b.kind);
  });
  return needs;
}

}  // namespace tillsync::hub
