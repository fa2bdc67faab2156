// /v1/closes: which days are closed, what stands in the way, closing and reopening them; /v1/certificate-key: by what certificates are checked.
#include <nlohmann/json.hpp>

#include "hub/api/api_context.h"
#include "hub/reconcile/certificate.h"
#include "hub/reconcile/closing_store.h"
#include "hub/reconcile/day_facts_reader.h"
#include "hub/reconcile/day_reader.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::int64_t kSecond = 1'000'000;  // microseconds

Result<DayKey> day_of(const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const Date date, parse_date(call.parameters[1]));
  return DayKey{LocationId(call.parameters[0]), date};
}

json certificate_json(const CertificateRecord& record) {
  return json::parse(signed_certificate(record.text, record.signature, record.public_key), nullptr, false);
}

json steps_json(const std::vector<DayStepRecord>& steps) {
  json history = json::array();
  for (const DayStepRecord& step : steps)
    history.push_back({{"at", format_instant(step.at)}, {"state", to_string(step.state)}, {"period_closed", step.is_locked}, {"forced", step.is_forced},
                       {"who", step.who}, {"reason", step.reason}, {"certificate", step.certificate_no}});
  return history;
}

/// What the day is like now, and what was issued about it.
Result<std::string> show_day(sql::Connection& connection, const ApiContext& context, const DayKey& day, const BacklogsByLocation& agents, Instant now) {
  TS_ASSIGN_OR_RETURN(const DayFacts facts, read_day_facts(connection, day, agents));
  if (!facts.location && facts.tills.empty() && !facts.lock)
    return fail(ErrorCode::kNotFound, "show day", "there is no location " + day.location.value + ", and nothing came from there on " + format_date(day.business_date));
  const DayVerdict verdict = judge_day(facts, context.days.policy, now);
  TS_ASSIGN_OR_RETURN(const auto steps, DayReader(connection).steps(day));
  TS_ASSIGN_OR_RETURN(const auto certificates, read_certificates(connection, day));
  json body = day_json(facts, verdict);
  body["state"] = to_string(verdict.state);
  body["period_closed"] = facts.lock && facts.lock->is_locked;
  body["expected_at"] = format_instant(verdict.expected_at);
  body["history"] = steps_json(steps);
  body["issued"] = nullptr;
  if (!certificates.empty()) body["issued"] = certificate_json(certificates.front());
  return canonical_json(body);
}

Result<std::string> get_day(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const DayKey day, day_of(call));
  const Instant now = context.now();
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const sql::Transaction snapshot, sql::Transaction::begin(*connection));
  return show_day(*connection, context, day, agent_backlogs(context.agents, now), now);
}

Result<std::string> get_certificate(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const DayKey day, day_of(call));
  std::optional<std::int64_t> number;
  if (const auto text = call.parameter("number"); !text.empty()) {
    TS_ASSIGN_OR_RETURN(number, parse_decimal(text, 0));
  }
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto certificates, read_certificates(*connection, day));
  for (const CertificateRecord& record : certificates)
    if (!number || record.number == *number) return signed_certificate(record.text, record.signature, record.public_key);
  return fail(ErrorCode::kNotFound, "show certificate", "no such certificate was issued for " + day_subject(day));
}

// ---- the list of the morning

std::string_view owner_of(const DayVerdict& verdict) {
  for (const Blocker& blocker : verdict.blockers)
    if (blocker.code == "close_missing" || blocker.code == "sequence_gap" || blocker.code == "sequence_doubled" || blocker.code == "backlog" || blocker.code == "silent") return "store_it";
  return "finance";
}

