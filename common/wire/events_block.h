// The documents of an events frame as one block of bytes: MessagePack arrays one after another, zstd over all of them where it
// pays. Pure; a thread keeps its zstd contexts.
#pragma once

#include <cstdint>
#include <expected>
#include <vector>

#include "common/base/bytes.h"
#include "common/wire/messages.h"

namespace tillsync::wire {

/// On the wire: never renumber.
enum class Packing : std::uint8_t { kPlain = 0, kZstd = 1 };

/// plain_size: bytes of the block when unpacked.
struct EventsBlock {
  Packing packing = Packing::kPlain;
  std::uint64_t count = 0, plain_size = 0;
  Bytes bytes;
};

/// Smaller blocks are sent as they are; larger ones too when zstd does not take off kBlockSavingPercentMin.
inline constexpr std::size_t kBlockZstdBytesMin = 512;
inline constexpr std::size_t kBlockSavingPercentMin = 10;

EventsBlock pack_events(const std::vector<Event>& events);

/// Limits are held against what the frame announces, and the announcement against what zstd itself says, before memory is taken:
/// a small frame cannot unpack into more than kBatchBytesMax.
std::expected<std::vector<Event>, DecodeFault> unpack_events(Packing packing, std::uint64_t count, std::uint64_t plain_size,
                                                             BytesView bytes);

}  // namespace tillsync::wire
