// Reads MessagePack from left to right straight into fields: no tree, no memory but the fields' own, every length held
// against the bytes that are there. The first fault sticks; what is read after it is empty. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/error.h"
#include "common/contract/value.h"

namespace tillsync {

/// The extension type that carries a number as it was written, among unknown fields.
inline constexpr std::int8_t kNumberTextExtension = 1;

class MsgpackCursor {
 public:
  explicit MsgpackCursor(BytesView bytes) : bytes_(bytes) {}

  bool failed() const { return code_.has_value(); }
  /// kInvalid by default; kLimitExceeded, kUnsupported where the reader says so.
  void fail(ErrorCode code, std::string_view detail);
  Error error(std::string operation) const;
  bool at_end() const { return at_ == bytes_.size(); }
  std::size_t left() const { return bytes_.size() - at_; }

  /// Steps over nil; false when something else comes next.
  bool take_nil();
  bool boolean();
  std::int64_t integer();
  /// Valid UTF-8 without NUL; lives as long as the bytes.
  std::string_view text();
  /// Number of entries; each still has a byte at least.
  std::size_t array_header();
  std::size_t map_header();
  /// Any value of an unknown field. levels: how deep it may still nest.
  Value value(std::size_t levels);
  /// The trailing map of an object.
  void unknown_fields(Extras& extras);

 private:
  std::uint8_t next_byte();
  std::uint64_t big_endian(std::size_t width);
  std::string_view take(std::size_t size);
  std::size_t checked_count(std::uint64_t count, std::size_t bytes_each);
  bool next_is_text() const;
  void object_members(ValueObject& members, std::size_t count, std::size_t levels);
  Value number_or_fault();

  BytesView bytes_;
  std::size_t at_ = 0;
  std::optional<ErrorCode> code_;
  std::string_view detail_;
};

}  // namespace tillsync
