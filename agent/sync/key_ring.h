// Which of its CURVE key pairs an agent speaks with, and how far it has come with new ones ("rotate_keys"). Pure: what is to be stored is
// a KeyRecord, which the caller makes durable before it goes on. The protocol stands in README.md "New keys".
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"

namespace tillsync::agent {

inline constexpr std::size_t kKeyPairsKeptMax = 4;      // that were in use: for a hub that was restored from before the change
inline constexpr std::size_t kKeyCommandsKeptMax = 32;  // that one change answers

/// Z85, 40 characters each.
struct KeyPair {
  std::string public_key, secret_key;
  bool operator==(const KeyPair&) const = default;
};

/// What outlives a start.
struct KeyRecord {
  struct Next {
    KeyPair pair;
    bool is_taken = false;              // the hub has said that it is good
    std::vector<std::string> commands;  // by which it was asked for, the newest last; answered when it is in use
    bool operator==(const Next&) const = default;
  };
  KeyRecord() = default;
  /// Of an agent that never changed its keys.
  explicit KeyRecord(KeyPair pair) { keys.push_back(std::move(pair)); }
  std::vector<KeyPair> keys;  // in use first, then those before it, the newest first
  std::optional<Next> next;
  std::vector<std::string> answered;          // commands that the last change has answered
  bool operator==(const KeyRecord&) const = default;
};
std::string key_record_json(const KeyRecord& record);
/// kCorrupt: it is none. Whether public and secret keys belong together is for the caller to check.
Result<KeyRecord> parse_key_record(std::string_view json);

class KeyRing {
 public:
  explicit KeyRing(KeyRecord record);
  const KeyRecord& record() const { return record_; }
  const KeyPair& in_use() const { return in_use_; }

  /// The hub knows the pair in use not, or no longer. True: another one is to be tried now. False: none is left; the next refusal
  /// begins again with the others.
  bool refused();
  /// The hub has welcomed the pair in use.
  void welcomed();

  enum class Asked { kAnswered, kUnderWay, kNew };
  Asked look_up(std::string_view command_id) const;
  /// A change begins with this pair (kNew), or one that is under way answers this command as well (kUnderWay).
  KeyRecord with_command(const std::string& command_id, const KeyPair& fresh) const;
  /// What is to be told to the hub: the next pair is neither taken nor in use, and somebody asked for it.
  bool is_to_be_offered() const;
  KeyRecord with_taken() const;
  /// The hub does not want it: nobody asks any more; the pair is kept, it may have been told.
  KeyRecord with_refused_offer() const;
  /// What the hub's welcome has shown: the pair in use is the agent's, and the next one is done (its commands are `answered`) or was forgotten there.
  /// nullopt: nothing new.
  std::optional<KeyRecord> with_welcome() const;
  /// After it was stored. A pair that the hub has taken is in use from here on; true: the links are to be opened anew with it.
  bool put(KeyRecord record);

 private:
  std::vector<KeyPair> candidates() const;
  KeyRecord record_;
  KeyPair in_use_;
  std::set<std::string> tried_;  // public keys that were refused since the last welcome or round
  std::string welcomed_;         // the public key that the hub has welcomed last
};

}  // namespace tillsync::agent
