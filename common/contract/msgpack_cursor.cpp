#include "common/contract/msgpack_cursor.h"

#include "common/base/limits.h"
#include "common/contract/text.h"

namespace tillsync {
namespace {

// The tags of the MessagePack specification.
constexpr std::uint8_t kNil = 0xc0, kFalse = 0xc2, kTrue = 0xc3;
constexpr std::uint8_t kExt8 = 0xc7, kExt16 = 0xc8, kExt32 = 0xc9;
constexpr std::uint8_t kUint8 = 0xcc, kUint64 = 0xcf, kInt8 = 0xd0, kInt64 = 0xd3;
constexpr std::uint8_t kFixext1 = 0xd4, kFixext16 = 0xd8;
constexpr std::uint8_t kStr8 = 0xd9, kStr16 = 0xda, kStr32 = 0xdb;
constexpr std::uint8_t kArray16 = 0xdc, kArray32 = 0xdd, kMap16 = 0xde, kMap32 = 0xdf;
constexpr std::uint8_t kNegativeFixint = 0xe0;

constexpr bool is_fixmap(std::uint8_t tag) {
  return (tag & 0xf0) == 0x80;
}
constexpr bool is_fixarray(std::uint8_t tag) {
  return (tag & 0xf0) == 0x90;
}
constexpr bool is_fixstr(std::uint8_t tag) {
  return (tag & 0xe0) == 0xa0;
}

bool is_clean_ascii(std::string_view text) {
  for (const char c : text)
    if (c <= 0) return false;
  return true;
}

}  // namespace

void MsgpackCursor::fail(ErrorCode code, std::string_view detail) {
  if (code_) return;
  code_ = code;
  detail_ = detail;
}

Error MsgpackCursor::error(std::string operation) const {
  return Error{code_.value_or(ErrorCode::kInternal), std::move(operation),
               std::string(detail_) + " at byte " + std::to_string(at_), ""};
}

std::uint8_t MsgpackCursor::next_byte() {
  if (failed()) return kNil;
  if (at_end()) {
    fail(ErrorCode::kInvalid, "the bytes end inside a value");
    return kNil;
  }
  return static_cast<std::uint8_t>(bytes_[at_++]);
}

std::uint64_t MsgpackCursor::big_endian(std::size_t width) {
  std::uint64_t value = 0;
  for (const char c : take(width)) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

std::string_view MsgpackCursor::take(std::size_t size) {
  if (failed()) return {};
  if (size > left()) {
    fail(ErrorCode::kInvalid, "the bytes end inside a value");
    return {};
  }
  const std::string_view taken = bytes_.substr(at_, size);
  at_ += size;
  return taken;
}

std::size_t MsgpackCursor::checked_count(std::uint64_t count, std::size_t bytes_each) {
  if (count > left() / bytes_each) {
    fail(ErrorCode::kInvalid, "a list announces more entries than there are bytes");
    return 0;
  }
  return static_cast<std::size_t>(count);
}

bool MsgpackCursor::take_nil() {
  if (failed()) return true;  // so that a reader leaves the field alone
  if (at_end() || static_cast<std::uint8_t>(bytes_[at_]) != kNil) return false;
  ++at_;
  return true;
}

bool MsgpackCursor::boolean() {
  const std::uint8_t tag = next_byte();
  if (tag != kTrue && tag != kFalse) fail(ErrorCode::kInvalid, "expected true or false");
  return tag == kTrue;
}

std::int64_t MsgpackCursor::integer() {
  const std::uint8_t tag = next_byte();
  if (tag < 0x80) return tag;
  if (tag >= kNegativeFixint) return static_cast<std::int8_t>(tag);
  if (tag >= kUint8 && tag <= kUint64) {
    const std::uint64_t value = big_endian(std::size_t{1} << (tag - kUint8));
    if (value > static_cast<std::uint64_t>(INT64_MAX)) fail(ErrorCode::kInvalid, "an integer leaves 64 bits");
    return failed() ? 0 : static_cast<std::int64_t>(value);
  }
  if (tag >= kInt8 && tag <= kInt64) {
    const std::size_t width = std::size_t{1} << (tag - kInt8);
    const std::uint64_t value = big_endian(width);
    switch (width) {
      case 1: return static_cast<std::int8_t>(value);
      case 2: return static_cast<std::int16_t>(value);
      case 4: return static_cast<std::int32_t>(value);
      default: return static_cast<std::int64_t>(value);
    }
  }
  fail(ErrorCode::kInvalid, "expected an integer");
  return 0;
}

std::string_view MsgpackCursor::text() {
  const std::uint8_t tag = next_byte();
  std::size_t size = 0;
  if (is_fixstr(tag)) {
    size = tag & 0x1f;
  } else if (tag >= kStr8 && tag <= kStr32) {
    size = static_cast<std::size_t>(big_endian(std::size_t{1} << (tag - kStr8)));
  } else {
    fail(ErrorCode::kInvalid, "expected a text");
    return {};
  }
  const std::string_view value = take(size);
  if (!is_clean_ascii(value) && (value.find('\0') != std::string_view::npos || find_invalid_utf8(value)))
    fail(ErrorCode::kInvalid, "a text is not valid UTF-8, or holds NUL");
  return failed() ? std::string_view{} : value;
}

std::size_t MsgpackCursor::array_header() {
  const std::uint8_t tag = next_byte();
  if (is_fixarray(tag)) return checked_count(tag & 0x0f, 1);
  if (tag == kArray16) return checked_count(big_endian(2), 1);
  if (tag == kArray32) return checked_count(big_endian(4), 1);
  fail(ErrorCode::kInvalid, "expected an array");
  return 0;
}

std::size_t MsgpackCursor::map_header() {
  const std::uint8_t tag = next_byte();
  if (is_fixmap(tag)) return checked_count(tag & 0x0f, 2);
  if (tag == kMap16) return checked_count(big_endian(2), 2);
  if (tag == kMap32) return checked_count(big_endian(4), 2);
  fail(ErrorCode::kInvalid, "expected a map");
  return 0;
}

bool MsgpackCursor::next_is_text() const {
  const auto tag = static_cast<std::uint8_t>(bytes_[at_]);
  return is_fixstr(tag) || (tag >= kStr8 && tag <= kStr32);
}

Value MsgpackCursor::number_or_fault() {
  const auto tag = static_cast<std::uint8_t>(bytes_[at_]);
  std::size_t size = 0;
  if (tag >= kFixext1 && tag <= kFixext16) {
    ++at_;
    size = std::size_t{1} << (tag - kFixext1);
  } else if (tag >= kExt8 && tag <= kExt32) {
    ++at_;
    size = static_cast<std::size_t>(big_endian(std::size_t{1} << (tag - kExt8)));
  } else {
    return Value{NumberText{std::to_string(integer())}};
  }
  if (static_cast<std::int8_t>(next_byte()) != kNumberTextExtension)
    fail(ErrorCode::kUnsupported, "an extension type that is not known here");
  const std::string_view digits = take(size);
  if (!is_clean_ascii(digits)) fail(ErrorCode::kInvalid, "a number is no text");
  return Value{NumberText{std::string(digits)}};
}

Value MsgpackCursor::value(std::size_t levels) {
  if (failed()) return {};
  if (at_end()) {
    fail(ErrorCode::kInvalid, "the bytes end inside a value");
    return {};
  }
  const auto tag = static_cast<std::uint8_t>(bytes_[at_]);
  if (take_nil()) return {};
  if (tag == kTrue || tag == kFalse) return Value{boolean()};
  if (next_is_text()) return Value{std::string(text())};
  const bool is_array = is_fixarray(tag) || tag == kArray16 || tag == kArray32;
  const bool is_map = is_fixmap(tag) || tag == kMap16 || tag == kMap32;
  if (!is_array && !is_map) return number_or_fault();
  if (levels == 0) {
    fail(ErrorCode::kLimitExceeded, "nested too deeply");
    return {};
  }
  if (is_map) {
    ValueObject members;
    object_members(members, map_header(), levels - 1);
    return Value{std::move(members)};
  }
  ValueArray list;
  for (std::size_t left_to_read = array_header(); left_to_read > 0 && !failed(); --left_to_read)
    list.push_back(value(levels - 1));
  return Value{std::move(list)};
}

void MsgpackCursor::object_members(ValueObject& members, std::size_t count, std::size_t levels) {
  for (; count > 0 && !failed(); --count) {
    std::string name(text());
    members.emplace_back(std::move(name), value(levels));
  }
}

void MsgpackCursor::unknown_fields(Extras& extras) {
  object_members(extras, map_header(), kDocumentDepthMax);
}

}  // namespace tillsync
