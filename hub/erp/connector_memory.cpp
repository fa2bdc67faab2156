#include "hub/erp/connector_memory.h"

namespace tillsync::hub {

using nlohmann::json;

json ConnectorMemory::known(const json& wanted, Duration now) const {
  json found = json::object();
  for (const auto& [kind, keys] : wanted.items()) {
    json& of_kind = found[kind] = json::object();
    const auto remembered = known_.find(kind);
    if (remembered == known_.end()) continue;
    for (const json& key : keys) {
      if (!key.is_string()) continue;
      const auto one = remembered->second.find(key.get_ref<const std::string&>());
      if (one != remembered->second.end() && now < one->second.until) of_kind[one->first] = one->second.value;
    }
  }
  return found;
}

void ConnectorMemory::remember(const json& found, Duration now) {
  for (const auto& [kind, entries] : found.items()) {
    for (const auto& [key, value] : entries.items()) {
      if (remembered_ >= kRememberedMax) {
        known_.clear();
        remembered_ = 0;
      }
      auto& of_kind = known_[kind];
      remembered_ += of_kind.contains(key) ? 0 : 1;
      of_kind[key] = {value, now + known_ttl_};
    }
  }
}

json ConnectorMemory::session(Duration now) const { return now < session_until_ ? session_ : json(); }

void ConnectorMemory::start_session(json session, Duration expires_at) {
  session_ = std::move(session);
  session_until_ = expires_at;
  ++session_no_;
}

}  // namespace tillsync::hub
