#include "hub/erp/connector.h"

#include <nlohmann/json.hpp>

#include "common/base/bytes.h"
#include "common/crypto/crypto.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

/// Thrown inside this file only; parse_connector turns it into an Error.
struct BadConnector {
  std::string field, want;
};

const json& member(const json& object, const std::string& name, json::value_t type, const char* want) {
  const auto found = object.find(name);
  if (found == object.end() || found->type() != type) throw BadConnector{name, want};
  return *found;
}

void only(const json& object, const std::string& where, std::initializer_list<std::string_view> names) {
  for (const auto& [name, value] : object.items()) {
    if (std::find(names.begin(), names.end(), name) == names.end()) throw BadConnector{where + name, "no such field is known"};
  }
}

std::string text_member(const json& object, const std::string& name) {
  return member(object, name, json::value_t::string, "a text").get<std::string>();
}

std::int64_t number_member(const json& object, const std::string& name, std::int64_t if_unset) {
  const auto found = object.find(name);
  if (found == object.end()) return if_unset;
  if (!found->is_number_unsigned()) throw BadConnector{name, "a whole number, 0 or more"};
  return found->get<std::int64_t>();
}

std::int64_t number_member(const json& object, const std::string& name) {
  const auto value = member(object, name, json::value_t::number_unsigned, "a whole number above 0").get<std::int64_t>();
  if (value <= 0) throw BadConnector{name, "a whole number above 0"};
  return value;
}

StatusSet statuses(const json& object, const std::string& name) {
  StatusSet set;
  for (const json& status : member(object, name, json::value_t::array, "a list of statuses")) {
    if (status.is_number_integer() && status >= 100 && status <= 599) {
      set.exact.push_back(status.get<int>());
      continue;
    }
    const std::string text = status.is_string() ? status.get<std::string>() : "";
    if (text.size() != 3 || text[0] < '1' || text[0] > '5' || text.substr(1) != "xx") {
      throw BadConnector{name, "100–599 or \"4xx\""};
    }
    set.hundreds.push_back(text[0] - '0');
  }
  return set;
}

RequestTemplate request_template(const json& object) {
  RequestTemplate request{text_member(object, "method"), text_member(object, "path"), {}};
  for (const auto& [name, value] : member(object, "headers", json::value_t::object, "an object of texts").items()) {
    if (!value.is_string()) throw BadConnector{"headers/" + name, "a text"};
    request.headers.emplace_back(name, value.get<std::string>());
  }
  return request;
}

