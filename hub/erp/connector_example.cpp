#include "hub/erp/connector_example.h"

#include <algorithm>

#include "hub/erp/conversation.h"
#include "hub/jq/exact_numbers.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr Instant kExampleTime{1'764'147'600'000'000};  // 2025-11-26T09:00:00Z: programs must not depend on it

json request_json(const ErpRequest& request) {
  json shown = {{"name", request.name}, {"method", request.method}, {"path", request.path}};
  for (const auto& [name, value] : request.query) shown["query"][name] = value;
  for (const auto& [name, value] : request.headers) shown["headers"][name] = value;
  const json body = json::parse(request.body, nullptr, false);
  if (!request.body.empty()) shown["body"] = body.is_discarded() ? json(request.body) : body;
  if (request.has_effect) shown["effect"] = true;
  return shown;
}

/// {"$number": "2.50"} is what is sent as 2.50.
json with_numbers(json body) {
  const auto bare = with_bare_numbers(body.dump());
  return bare ? json::parse(*bare, nullptr, false) : body;
}

/// What the hub adds by itself is not compared unless the example names it; a form is compared as the text that is sent.
json comparable(json request, const json& other) {
  for (const char* name : {"Content-Type", "Accept"}) {
    if (!request.contains("headers") || (other.contains("headers") && other["headers"].contains(name))) continue;
    request["headers"].erase(name);
  }
  if (request.contains("headers") && request["headers"].empty()) request.erase("headers");
  if (request.contains("body")) request["body"] = with_numbers(request["body"]);
  if (request.contains("form")) {
    std::string form;
    for (const auto& [name, value] : request["form"].items())
      form += (form.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value.is_string() ? value.get<std::string>() : value.dump());
    request.erase("form");
    request["body"] = form;
  }
  if (request.contains("query")) {
    for (auto& [name, value] : request["query"].items())
      if (!value.is_string()) value = value.dump();
  }
  if (request.contains("query") && request["query"].empty()) request.erase("query");
  if (request.contains("effect") && request["effect"] == false) request.erase("effect");
  return request;
}

ErpAnswer answer_of(const json& answer) {
  ErpAnswer made;
  const std::string failure = answer.value("failure", "");
  if (failure == "not_sent") made.failure = TransportFailure::kNotSent;
  if (failure == "timeout") made.failure = TransportFailure::kTimeout;
  if (failure == "broken") made.failure = TransportFailure::kBroken;
  made.failure_text = failure;
  made.status = answer.value("status", 0);
  if (answer.contains("headers")) made.headers = answer["headers"].get<std::map<std::string, std::string, std::less<>>>();
  if (const auto wait = made.headers.find("retry-after"); wait != made.headers.end() && !wait->second.empty() &&
                                                          std::ranges::all_of(wait->second, [](char c) { return c >= '0' && c <= '9'; }))
    made.retry_after = seconds(std::stoll(wait->second.substr(0, 9)));
  if (answer.contains("text")) made.body = answer["text"].get<std::string>();
  else if (answer.contains("body")) made.body = answer["body"].dump();
  return made;
}

json outcome_json(const Outcome& outcome) {
  json shown = json::object();
  switch (outcome.kind) {
    case OutcomeKind::kPosted: shown["status"] = "posted"; break;
    case OutcomeKind::kRefused: shown["status"] = "refused"; break;
    case OutcomeKind::kTransient: shown["status"] = "transient"; break;
    case OutcomeKind::kUnknown: shown["status"] = "unknown"; break;
    case OutcomeKind::kAbsent: shown["status"] = "absent"; break;
  }
  const std::pair<const char*, const std::string*> texts[] = {{"reference", &outcome.reference}, {"code", &outcome.code}, {"text", &outcome.text}, {"cause", &outcome.cause}};
  for (const auto& [name, text] : texts)
    if (!text->empty()) shown[name] = *text;
  if (outcome.retry_after) shown["retry_after_s"] = outcome.retry_after->micros / 1'000'000;
  return shown;
}

