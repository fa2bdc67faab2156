#include "hub/erp/conversation.h"

#include <algorithm>
#include <array>

#include "hub/jq/exact_numbers.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::size_t kRequestNameMax = 64;
constexpr std::size_t kUnreadTextMax = 4'000;  // bytes of an answer that is no JSON
constexpr std::int64_t kSessionMax_s = 86'400;
constexpr std::array kMethods = {"GET", "POST", "PUT", "PATCH", "DELETE"};

/// Thrown inside this file only: what a program said stands in no table of connectors/README.md.
struct Unreadable {
  std::string why;
};

std::string text_of(const json& object, const char* name, bool must_be_there = true) {
  const auto found = object.find(name);
  if (found == object.end() && !must_be_there) return {};
  if (found == object.end() || !found->is_string()) throw Unreadable{std::string("\"") + name + "\" must be a text"};
  return found->get<std::string>();
}

void only_members(const json& object, std::initializer_list<std::string_view> names) {
  for (const auto& [name, value] : object.items())
    if (std::ranges::find(names, name) == names.end()) throw Unreadable{"\"" + name + "\" is nothing that it may say here"};
}

/// Values of query, form and headers: texts, numbers, true and false.
std::string plain_text(const json& value, const std::string& name) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  throw Unreadable{"\"" + name + "\" must be a text or a number"};
}

std::vector<std::pair<std::string, std::string>> pairs_of(const json& request, const char* name) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const auto found = request.find(name);
  if (found == request.end()) return pairs;
  if (!found->is_object()) throw Unreadable{std::string("\"") + name + "\" must be an object"};
  for (const auto& [key, value] : found->items()) pairs.emplace_back(key, plain_text(value, key));
  return pairs;
}

std::string encoded(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string text;
  for (const auto& [name, value] : pairs) text += (text.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
  return text;
}

bool has_header(const ErpRequest& request, std::string_view name) {
  return std::ranges::any_of(request.headers, [name](const auto& header) {
    return std::ranges::equal(header.first, name, [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b)); });
  });
}

ErpRequest request_of(const json& said, bool may_go_elsewhere) {
  if (!said.is_object()) throw Unreadable{"\"request\" must be an object"};
  only_members(said, {"name", "method", "path", "query", "headers", "body", "form", "effect"});
  ErpRequest request;
  request.name = text_of(said, "name");
  if (request.name.empty() || request.name.size() > kRequestNameMax) throw Unreadable{"a request's name has 1 to 64 bytes"};
  request.method = text_of(said, "method");
  if (std::ranges::find(kMethods, request.method) == kMethods.end()) throw Unreadable{"\"method\" must be GET, POST, PUT, PATCH or DELETE"};
  request.path = text_of(said, "path");
  const bool is_elsewhere = may_go_elsewhere && request.path.starts_with("https://");
  if (!request.path.empty() && request.path[0] != '/' && !is_elsewhere) throw Unreadable{"\"path\" must be empty or begin with a slash"};
  request.query = pairs_of(said, "query");
  request.headers = pairs_of(said, "headers");
  if (said.contains("body") && said.contains("form")) throw Unreadable{"a request has a \"body\" or a \"form\""};
  if (said.contains("form")) {
    request.body = encoded(pairs_of(said, "form"));
    if (!has_header(request, "content-type")) request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  } else if (said.contains("body")) {
    auto body = with_bare_numbers(said["body"].dump());
    if (!body) throw Unreadable{"\"body\": " + body.error().detail};
    request.body = std::move(*body);
    if (!has_header(request, "content-type")) request.headers.emplace_back("Content-Type", "application/json");
  }
  if (!has_header(request, "accept")) request.headers.emplace_back("Accept", "application/json");
  if (said.contains("effect") && !said["effect"].is_boolean()) throw Unreadable{"\"effect\" must be true or false"};
  request.has_effect = said.value("effect", false);
  return request;
}

