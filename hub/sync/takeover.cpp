#include "hub/sync/takeover.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "common/crypto/crypto.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kNonceBytes = 16;

}  // namespace

Bytes NonceSource::next() {
  const Sha256Digest digest = sha256({"tillsync-nonce-1", std::to_string(seed_), "/", std::to_string(++count_)});
  return Bytes(digest.data(), kNonceBytes);
}

std::uint64_t NonceSource::next_number() {
  std::uint64_t number = 0;
  while (number == 0) std::memcpy(&number, next().data(), sizeof number);
  return number;
}

bool Takeover::is_superseded(const BootId& boot) const {
  return std::ranges::find(superseded_, boot, &Superseded::boot) != superseded_.end();
}

ClaimDecision Takeover::claim(const BootId& boot, BytesView proof) {
  if (current_ == boot) return {Claim::kCurrent, {}, std::nullopt};
  const auto known = std::ranges::find(superseded_, boot, &Superseded::boot);
  if (known == superseded_.end()) return take_over(boot, false);
  const bool is_proved = !known->nonce.empty() && equal_constant_time(known->nonce, proof);
  if (!is_proved) {
    if (known->nonce.empty()) known->nonce = nonces_.next();
    return {Claim::kSuperseded, known->nonce, std::nullopt};
  }
  if (current_shown_) return {Claim::kConflict, {}, std::nullopt};
  superseded_.erase(known);
  return take_over(boot, true);
}

ClaimDecision Takeover::take_over(const BootId& boot, bool shown) {
  ClaimDecision decision{Claim::kTookOver, {}, current_};
  for (Superseded& other : superseded_) other.nonce.clear();
  if (current_) {
    decision.nonce = nonces_.next();
    superseded_.push_back({*current_, decision.nonce});
    if (superseded_.size() > kSupersededBootsMax) superseded_.pop_front();
  }
  current_ = boot;
  current_shown_ = shown;
  return decision;
}

void Takeover::forget() {
  current_.reset();
  current_shown_ = false;
  superseded_.clear();
}

}  // namespace tillsync::hub
