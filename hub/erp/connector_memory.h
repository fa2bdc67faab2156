// What the programs of one connector remember from one conversation to the next: the session, and ids that were looked up. In memory
// only: after a restart it is asked for anew. Pure.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "common/base/time.h"

namespace tillsync::hub {

/// Things of one connector that are remembered; all are forgotten when there are more.
inline constexpr std::size_t kRememberedMax = 100'000;

class ConnectorMemory {
 public:
  explicit ConnectorMemory(Duration known_ttl) : known_ttl_(known_ttl) {}

  /// wanted: {"account": ["4000", …]}. Returns {"account": {"4000": …}} of what is remembered; a kind that was asked for is always there.
  nlohmann::json known(const nlohmann::json& wanted, Duration now) const;
  /// found: {"account": {"4000": 6}}.
  void remember(const nlohmann::json& found, Duration now);

  /// null: there is none, or it has expired.
  nlohmann::json session(Duration now) const;
  bool has_session(Duration now) const { return !session(now).is_null(); }
  void start_session(nlohmann::json session, Duration expires_at);
  void end_session() { session_ = nullptr; }
  /// Counts up with each session.
  std::uint64_t session_no() const { return session_no_; }

 private:
  struct Known {
    nlohmann::json value;
    Duration until;
  };
  Duration known_ttl_;
  std::map<std::string, std::map<std::string, Known, std::less<>>, std::less<>> known_;
  std::size_t remembered_ = 0;
  nlohmann::json session_;
  Duration session_until_;
  std::uint64_t session_no_ = 0;
};

}  // namespace tillsync::hub
