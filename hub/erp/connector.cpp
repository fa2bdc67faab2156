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

Connector read(const json& root) {
  only(root, "", {"name", "create", "look_up", "answers", "pointers", "limits"});
  const auto object = [&](const char* name) -> const json& { return member(root, name, json::value_t::object, "an object"); };
  Connector connector;
  connector.name = text_member(root, "name");
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
  const json& limits = object("limits");
  only(limits, "limits/", {"concurrency", "connect_timeout_ms", "timeout_ms", "answer_bytes_max"});
  connector.concurrency = static_cast<std::size_t>(number_member(limits, "concurrency"));
  connector.connect_timeout = milliseconds(number_member(limits, "connect_timeout_ms"));
  connector.timeout = milliseconds(number_member(limits, "timeout_ms"));
  connector.answer_bytes_max = static_cast<std::size_t>(number_member(limits, "answer_bytes_max"));
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