void read_limits(const json& limits, Connector& connector) {
  only(limits, "limits/", {"concurrency", "rate_per_s", "connect_timeout_ms", "timeout_ms", "answer_bytes_max", "settle_ms", "known_ttl_s", "backoff_max_ms"});
  connector.concurrency = static_cast<std::size_t>(number_member(limits, "concurrency"));
  if (const auto rate = limits.find("rate_per_s"); rate != limits.end()) {
    if (!rate->is_number() || rate->get<double>() < 0) throw BadConnector{"limits/rate_per_s", "a number, 0 or more"};
    connector.rate_per_s = rate->get<double>();
  }
  connector.connect_timeout = milliseconds(number_member(limits, "connect_timeout_ms"));
  connector.timeout = milliseconds(number_member(limits, "timeout_ms"));
  connector.answer_bytes_max = static_cast<std::size_t>(number_member(limits, "answer_bytes_max"));
  connector.settle = milliseconds(number_member(limits, "settle_ms", connector.settle.micros / 1'000));
  connector.backoff_max = milliseconds(number_member(limits, "backoff_max_ms", connector.backoff_max.micros / 1'000));
  connector.known_ttl = seconds(number_member(limits, "known_ttl_s", connector.known_ttl.micros / 1'000'000));
}

void read_plain(const json& root, Connector& connector) {
  only(root, "", {"name", "title", "create", "look_up", "answers", "pointers", "limits"});
  const auto object = [&](const char* name) -> const json& { return member(root, name, json::value_t::object, "an object"); };
  only(object("create"), "create/", {"method", "path", "headers"});
  connector.create = request_template(object("create"));
  only(object("look_up"), "look_up/", {"method", "path", "headers", "found", "absent"});
  connector.look_up = request_template(object("look_up"));
  connector.found = statuses(object("look_up"), "found");
  connector.absent = statuses(object("look_up"), "absent");
  const json& answers = object("answers");
  only(answers, "answers/", {"posted", "refused", "transient", "unknown"});
  connector.posted = statuses(answers, "posted");
  connector.refused = statuses(answers, "refused");
  connector.transient = statuses(answers, "transient");
  connector.unknown = statuses(answers, "unknown");
  const json& pointers = object("pointers");
  only(pointers, "pointers/", {"reference", "error_code", "error_text"});
  connector.reference_pointer = text_member(pointers, "reference");
  connector.error_code_pointer = text_member(pointers, "error_code");
  connector.error_text_pointer = text_member(pointers, "error_text");
}

OperationProgram operation_program(const std::string& name, const json& object) {
  if (!object.is_object()) throw BadConnector{"operations/" + name, "an object"};
  only(object, "operations/" + name + "/", {"program", "turns_max"});
  OperationProgram program;
  program.file = text_member(object, "program");
  if (program.file.empty() || program.file.find_first_of("/\\") != std::string::npos || !program.file.ends_with(".jq"))
    throw BadConnector{"operations/" + name + "/program", "the name of a .jq file in the connector's folder"};
  const std::int64_t turns = number_member(object, "turns_max");
  if (turns > static_cast<std::int64_t>(kTurnsMax)) throw BadConnector{"operations/" + name + "/turns_max", "1 to " + std::to_string(kTurnsMax)};
  program.turns_max = static_cast<std::size_t>(turns);
  return program;
}

ConnectorSetting connector_setting(const std::string& name, const json& object) {
  if (!object.is_object()) throw BadConnector{"settings/" + name, "an object"};
  only(object, "settings/" + name + "/", {"default", "secret", "meaning"});
  ConnectorSetting setting;
  setting.name = name;
  setting.meaning = text_member(object, "meaning");
  if (object.contains("default")) setting.value_if_unset = text_member(object, "default");
  if (object.contains("secret")) setting.is_secret = member(object, "secret", json::value_t::boolean, "true or false").get<bool>();
  return setting;
}

void read_talking(const json& root, Connector& connector) {
  only(root, "", {"name", "title", "operations", "settings", "batch", "answers", "folds_case", "limits"});
  const auto object = [&](const char* name) -> const json& { return member(root, name, json::value_t::object, "an object"); };
  only(object("operations"), "operations/", {"login", "post", "look_up", "on_hand"});
  for (const auto& [name, operation] : object("operations").items()) connector.operations.emplace(name, operation_program(name, operation));
  for (const char* name : {"post", "look_up"})
    if (!connector.operations.contains(name)) throw BadConnector{std::string("operations/") + name, "an object"};
  if (root.contains("settings")) {
    for (const auto& [name, setting] : object("settings").items()) connector.settings.push_back(connector_setting(name, setting));
  }
  if (root.contains("batch")) {
    only(object("batch"), "batch/", {"postings_max"});
    const std::int64_t most = number_member(object("batch"), "postings_max");
    if (most > static_cast<std::int64_t>(kBatchPostingsMax)) throw BadConnector{"batch/postings_max", "1 to " + std::to_string(kBatchPostingsMax)};
    connector.postings_max = static_cast<std::size_t>(most);
  }
  if (root.contains("folds_case")) connector.folds_case = member(root, "folds_case", json::value_t::boolean, "true or false").get<bool>();
  const json& answers = object("answers");
  only(answers, "answers/", {"handled", "transient", "stale_session"});
  connector.handled = statuses(answers, "handled");
  if (answers.contains("transient")) connector.transient = statuses(answers, "transient");
  if (answers.contains("stale_session")) connector.stale_session = statuses(answers, "stale_session");
}

Connector read(const json& root) {
  Connector connector;
  connector.name = text_member(root, "name");
  if (root.contains("title")) connector.title = text_member(root, "title");
  root.contains("operations") ? read_talking(root, connector) : read_plain(root, connector);
  read_limits(member(root, "limits", json::value_t::object, "an object"), connector);
  return connector;
}

}  // namespace

Result<Connector> parse_connector(std::string_view json_text) {
  const json root = json::parse(json_text, nullptr, false);
  if (!root.is_object()) return fail(ErrorCode::kInvalid, "read connector.json", "this is no JSON object");
  try {
    return read(root);
  } catch (const BadConnector& bad) {
    return fail(ErrorCode::kInvalid, "read connector.json", bad.field + ": " + bad.want);
  }
}

std::string fill_template(std::string_view text, const std::map<std::string, std::string, std::less<>>& values) {
  std::string filled;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) break;
    filled += text.substr(0, open);
    const auto value = values.find(text.substr(open + 1, close - open - 1));
    filled += value == values.end() ? text.substr(open, close - open + 1) : std::string_view(value->second);
    text.remove_prefix(close + 1);
  }
  return filled + std::string(text);
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                       c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += kHex[byte >> 4];
      encoded += kHex[byte & 15];
    }
  }
  return encoded;
}

std::string traceparent_of(std::string_view correlation_id, std::string_view idempotency_key) {
  constexpr std::size_t kTraceBytes = 16, kSpanBytes = 8;
  const Sha256Digest trace = sha256({correlation_id});
  const Sha256Digest span = sha256({correlation_id, idempotency_key});
  return "00-" + to_hex({trace.data(), kTraceBytes}) + "-" + to_hex({span.data(), kSpanBytes}) + "-01";
}

}  // namespace tillsync::hub