json answer_json(const ErpAnswer& answer) {
  json given = {{"status", answer.status}, {"headers", answer.headers}, {"body", nullptr}};
  if (const auto text = with_large_numbers_as_text(answer.body)) given["body"] = json::parse(*text, nullptr, false);
  else given["text"] = json::parse(json(answer.body.substr(0, kUnreadTextMax)).dump(-1, ' ', false, json::error_handler_t::replace));
  return given;
}

bool is_object_of(const json& value, bool (*is_right)(const json&)) {
  return value.is_object() && std::ranges::all_of(value.items(), [is_right](const auto& item) { return is_right(item.value()); });
}

std::string iso_time(Instant wall) { return format_instant(Instant{wall.micros / 1'000'000 * 1'000'000}); }

}  // namespace

Conversation::Conversation(const Connector& connector, ConversationSubject subject, bool has_session)
    : connector_(connector), program_(connector.operations.at(subject.operation)), subject_(std::move(subject)) {
  if (!has_session && subject_.operation != "login" && connector.operations.contains("login")) step_ = Step::kLogIn;
}

std::string Conversation::program_input(const ConnectorMemory& memory, Duration now, Instant wall) {
  session_no_ = memory.session_no();
  json input = {{"operation", subject_.operation}, {"settings", subject_.settings}, {"session", memory.session(now)}, {"hub", {{"id", subject_.hub_id}}},
                {"now", iso_time(wall)},           {"answers", answers_},           {"known", wanted_.is_null() ? json() : memory.known(wanted_, now)}};
  if (subject_.operation == "post" || subject_.operation == "look_up") input["postings"] = subject_.postings;
  if (subject_.operation == "on_hand") {
    input["locations"] = subject_.locations;
    input["skus"] = subject_.skus;
    input["items"] = subject_.items;
  }
  return input.dump();
}

void Conversation::program_gave(const Result<std::string>& value, ConnectorMemory& memory, Duration now) {
  TS_CHECK(step_ == Step::kRunProgram);
  if (!value) return program_failed(value.error().detail);
  if (++turns_ > program_.turns_max) return program_failed("it took more than " + std::to_string(program_.turns_max) + " turns");
  const json said = json::parse(*value, nullptr, false);
  try {
    if (!said.is_object()) throw Unreadable{"it must say an object"};
    take(said, memory, now);
  } catch (const Unreadable& unreadable) {
    program_failed(unreadable.why);
  }
}

void Conversation::take(const json& said, ConnectorMemory& memory, Duration now) {
  if (said.contains("remember")) {
    const auto is_entries = [](const json& entries) { return entries.is_object(); };
    if (!is_object_of(said["remember"], is_entries)) throw Unreadable{"\"remember\" must be an object of objects"};
    memory.remember(said["remember"], now);
  }
  if (said.contains("need")) {
    only_members(said, {"need", "remember"});
    if (!is_object_of(said["need"], [](const json& keys) { return keys.is_array(); })) throw Unreadable{"\"need\" must be an object of lists"};
    wanted_ = said["need"];
    return;
  }
  if (said.contains("request")) {
    only_members(said, {"request", "remember"});
    return take_request(said["request"]);
  }
  if (said.contains("login")) {
    only_members(said, {"login", "remember"});
    if (said["login"] != true) throw Unreadable{"\"login\" must be true"};
    return log_in_again();
  }
  if (said.contains("split")) {
    only_members(said, {"split", "remember"});
    if (subject_.operation != "post" || subject_.postings.size() < 2) throw Unreadable{"\"split\" is for batches of postings"};
    end_.is_split = true;
    step_ = Step::kEnded;
    return;
  }
  if (subject_.operation == "login") return take_session(said);
  if (subject_.operation == "on_hand") return take_on_hand(said);
  take_outcomes(said);
}

void Conversation::take_request(const json& said) {
  request_ = request_of(said, subject_.operation == "login");
  if (answers_.contains(request_.name)) throw Unreadable{"a request named \"" + request_.name + "\" has been answered already"};
  if (subject_.operation != "post" && subject_.operation != "look_up" && request_.has_effect) throw Unreadable{"only postings may have an effect"};
  step_ = Step::kSend;
}

