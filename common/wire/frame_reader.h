// Reads the MessagePack of a frame from left to right: no tree, no memory taken, every length held against the bytes that are
// there and against the field's own limit. The first fault sticks; what is read after it is empty. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/base/bytes.h"
#include "common/wire/messages.h"

namespace tillsync::wire {

class FrameReader {
 public:
  explicit FrameReader(BytesView bytes) : bytes_(bytes) {}

  bool failed() const { return fault_.has_value(); }
  void fail(FaultCode code, std::string_view text);
  DecodeFault fault() const;
  bool at_end() const { return at_ == bytes_.size(); }

  bool boolean();
  std::int64_t integer();
  std::uint64_t unsigned_integer();
  /// Valid UTF-8; lives as long as the bytes, as binary does. kLimit past bytes_max.
  std::string_view text(std::size_t bytes_max);
  /// str without a look at its bytes.
  std::string_view raw_text(std::size_t bytes_max);
  BytesView binary(std::size_t bytes_max);
  /// Number of entries; each still has a byte at least.
  std::size_t array_header();
  /// Steps over any value. levels: how deep it may still nest.
  void skip(std::size_t levels);
  /// Steps over `fields` fields that a newer program added, then over the trailing map.
  void skip_unknown(std::size_t fields, std::size_t levels);

 private:
  std::uint8_t next_byte();
  std::uint64_t big_endian(std::size_t width);
  BytesView take(std::uint64_t size);
  BytesView take_limited(std::uint64_t size, std::size_t bytes_max);
  std::size_t checked_count(std::uint64_t count);
  void skip_entries(std::uint64_t count, std::size_t levels);

  BytesView bytes_;
  std::size_t at_ = 0;
  std::optional<FaultCode> fault_;
  std::string_view text_;
};

}  // namespace tillsync::wire