json end_json(const Conversation& conversation) {
  const ConversationEnd& end = conversation.end();
  if (end.is_split) return {{"split", true}};
  json shown = json::object();
  if (!end.session.is_null()) return {{"session", end.session}, {"expires_in_s", end.session_expires_in.micros / 1'000'000}};
  if (conversation.subject().operation == "on_hand" && end.outcomes.front().kind == OutcomeKind::kPosted) {
    shown["on_hand"] = json::array();
    for (const OnHandAtErp& row : end.on_hand) shown["on_hand"].push_back({{"location", row.location}, {"sku", row.sku}, {"qty", row.qty}});
    return shown;
  }
  shown["outcomes"] = json::array();
  for (const Outcome& outcome : end.outcomes) shown["outcomes"].push_back(outcome_json(outcome));
  return shown;
}

/// Of an expected outcome the members are compared that it names; a split's reason is for people.
bool is_as_expected(const json& expected, const json& got) {
  if (expected.contains("split")) return got.contains("split");
  if (!expected.contains("outcomes")) return expected == got;
  if (!got.contains("outcomes") || got["outcomes"].size() != expected["outcomes"].size()) return false;
  for (std::size_t i = 0; i < expected["outcomes"].size(); ++i) {
    for (const auto& [name, value] : expected["outcomes"][i].items())
      if (!got["outcomes"][i].contains(name) || got["outcomes"][i][name] != value) return false;
    if (got["outcomes"][i].contains("reference") && !expected["outcomes"][i].contains("reference")) return false;
  }
  return true;
}

void replace_texts(json& value, const std::vector<std::string>& secrets) {
  if (value.is_structured()) {
    for (auto& [key, part] : value.items()) replace_texts(part, secrets);
    return;
  }
  if (!value.is_string()) return;
  auto text = value.get<std::string>();
  for (const std::string& secret : secrets) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) text.replace(at, secret.size(), "***");
  }
  value = std::move(text);
}

class ExamplePlay {
 public:
  ExamplePlay(const Connector& connector, json turns, ConnectorMemory& memory, ProgramRunner& programs)
      : expected_turns(std::move(turns)), connector_(connector), memory_(memory), programs_(programs) {}

  /// False: it waits for an answer that the example does not have.
  bool go_on(Conversation& conversation) {
    while (conversation.step() != Conversation::Step::kEnded) {
      if (conversation.step() == Conversation::Step::kRunProgram) {
        const std::string input = conversation.program_input(memory_, {}, kExampleTime);
        conversation.program_gave(programs_.run(conversation.program().text, input), memory_, {});
      } else if (conversation.step() == Conversation::Step::kLogIn) {
        if (!log_in(conversation)) return false;
      } else if (!answer(conversation)) {
        return false;
      }
    }
    return true;
  }

  const json expected_turns;
  ExampleRun run;

 private:
  bool log_in(Conversation& conversation) {
    memory_.end_session();
    ConversationSubject about;
    about.operation = "login";
    about.settings = conversation.subject().settings;
    about.hub_id = conversation.subject().hub_id;
    Conversation login(connector_, std::move(about), false);
    if (!go_on(login)) return false;
    const ConversationEnd& end = login.end();
    if (!end.session.is_null()) memory_.start_session(end.session, end.session_expires_in);
    conversation.logged_in(end.outcomes.front());
    return true;
  }

  bool answer(Conversation& conversation) {
    const json request = request_json(conversation.request());
    const std::size_t turn = run.turns.size();
    if (turn >= expected_turns.size()) {
      run.turns.push_back({request, nullptr});
      return false;
    }
    const json& expected = expected_turns[turn];
    const json wanted = comparable(expected.value("request", request), request), got = comparable(request, expected.value("request", request));
    if (wanted != got) run.differences.push_back("request " + std::to_string(turn + 1) + ": expected " + wanted.dump() + ", got " + got.dump());
    const json given = expected.value("answer", json::object());
    run.turns.push_back({request, given});
    conversation.answered(answer_of(given));
    return true;
  }