void Conversation::take_outcomes(const json& said) {
  only_members(said, {"outcomes", "remember"});
  if (!said.contains("outcomes") || !said["outcomes"].is_array()) throw Unreadable{"it says none of what it may say"};
  const json& outcomes = said["outcomes"];
  if (outcomes.size() != subject_.postings.size())
    throw Unreadable{"it gave " + std::to_string(outcomes.size()) + " outcomes for " + std::to_string(subject_.postings.size()) + " postings"};
  std::vector<Outcome> read;
  for (const json& one : outcomes) read.push_back(outcome_of(one));
  end_.outcomes = std::move(read);
  step_ = Step::kEnded;
}

Outcome Conversation::outcome_of(const json& said) const {
  if (!said.is_object()) throw Unreadable{"an outcome must be an object"};
  only_members(said, {"status", "reference", "code", "text", "cause", "retry_after_s"});
  const std::string status = text_of(said, "status");
  Outcome outcome;
  outcome.reference = cut_text(text_of(said, "reference", false));
  outcome.code = cut_text(text_of(said, "code", false));
  outcome.text = cut_text(text_of(said, "text", false));
  outcome.cause = cut_text(text_of(said, "cause", false));
  const bool is_look_up = subject_.operation == "look_up";
  if (said.contains("retry_after_s") && said["retry_after_s"].is_number()) outcome.retry_after = Duration{static_cast<std::int64_t>(said["retry_after_s"].get<double>() * 1e6)};
  if (status == "posted") outcome.kind = OutcomeKind::kPosted;
  else if (status == "refused") outcome.kind = OutcomeKind::kRefused;
  else if (status == "unknown") outcome.kind = OutcomeKind::kUnknown;
  else if (status == "transient") outcome.kind = is_look_up ? OutcomeKind::kUnknown : OutcomeKind::kTransient;
  else if (status == "absent" && is_look_up) outcome.kind = OutcomeKind::kAbsent;
  else throw Unreadable{"\"" + status + "\" is no status of an outcome"};
  if (outcome.kind == OutcomeKind::kRefused && outcome.code.empty()) outcome.code = "rejected";
  return outcome;
}

void Conversation::take_session(const json& said) {
  only_members(said, {"session", "expires_in_s", "outcomes", "remember"});
  if (said.contains("outcomes")) return take_failure(said["outcomes"]);
  if (!said.contains("session") || said["session"].is_null()) throw Unreadable{"a log-in gives a \"session\""};
  if (!said.contains("expires_in_s") || !said["expires_in_s"].is_number() || said["expires_in_s"] <= 0) throw Unreadable{"a session needs \"expires_in_s\""};
  end_.session = said["session"];
  end_.session_expires_in = seconds(std::min(kSessionMax_s, static_cast<std::int64_t>(said["expires_in_s"].get<double>())));
  end_.outcomes = {Outcome{.kind = OutcomeKind::kPosted, .reference = {}, .code = {}, .text = {}, .cause = {}, .retry_after = {}}};
  step_ = Step::kEnded;
}

/// Of log-in and on hand: one outcome, and not a good one.
void Conversation::take_failure(const json& outcomes) {
  if (!outcomes.is_array() || outcomes.size() != 1) throw Unreadable{"what failed gives one outcome"};
  const Outcome outcome = outcome_of(outcomes[0]);
  if (outcome.kind == OutcomeKind::kPosted) throw Unreadable{"\"posted\" is for postings"};
  end_.outcomes = {outcome};
  step_ = Step::kEnded;
}

void Conversation::take_on_hand(const json& said) {
  only_members(said, {"on_hand", "outcomes", "remember"});
  if (said.contains("outcomes")) return take_failure(said["outcomes"]);
  if (!said.contains("on_hand") || !said["on_hand"].is_array()) throw Unreadable{"it must say \"on_hand\", a list"};
  for (const json& row : said["on_hand"]) {
    if (!row.is_object()) throw Unreadable{"each of \"on_hand\" is an object"};
    end_.on_hand.push_back({text_of(row, "location"), text_of(row, "sku"), text_of(row, "qty")});
  }
  end_.outcomes = {Outcome{.kind = OutcomeKind::kPosted, .reference = {}, .code = {}, .text = {}, .cause = {}, .retry_after = {}}};
  step_ = Step::kEnded;
}

