#include "agent/sync/key_ring.h"

#include <algorithm>
#include <nlohmann/json.hpp>

// | next pair | stored | the hub knows            | used first | on a welcome by …                                        |
// | --------- | ------ | ------------------------ | ---------- | -------------------------------------------------------- |
// | none      |        | the pair in use          | keys[0]    |                                                          |
// | made      | yes    | keys[0], perhaps next    | keys[0]    | keys[0]: next is offered (again)                         |
// | taken     | yes    | both, or only next       | next       | next: it becomes keys[0]. keys[0]: the hub was put back, next is "made" again |
//
// Whatever the hub refuses, all others are tried, the oldest last: a copy from the middle of a change, or a hub from before it, is met with the
// pair that it knows. A pair that may have been told to the hub is never thrown away while it could be the only one that is good.

namespace tillsync::agent {
namespace {

using nlohmann::json;

json pair_json(const KeyPair& pair) { return {{"public", pair.public_key}, {"secret", pair.secret_key}}; }

std::optional<KeyPair> read_pair(const json& tree) {
  const auto is_text = [&tree](const char* name) { return tree.is_object() && tree.contains(name) && tree[name].is_string(); };
  if (!is_text("public") || !is_text("secret")) return std::nullopt;
  return KeyPair{tree["public"], tree["secret"]};
}

std::optional<std::vector<std::string>> read_texts(const json& tree, const char* name) {
  if (!tree.contains(name) || !tree[name].is_array()) return std::nullopt;
  std::vector<std::string> texts;
  for (const json& text : tree[name]) {
    if (!text.is_string()) return std::nullopt;
    texts.push_back(text);
  }
  return texts;
}

std::optional<KeyRecord> read_record(const json& tree) {
  if (!tree.is_object() || !tree.contains("keys") || !tree["keys"].is_array() || tree["keys"].empty() || !tree.contains("next")) return std::nullopt;
  KeyRecord record;
  for (const json& pair : tree["keys"]) {
    auto read = read_pair(pair);
    if (!read) return std::nullopt;
    record.keys.push_back(std::move(*read));
  }
  auto answered = read_texts(tree, "answered");
  if (!answered) return std::nullopt;
  record.answered = std::move(*answered);
  const json& next = tree["next"];
  if (next.is_null()) return record;
  auto pair = read_pair(next);
  auto commands = pair ? read_texts(next, "commands") : std::nullopt;
  if (!commands || !next.contains("taken") || !next["taken"].is_boolean()) return std::nullopt;
  record.next = KeyRecord::Next{std::move(*pair), next["taken"], std::move(*commands)};
  return record;
}

}  // namespace

std::string key_record_json(const KeyRecord& record) {
  json keys = json::array();
  for (const KeyPair& pair : record.keys) keys.push_back(pair_json(pair));
  json next = nullptr;
  if (record.next) {
    next = pair_json(record.next->pair);
    next["taken"] = record.next->is_taken;
    next["commands"] = record.next->commands;
  }
  return json{{"keys", std::move(keys)}, {"next", std::move(next)}, {"answered", record.answered}}.dump();
}

Result<KeyRecord> parse_key_record(std::string_view text) {
  auto record = read_record(json::parse(text, nullptr, false));
  if (!record) return fail(ErrorCode::kCorrupt, "read key pairs", "it is no record of them");
  return std::move(*record);
}

KeyRing::KeyRing(KeyRecord record) : record_(std::move(record)) {
  TS_CHECK(!record_.keys.empty());
  in_use_ = candidates().front();
}

std::vector<KeyPair> KeyRing::candidates() const {
  std::vector<KeyPair> all = record_.keys;
  if (record_.next) all.insert(record_.next->is_taken ? all.begin() : std::next(all.begin()), record_.next->pair);
  return all;
}

bool KeyRing::refused() {
  tried_.insert(in_use_.public_key);
  welcomed_.clear();
  for (const KeyPair& pair : candidates()) {
    if (tried_.contains(pair.public_key)) continue;
    in_use_ = pair;
    return true;
  }
  tried_.clear();
  return false;
}

void KeyRing::welcomed() {
  tried_.clear();
  welcomed_ = in_use_.public_key;
}

KeyRing::Asked KeyRing::look_up(std::string_view command_id) const {
  if (std::ranges::find(record_.answered, command_id) != record_.answered.end()) return Asked::kAnswered;
  return record_.next ? Asked::kUnderWay : Asked::kNew;
}

KeyRecord KeyRing::with_command(const std::string& command_id, const KeyPair& fresh) const {
  KeyRecord record = record_;
  if (!record.next) record.next = KeyRecord::Next{fresh, false, {}};
  auto& commands = record.next->commands;
  std::erase(commands, command_id);
  if (commands.size() >= kKeyCommandsKeptMax) commands.erase(commands.begin());
  commands.push_back(command_id);
  return record;
}

bool KeyRing::is_to_be_offered() const {
  return record_.next && !record_.next->is_taken && !record_.next->commands.empty() && in_use_.public_key != record_.next->pair.public_key;
}

KeyRecord KeyRing::with_taken() const {
  KeyRecord record = record_;
  if (record.next) record.next->is_taken = true;
  return record;
}

KeyRecord KeyRing::with_refused_offer() const {
  KeyRecord record = record_;
  if (record.next) record.next->commands.clear();
  return record;
}

std::optional<KeyRecord> KeyRing::with_welcome() const {
  if (welcomed_ != in_use_.public_key) return std::nullopt;
  KeyRecord record = record_;
  if (record.next && record.next->pair.public_key == welcomed_) {
    record.answered = std::move(record.next->commands);
    record.keys.insert(record.keys.begin(), std::move(record.next->pair));
    record.next.reset();
    if (record.keys.size() > kKeyPairsKeptMax) record.keys.resize(kKeyPairsKeptMax);
    return record;
  }
  const bool is_forgotten = record.next && record.next->is_taken;
  if (is_forgotten) record.next->is_taken = false;
  const auto used = std::ranges::find(record.keys, welcomed_, &KeyPair::public_key);
  const bool is_older = used != record.keys.end() && used != record.keys.begin();
  if (is_older) std::rotate(record.keys.begin(), used, std::next(used));
  if (!is_forgotten && !is_older) return std::nullopt;
  return record;
}

bool KeyRing::put(KeyRecord record) {
  record_ = std::move(record);
  const bool changes = record_.next && record_.next->is_taken && in_use_.public_key != record_.next->pair.public_key;
  if (changes) {
    in_use_ = record_.next->pair;
    tried_.clear();
    welcomed_.clear();
  }
  return changes;
}

}  // namespace tillsync::agent