  const Connector& connector_;
  ConnectorMemory& memory_;
  ProgramRunner& programs_;
};

}  // namespace

Result<ExampleRun> run_example(const Connector& connector, const json& example, const json& settings, ProgramRunner& programs) {
  constexpr const char* kOperation = "run an example";
  if (!connector.is_talking()) return fail(ErrorCode::kUnsupported, kOperation, "connector " + connector.name + " is plain: it sends each posting as it is");
  if (!example.is_object() || !example.contains("operation") || !example["operation"].is_string())
    return fail(ErrorCode::kInvalid, kOperation, "an example is an object with \"operation\"");
  const std::string operation = example["operation"];
  if (!connector.operations.contains(operation)) return fail(ErrorCode::kInvalid, kOperation, "connector " + connector.name + " has no operation \"" + operation + "\"");
  ConversationSubject subject;
  subject.operation = operation;
  subject.settings = settings;
  if (example.contains("settings")) subject.settings.update(example["settings"]);
  subject.hub_id = example.contains("hub") && example["hub"].contains("id") ? example["hub"]["id"].get<std::string>() : "hub-1";
  for (const auto& [name, part] : {std::pair("postings", &subject.postings), std::pair("locations", &subject.locations), std::pair("skus", &subject.skus), std::pair("items", &subject.items)})
    if (example.contains(name)) *part = example[name];
  if ((operation == "post" || operation == "look_up") && (!subject.postings.is_array() || subject.postings.empty()))
    return fail(ErrorCode::kInvalid, kOperation, "\"postings\" must be a list of 1 or more");
  ConnectorMemory memory(connector.known_ttl);
  if (example.contains("known") && example["known"].is_object()) memory.remember(example["known"], {});
  const bool has_session = example.contains("session") && !example["session"].is_null();
  if (has_session) memory.start_session(example["session"], seconds(3'600));

  ExamplePlay play(connector, example.value("turns", json::array()), memory, programs);
  Conversation conversation(connector, std::move(subject), has_session);
  ExampleRun& run = play.run;
  const json& expected_turns = play.expected_turns;
  if (!play.go_on(conversation)) return run;
  if (run.turns.size() < expected_turns.size()) run.differences.push_back("it ended after " + std::to_string(run.turns.size()) + " of " + std::to_string(expected_turns.size()) + " requests");
  run.result = end_json(conversation);
  if (example.contains("result") && !is_as_expected(example["result"], run.result))
    run.differences.push_back("result: expected " + example["result"].dump() + ", got " + run.result.dump());
  return run;
}

Result<json> fill_settings(const Connector& connector, const std::map<std::string, std::string>& given) {
  json filled = json::object();
  std::string missing, known;
  for (const ConnectorSetting& setting : connector.settings) {
    known += (known.empty() ? "" : ", ") + setting.name;
    const auto found = given.find(setting.name);
    if (found != given.end()) filled[setting.name] = found->second;
    else if (setting.value_if_unset) filled[setting.name] = *setting.value_if_unset;
    else missing += (missing.empty() ? "" : ", ") + setting.name + " (" + setting.meaning + ")";
  }
  for (const auto& [name, value] : given)
    if (!filled.contains(name)) return fail(ErrorCode::kInvalid, "read erp.settings", "connector " + connector.name + " has no setting \"" + name + "\"", "it has: " + known);
  if (!missing.empty()) return fail(ErrorCode::kInvalid, "read erp.settings", "connector " + connector.name + " needs: " + missing, "set them under [erp.settings] in hub.toml");
  return filled;
}

json without_secrets(const Connector& connector, const json& settings, json shown) {
  std::vector<std::string> secrets;
  for (const ConnectorSetting& setting : connector.settings) {
    const auto value = settings.find(setting.name);
    if (setting.is_secret && value != settings.end() && value->is_string() && !value->get_ref<const std::string&>().empty()) secrets.push_back(*value);
  }
  replace_texts(shown, secrets);
  return shown;
}

}  // namespace tillsync::hub