json row_json(const DayFacts& facts, const DayVerdict& verdict, Instant now) {
  json missing_tills = json::array();
  std::int64_t missing_numbers = 0, differences = 0, backlog = 0, oldest = 0;
  for (const TillVerdict& till : verdict.tills) {
    if (till.lacks_close) missing_tills.push_back(till.till.value);
    missing_numbers += till.missing_count;
    differences += static_cast<std::int64_t>(till.differences.size());
  }
  std::optional<Instant> heard;
  for (const AgentBacklog& agent : facts.agents) {
    backlog += agent.documents;
    oldest = std::max(oldest, agent.documents > 0 ? agent.oldest_unsent_s : 0);
    if (agent.last_heard) heard = std::max(heard.value_or(*agent.last_heard), *agent.last_heard);
  }
  const PostingCounts& postings = facts.postings;
  json row = {{"location", facts.day.location.value},
              {"name", facts.location ? facts.location->name.value : ""},
              {"business_date", format_date(facts.day.business_date)},
              {"state", to_string(verdict.state)},
              {"complete", verdict.is_complete},
              {"may_close", verdict.may_close},
              {"period_closed", facts.lock && facts.lock->is_locked},
              {"tills", verdict.tills.size()},
              {"missing_tills", std::move(missing_tills)},
              {"missing_numbers", missing_numbers},
              {"differences", differences},
              {"exceptions", facts.exception_count},
              {"postings_open", postings.open + postings.unknown + postings.refused + postings.held},
              {"backlog", backlog},
              {"oldest_unsent_s", oldest},
              {"last_heard", nullptr},
              {"expected_at", format_instant(verdict.expected_at)},
              {"overdue_s", 0},
              {"owner", nullptr},
              {"certificate", nullptr}};
  if (heard) row["last_heard"] = format_instant(*heard);
  if (facts.lock) row["certificate"] = facts.lock->certificate_no;
  if (verdict.state != DayState::kClosed) {
    row["owner"] = owner_of(verdict);
    row["overdue_s"] = std::max<std::int64_t>(0, (now - verdict.expected_at).micros / kSecond);
  }
  return row;
}

/// A location without tills and documents (a depot on a quiet day) has no day to close.
bool has_a_day(const DayFacts& facts) { return !facts.tills.empty() || facts.lock; }

Result<std::string> list_days(ApiContext& context, const ApiCall& call) {
  const Instant now = context.now();
  Date date{date_of(now).days - 1};
  if (const auto text = call.parameter("business_date"); !text.empty()) {
    TS_ASSIGN_OR_RETURN(date, parse_date(text));
  }
  std::optional<DayState> state;
  const std::string_view wanted = call.parameter("state");
  const bool is_unclosed = wanted == "unclosed";
  if (!wanted.empty() && !is_unclosed) {
    state = parse_day_state(wanted);
    if (!state) return fail(ErrorCode::kInvalid, "list days", "state must be running, blocked, differs, ready, closed, reopened or unclosed");
  }
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  const std::string_view after = call.parameter("after");
  const BacklogsByLocation agents = agent_backlogs(context.agents, now);
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const sql::Transaction snapshot, sql::Transaction::begin(*connection));
  TS_ASSIGN_OR_RETURN(const DaysOfDate days, read_days_of_date(*connection, date));
  json items = json::array();
  std::optional<std::string> next;
  for (const LocationId& location : days.concerned) {
    if (!after.empty() && location.view() <= after) continue;
    TS_ASSIGN_OR_RETURN(const DayFacts facts, read_day_facts(*connection, location, days, agents));
    if (!has_a_day(facts)) continue;
    const DayVerdict verdict = judge_day(facts, context.days.policy, now);
    if ((state && verdict.state != *state) || (is_unclosed && verdict.state == DayState::kClosed)) continue;
    if (items.size() == limit) {
      next = items.back()["location"].get<std::string>();
      break;
    }
    items.push_back(row_json(facts, verdict, now));
  }
  return page_json(std::move(items), std::move(next));
}

// ---- steps of people

struct Wish {
  bool is_forced = false;
  std::string reason;
  std::optional<Date> posting_date;
};
/// nullopt: answered already.
std::optional<Wish> read_wish(const ApiCall& call) {
  const json body = json::parse(call.request.body.empty() ? "{}" : call.request.body, nullptr, false);
  const auto refuse = [&call](std::string_view detail, std::string_view pointer) {
    call.reply->problem(422, "wrong_type", "Not understood", detail, pointer);
    return std::nullopt;
  };
  if (!body.is_object()) return refuse(R"(send a JSON object like {"reason":"…"})", "");
  Wish wish;
  if (const auto force = body.find("force"); force != body.end()) {
    if (!force->is_boolean()) return refuse("force is true or false", "/force");
    wish.is_forced = force->get<bool>();
  }
  if (const auto reason = body.find("reason"); reason != body.end()) {
    if (!reason->is_string() || reason->get_ref<const std::string&>().size() > kReasonBytesMax) return refuse("reason is a text of up to 1000 bytes", "/reason");
    wish.reason = reason->get<std::string>();
  }
  if (const auto date = body.find("posting_date"); date != body.end() && !date->is_null()) {
    const auto parsed = parse_date(date->is_string() ? date->get_ref<const std::string&>() : "");
    if (!parsed) return refuse("posting_date is a date like 2010-12-01", "/posting_date");
    wish.posting_date = *parsed;
  }
  return wish;
}

