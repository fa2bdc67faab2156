#include "common/wire/frame_reader.h"

#include <limits>
#include <string>

#include "common/contract/text.h"

namespace tillsync::wire {
namespace {

// The tags of the MessagePack specification.
constexpr std::uint8_t kNil = 0xc0, kFalse = 0xc2, kTrue = 0xc3;
constexpr std::uint8_t kBin8 = 0xc4, kBin16 = 0xc5, kBin32 = 0xc6;
constexpr std::uint8_t kExt8 = 0xc7, kExt16 = 0xc8, kExt32 = 0xc9, kFloat32 = 0xca, kFloat64 = 0xcb;
constexpr std::uint8_t kUint8 = 0xcc, kUint16 = 0xcd, kUint32 = 0xce, kUint64 = 0xcf;
constexpr std::uint8_t kInt8 = 0xd0, kInt16 = 0xd1, kInt32 = 0xd2, kInt64 = 0xd3;
constexpr std::uint8_t kFixext1 = 0xd4, kFixext16 = 0xd8;
constexpr std::uint8_t kStr8 = 0xd9, kStr16 = 0xda, kStr32 = 0xdb;
constexpr std::uint8_t kArray16 = 0xdc, kArray32 = 0xdd, kMap16 = 0xde, kMap32 = 0xdf;
constexpr std::uint8_t kPositiveFixintMax = 0x7f, kNegativeFixintMin = 0xe0;

constexpr bool is_fixmap(std::uint8_t tag) { return (tag & 0xf0) == 0x80; }
constexpr bool is_fixarray(std::uint8_t tag) { return (tag & 0xf0) == 0x90; }
constexpr bool is_fixstr(std::uint8_t tag) { return (tag & 0xe0) == 0xa0; }

constexpr std::string_view kCutShort = "the frame ends inside a value";

}  // namespace

void FrameReader::fail(FaultCode code, std::string_view text) {
  if (fault_) return;
  fault_ = code;
  text_ = text;
}

DecodeFault FrameReader::fault() const {
  return {fault_.value_or(FaultCode::kInternal), std::string(text_) + " at byte " + std::to_string(at_)};
}

std::uint8_t FrameReader::next_byte() {
  if (failed()) return kNil;
  if (at_end()) {
    fail(FaultCode::kMalformed, kCutShort);
    return kNil;
  }
  return static_cast<std::uint8_t>(bytes_[at_++]);
}

BytesView FrameReader::take(std::uint64_t size) {
  if (failed()) return {};
  if (size > bytes_.size() - at_) {
    fail(FaultCode::kMalformed, kCutShort);
    return {};
  }
  const BytesView taken = bytes_.substr(at_, static_cast<std::size_t>(size));
  at_ += taken.size();
  return taken;
}

BytesView FrameReader::take_limited(std::uint64_t size, std::size_t bytes_max) {
  if (!failed() && size > bytes_max) fail(FaultCode::kLimit, "a field is longer than its limit");
  return take(size);
}

std::uint64_t FrameReader::big_endian(std::size_t width) {
  std::uint64_t value = 0;
  for (const char c : take(width)) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

std::size_t FrameReader::checked_count(std::uint64_t count) {
  if (failed()) return 0;
  if (count > bytes_.size() - at_) {
    fail(FaultCode::kMalformed, "a list announces more entries than there are bytes");
    return 0;
  }
  return static_cast<std::size_t>(count);
}

bool FrameReader::boolean() {
  const std::uint8_t tag = next_byte();
  if (tag != kTrue && tag != kFalse) fail(FaultCode::kMalformed, "true or false expected");
  return !failed() && tag == kTrue;
}

std::int64_t FrameReader::integer() {
  const std::uint8_t tag = next_byte();
  if (failed()) return 0;
  if (tag <= kPositiveFixintMax) return tag;
  if (tag >= kNegativeFixintMin) return static_cast<std::int8_t>(tag);
  switch (tag) {
    case kUint8: return static_cast<std::int64_t>(big_endian(1));
    case kUint16: return static_cast<std::int64_t>(big_endian(2));
    case kUint32: return static_cast<std::int64_t>(big_endian(4));
    case kUint64: {
      const std::uint64_t value = big_endian(8);
      if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        fail(FaultCode::kMalformed, "a number leaves 64 signed bits");
        return 0;
      }
      return static_cast<std::int64_t>(value);
    }
    case kInt8: return static_cast<std::int8_t>(big_endian(1));
    case kInt16: return static_cast<std::int16_t>(big_endian(2));
    case kInt32: return static_cast<std::int32_t>(big_endian(4));
    case kInt64: return static_cast<std::int64_t>(big_endian(8));
    default: fail(FaultCode::kMalformed, "a whole number expected"); return 0;
  }
}

std::uint64_t FrameReader::unsigned_integer() {
  if (!failed() && !at_end() && static_cast<std::uint8_t>(bytes_[at_]) == kUint64) {
    ++at_;
    return big_endian(8);
  }
  const std::int64_t value = integer();
  if (value < 0) fail(FaultCode::kMalformed, "a number is negative");
  return value < 0 ? 0 : static_cast<std::uint64_t>(value);
}

std::string_view FrameReader::raw_text(std::size_t bytes_max) {
  const std::uint8_t tag = next_byte();
  if (failed()) return {};
  if (is_fixstr(tag)) return take_limited(tag & 0x1f, bytes_max);
  switch (tag) {
    case kStr8: return take_limited(big_endian(1), bytes_max);
    case kStr16: return take_limited(big_endian(2), bytes_max);
    case kStr32: return take_limited(big_endian(4), bytes_max);
    default: fail(FaultCode::kMalformed, "text expected"); return {};
  }
}

std::string_view FrameReader::text(std::size_t bytes_max) {
  const std::string_view value = raw_text(bytes_max);
  if (!find_invalid_utf8(value)) return value;
  fail(FaultCode::kMalformed, "a text is not UTF-8");
  return {};
}

BytesView FrameReader::binary(std::size_t bytes_max) {
  const std::uint8_t tag = next_byte();
  if (failed()) return {};
  switch (tag) {
    case kBin8: return take_limited(big_endian(1), bytes_max);
    case kBin16: return take_limited(big_endian(2), bytes_max);
    case kBin32: return take_limited(big_endian(4), bytes_max);
    default: fail(FaultCode::kMalformed, "bytes expected"); return {};
  }
}

std::size_t FrameReader::array_header() {
  const std::uint8_t tag = next_byte();
  if (failed()) return 0;
  if (is_fixarray(tag)) return checked_count(tag & 0x0f);
  if (tag == kArray16) return checked_count(big_endian(2));
  if (tag == kArray32) return checked_count(big_endian(4));
  fail(FaultCode::kMalformed, "a list expected");
  return 0;
}

void FrameReader::skip_entries(std::uint64_t count, std::size_t levels) {
  if (failed()) return;
  if (levels == 0) {
    fail(FaultCode::kLimit, "nested too deeply");
    return;
  }
  checked_count(count);
  for (std::uint64_t i = 0; i < count && !failed(); ++i) skip(levels - 1);
}

void FrameReader::skip(std::size_t levels) {
  const std::uint8_t tag = next_byte();
  if (failed() || tag <= kPositiveFixintMax || tag >= kNegativeFixintMin) return;
  if (is_fixmap(tag)) return skip_entries(2 * std::uint64_t{tag & 0x0fU}, levels);
  if (is_fixarray(tag)) return skip_entries(tag & 0x0f, levels);
  if (is_fixstr(tag)) return static_cast<void>(take(tag & 0x1f));
  switch (tag) {
    case kNil: case kFalse: case kTrue: return;
    case kBin8: case kStr8: return static_cast<void>(take(big_endian(1)));
    case kBin16: case kStr16: return static_cast<void>(take(big_endian(2)));
    case kBin32: case kStr32: return static_cast<void>(take(big_endian(4)));
    case kExt8: return static_cast<void>(take(big_endian(1) + 1));
    case kExt16: return static_cast<void>(take(big_endian(2) + 1));
    case kExt32: return static_cast<void>(take(big_endian(4) + 1));
    case kUint8: case kInt8: return static_cast<void>(take(1));
    case kUint16: case kInt16: return static_cast<void>(take(2));
    case kUint32: case kInt32: case kFloat32: return static_cast<void>(take(4));
    case kUint64: case kInt64: case kFloat64: return static_cast<void>(take(8));
    case kArray16: return skip_entries(big_endian(2), levels);
    case kArray32: return skip_entries(big_endian(4), levels);
    case kMap16: return skip_entries(2 * big_endian(2), levels);
    case kMap32: return skip_entries(2 * big_endian(4), levels);
    default: break;
  }
  if (tag >= kFixext1 && tag <= kFixext16) return static_cast<void>(take((std::uint64_t{1} << (tag - kFixext1)) + 1));
  fail(FaultCode::kMalformed, "a byte that starts no value");
}

void FrameReader::skip_unknown(std::size_t fields, std::size_t levels) {
  for (std::size_t i = 0; i < fields && !failed(); ++i) skip(levels);
  if (failed()) return;
  if (at_end()) return fail(FaultCode::kMalformed, kCutShort);
  const auto tag = static_cast<std::uint8_t>(bytes_[at_]);
  if (!is_fixmap(tag) && tag != kMap16 && tag != kMap32) return fail(FaultCode::kMalformed, "the trailing map is missing");
  skip(levels);
}

}  // namespace tillsync::wire
