// Which of several starts ("boots") of an agent is the current one, and when two of them are alive at once. Pure.
// Source: common/wire/README.md "Two machines with one key".
//
// | hello of …                    | proof            | current boot has shown life | decision                                     |
// | ----------------------------- | ---------------- | --------------------------- | -------------------------------------------- |
// | the current boot              | any              | any                         | kCurrent                                     |
// | a boot never seen             | any              | any                         | kTookOver; the current one becomes superseded |
// | a superseded boot             | none, or stale   | any                         | kSuperseded, with its nonce                  |
// | a superseded boot             | its nonce        | no                          | kTookOver, and life is shown                 |
// | a superseded boot             | its nonce        | yes                         | kConflict                                    |
//
// A nonce is worth something only against the boot that is current now: each take-over makes the earlier ones worthless.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "common/base/bytes.h"

namespace tillsync::hub {

inline constexpr std::size_t kSupersededBootsMax = 32;  // remembered; an older one counts as never seen

/// Secrets that a seed decides: SHA-256 over seed and a counter.
class NonceSource {
 public:
  explicit NonceSource(std::uint64_t seed) : seed_(seed) {}
  Bytes next();
  /// Never 0.
  std::uint64_t next_number();

 private:
  std::uint64_t seed_, count_ = 0;
};

enum class Claim { kCurrent, kTookOver, kSuperseded, kConflict };

struct ClaimDecision {
  Claim claim = Claim::kCurrent;
  Bytes nonce;                      // kSuperseded: for the one that said hello. kTookOver: for the displaced boot
  std::optional<BootId> displaced;  // kTookOver: who was current before
};

class Takeover {
 public:
  explicit Takeover(std::uint64_t seed) : nonces_(seed) {}

  ClaimDecision claim(const BootId& boot, BytesView proof);
  /// The current boot has sent something that only a reader of its newest welcome can send.
  void show_life() { current_shown_ = current_.has_value(); }
  const std::optional<BootId>& current() const { return current_; }
  bool is_superseded(const BootId& boot) const;
  NonceSource& nonces() { return nonces_; }
  /// After a conflict was healed: nothing is known of any boot.
  void forget();

 private:
  struct Superseded {
    BootId boot;
    Bytes nonce;  // "" = none given since the current boot took over
  };
  ClaimDecision take_over(const BootId& boot, bool shown);

  NonceSource nonces_;
  std::optional<BootId> current_;
  bool current_shown_ = false;
  std::deque<Superseded> superseded_;
};

}  // namespace tillsync::hub