std::string refusal_json(const DayKey& day, const std::vector<Blocker>& blockers) {
  json missing = json::array();
  for (const Blocker& blocker : blockers) missing.push_back({{"code", blocker.code}, {"till", blocker.till.value}, {"detail", blocker.detail}});
  return canonical_json({{"type", "urn:tillsync:problem:day_not_ready"},
                         {"title", "The day may not be closed"},
                         {"status", 409},
                         {"pointer", ""},
                         {"detail", day_subject(day) + ": " + std::to_string(blockers.size()) + " things stand in the way; close it all the same with \"force\" and a reason"},
                         {"in_the_way", std::move(missing)}});
}

using DayEffect = std::function<Result<StoredAnswer>(sql::Connection&, const DayKey&, const DayPerson&, const Wish&, const BacklogsByLocation&, Instant)>;

void act(ApiContext& context, ApiCall call, const Route& route, DayEffect effect) {
  const auto wish = read_wish(call);
  if (!wish) return;
  const DayPerson person{call.caller.name, wish->reason};
  // As they are when the person asks; the writer must not wait for the registry.
  auto agents = agent_backlogs(context.agents, context.now());
  const LocationId location(call.parameters[0]);
  const std::string date = call.parameters[1];
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern),
             [location, date, wish = *wish, person, agents = std::move(agents), effect = std::move(effect)](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
               TS_ASSIGN_OR_RETURN(const Date business_date, parse_date(date));
               return effect(connection, {location, business_date}, person, wish, agents, now);
             });
}

void close(ApiContext& context, ApiCall call, const Route& route) {
  act(context, std::move(call), route,
      [&context](sql::Connection& connection, const DayKey& day, const DayPerson& person, const Wish& wish, const BacklogsByLocation& agents, Instant now) -> Result<StoredAnswer> {
        TS_ASSIGN_OR_RETURN(const ClosingResult result, close_day(connection, day, person, wish.is_forced, context.days.policy, agents, context.days.keys, now));
        if (!result.is_closed) return StoredAnswer{409, refusal_json(day, result.blockers)};
        TS_ASSIGN_OR_RETURN(std::string body, show_day(connection, context, day, agents, now));
        return StoredAnswer{200, std::move(body)};
      });
}

void reopen(ApiContext& context, ApiCall call, const Route& route) {
  act(context, std::move(call), route,
      [&context](sql::Connection& connection, const DayKey& day, const DayPerson& person, const Wish&, const BacklogsByLocation& agents, Instant now) -> Result<StoredAnswer> {
        TS_RETURN_IF_ERROR(reopen_day(connection, day, person, now));
        TS_ASSIGN_OR_RETURN(std::string body, show_day(connection, context, day, agents, now));
        return StoredAnswer{200, std::move(body)};
      });
}

void release(ApiContext& context, ApiCall call, const Route& route) {
  act(context, std::move(call), route,
      [](sql::Connection& connection, const DayKey& day, const DayPerson& person, const Wish& wish, const BacklogsByLocation&, Instant now) -> Result<StoredAnswer> {
        TS_ASSIGN_OR_RETURN(const Release done, release_day(connection, day, person, wish.posting_date, now));
        return StoredAnswer{200, canonical_json({{"location", day.location.value},
                                                 {"business_date", format_date(day.business_date)},
                                                 {"posting_date", format_date(done.posting_date)},
                                                 {"released", done.postings}})};
      });
}

}  // namespace

std::vector<Endpoint> close_endpoints() {
  static constexpr Route kClose{"POST", "/v1/closes/{location}/{business_date}/close", Role::kFinance, Repeat::kIdempotencyKey};
  static constexpr Route kReopen{"POST", "/v1/closes/{location}/{business_date}/reopen", Role::kFinance, Repeat::kIdempotencyKey};
  static constexpr Route kRelease{"POST", "/v1/closes/{location}/{business_date}/release", Role::kFinance, Repeat::kIdempotencyKey};
  return {
      {{"GET", "/v1/closes", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_days(context, call)); }},
      {{"GET", "/v1/closes/{location}/{business_date}", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, get_day(context, call)); }},
      {{"GET", "/v1/closes/{location}/{business_date}/certificate", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { call.reply->document(get_certificate(context, call)); }},
      {kClose, [](ApiContext& context, ApiCall call) { close(context, std::move(call), kClose); }},
      {kReopen, [](ApiContext& context, ApiCall call) { reopen(context, std::move(call), kReopen); }},
      {kRelease, [](ApiContext& context, ApiCall call) { release(context, std::move(call), kRelease); }},
      {{"GET", "/v1/certificate-key", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) {
         call.reply->json(200, canonical_json({{"algorithm", "ed25519"}, {"public_key", context.days.keys.public_key.hex()}}));
       }},
  };
}

}  // namespace tillsync::hub