void Conversation::answered(const ErpAnswer& answer) {
  TS_CHECK(step_ == Step::kSend);
  const bool is_sent = answer.failure != TransportFailure::kNotSent;
  had_effect_ = had_effect_ || (request_.has_effect && is_sent);
  if (answer.failure != TransportFailure::kNone) {
    const Outcome failed = transport_outcome(answer);
    return end_all(had_effect_ ? OutcomeKind::kUnknown : OutcomeKind::kTransient, failed.code, failed.text);
  }
  if (contains(connector_.stale_session, answer.status) && subject_.operation != "login") return log_in_again();
  if (contains(connector_.handled, answer.status)) {
    answers_[request_.name] = answer_json(answer);
    step_ = Step::kRunProgram;
    return;
  }
  const std::string code = "http_" + std::to_string(answer.status);
  const bool is_named = contains(connector_.transient, answer.status);
  end_all(had_effect_ ? OutcomeKind::kUnknown : OutcomeKind::kTransient, code,
          is_named ? "the ERP is not ready: status " + std::to_string(answer.status) : "the ERP answered with status " + std::to_string(answer.status), answer.retry_after);
}

void Conversation::log_in_again() {
  if (had_effect_) return end_all(OutcomeKind::kUnknown, "session_ended", "the ERP ended the session in the middle");
  if (has_logged_in_ || !connector_.operations.contains("login") || subject_.operation == "login")
    return end_all(OutcomeKind::kTransient, "not_logged_in", "the ERP does not take the log-in: check erp.settings");
  has_logged_in_ = true;
  turns_ = 0;
  answers_ = json::object();
  wanted_ = nullptr;
  step_ = Step::kLogIn;
}

void Conversation::logged_in(const Outcome& outcome) {
  TS_CHECK(step_ == Step::kLogIn);
  step_ = Step::kRunProgram;
  if (outcome.kind != OutcomeKind::kPosted) end_all(OutcomeKind::kTransient, outcome.code.empty() ? "not_logged_in" : outcome.code, outcome.text, outcome.retry_after);
}

/// Which of several postings the program cannot take is found by trying halves. A look-up may be repeated at any time.
void Conversation::program_failed(const std::string& text) {
  const bool is_repeatable = subject_.operation == "look_up" || (subject_.operation == "post" && !had_effect_);
  if (is_repeatable && subject_.postings.size() > 1) {
    end_.is_split = true;
    step_ = Step::kEnded;
    return;
  }
  const std::string said = program_.file + ": " + text;
  end_all(had_effect_ ? OutcomeKind::kUnknown : OutcomeKind::kRefused, "connector_failed", said);
}

std::size_t Conversation::outcomes_wanted() const {
  return subject_.operation == "post" || subject_.operation == "look_up" ? subject_.postings.size() : 1;
}

/// Whatever goes wrong with a look-up leaves the posting unknown.
void Conversation::end_all(OutcomeKind kind, std::string code, std::string text, std::optional<Duration> retry_after) {
  if (subject_.operation == "look_up") kind = OutcomeKind::kUnknown;
  Outcome outcome;
  outcome.kind = kind;
  outcome.code = std::move(code);
  outcome.text = cut_text(std::move(text));
  outcome.retry_after = retry_after;
  end_.outcomes.assign(outcomes_wanted(), outcome);
  step_ = Step::kEnded;
}

ErpCall call_of(const ErpRequest& request, const std::string& url, std::uint64_t tag) {
  ErpCall call;
  call.tag = tag;
  call.method = request.method;
  call.url = request.path.starts_with("https://") ? request.path : url + request.path;
  if (!request.query.empty()) call.url += (request.path.find('?') == std::string::npos ? "?" : "&") + encoded(request.query);
  call.headers = request.headers;
  call.body = request.body;
  return call;
}

}  // namespace tillsync::hub
