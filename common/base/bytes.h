// Byte strings of fixed and of any length, and their text forms (hex, Crockford base32). Pure. Any thread.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tillsync {

/// Owned bytes travel as std::string (SQLite, msgpack and ZeroMQ all take char*); borrowed ones as string_view.
using Bytes = std::string;
using BytesView = std::string_view;

std::string to_hex(BytesView bytes);
/// Both cases are read; nullopt when the length is odd or a character is no hex digit.
std::optional<Bytes> from_hex(std::string_view text);
/// Crockford base32, lower case, without padding: short, and safe to read over the telephone.
std::string to_base32(BytesView bytes);
/// Reads both cases, and o, i, l as 0, 1, 1. nullopt for other characters, a length that to_base32 never gives, or set
/// bits behind the last whole byte.
std::optional<Bytes> from_base32(std::string_view text);

/// N bytes of one meaning; Tag keeps a hash from being passed where a key is wanted.
template <class Tag, std::size_t N>
struct FixedBytes {
  static constexpr std::size_t kSize = N;
  std::array<char, N> data{};

  auto operator<=>(const FixedBytes&) const = default;
  BytesView view() const { return {data.data(), N}; }
  std::string hex() const { return to_hex(view()); }
  bool is_zero() const { return *this == FixedBytes{}; }

  static std::optional<FixedBytes> from_view(BytesView bytes) {
    if (bytes.size() != N) return std::nullopt;
    FixedBytes value;
    std::memcpy(value.data.data(), bytes.data(), N);
    return value;
  }
};

/// SHA-256 of a document's canonical form (CONTRACT: content hash).
using ContentHash = FixedBytes<struct ContentHashTag, 32>;
/// chain[n] = SHA-256(chain[n-1] || content_hash[n]); see common/sync.
using ChainHash = FixedBytes<struct ChainHashTag, 32>;
/// Derived from the business identity (common/contract/identity.h); the same on agent, hub and ERP.
using EventId = FixedBytes<struct EventIdTag, 16>;
/// A random number that names one history of one outbox.
using EpochId = FixedBytes<struct EpochIdTag, 16>;
/// A random number of one start of one agent process.
using BootId = FixedBytes<struct BootIdTag, 16>;
/// A random number that names one life of the hub's database; new whenever it is restored.
using IncarnationId = FixedBytes<struct IncarnationIdTag, 16>;

}  // namespace tillsync

template <class Tag, std::size_t N>
struct std::hash<tillsync::FixedBytes<Tag, N>> {
  std::size_t operator()(const tillsync::FixedBytes<Tag, N>& value) const noexcept {
    return std::hash<std::string_view>{}(value.view());
  }
};
