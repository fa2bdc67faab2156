// The compact form (README.md beside this file): each object is an array of its fields in list order, cut behind the
// last one that is set, with a map of unknown fields at its end. Pure. Used by encode_document and the encoders of
// masterdata.h.
#pragma once

#include <charconv>
#include <msgpack.hpp>
#include <string>
#include <type_traits>

#include "common/base/limits.h"
#include "common/contract/field_list.h"
#include "common/contract/msgpack_cursor.h"

namespace tillsync {

/// Of the outermost array; a reader refuses any other.
inline constexpr std::int64_t kEncodingVersion = 1;

/// msgpack-c's packer writes here.
struct BytesSink {
  Bytes bytes;
  void write(const char* data, std::size_t size) { bytes.append(data, size); }
};
using Packer = msgpack::packer<BytesSink>;

void pack_text(Packer& packer, std::string_view text);
void pack_unknown_fields(Packer& packer, const Extras& extras);

template <FieldObject T>
void write_array(Packer& packer, const T& object, std::size_t left_out = 0);

template <FieldObject T>
class ArrayWriter {
 public:
  /// count: fields to write. left_out: of these, how many at the front are nil because they stand elsewhere.
  ArrayWriter(Packer& packer, std::size_t count, std::size_t left_out)
      : packer_(packer), count_(count), left_out_(left_out) {}

  template <class M>
  void field(std::string_view /*name*/, const M& member, Need /*need*/) {
    const std::size_t index = next_++;
    if (index >= count_) return;
    if (index < left_out_ || is_default<T>(member, index))
      packer_.pack_nil();
    else
      write(member);
  }
  void currency(std::string_view name, const Currency& member, Need need) { field(name, member, need); }
  void foreign(std::string_view name, const Amount& member, const Currency& /*currency*/) {
    field(name, member, Need::kOptional);
  }

 private:
  void write(const std::string& member) { pack_text(packer_, member); }
  void write(const FreeText& member) { pack_text(packer_, member.value); }
  void write(const Currency& member) { pack_text(packer_, member.code); }
  void write(const Quantity& member) { packer_.pack_int64(member.milli); }
  void write(const UnitPrice& member) { packer_.pack_int64(member.micro); }
  void write(const Rate& member) { packer_.pack_int64(member.micro); }
  void write(const Amount& member) { packer_.pack_int64(member.minor); }
  void write(const Instant& member) { packer_.pack_int64(member.micros); }
  void write(const Date& member) { packer_.pack_int64(member.days); }
  void write(std::int64_t member) { packer_.pack_int64(member); }
  void write(bool member) { member ? packer_.pack_true() : packer_.pack_false(); }
  template <class Tag>
  void write(const TextId<Tag>& member) {
    pack_text(packer_, member.value);
  }
  template <class M>
  void write(const std::optional<M>& member) {
    write(*member);
  }
  template <class M>
  void write(const std::vector<M>& list) {
    packer_.pack_array(static_cast<std::uint32_t>(list.size()));
    for (const M& entry : list) write(entry);
  }
  template <FieldObject M>
  void write(const M& member) {
    write_array(packer_, member);
  }

  Packer& packer_;
  std::size_t count_, left_out_;
  std::size_t next_ = 0;
};

template <FieldObject T>
void write_array(Packer& packer, const T& object, std::size_t left_out) {
  const std::size_t count = count_set_fields(object);
  packer.pack_array(static_cast<std::uint32_t>(count + 1));
  ArrayWriter<T> visitor(packer, count, left_out);
  T::fields(visitor, object);
  pack_unknown_fields(packer, object.extras);
}

template <FieldObject T>
void read_array(MsgpackCursor& cursor, T& object);

template <FieldObject T>
class ArrayReader {
 public:
  ArrayReader(MsgpackCursor& cursor, std::size_t count) : cursor_(cursor), count_(count) {}

  template <class M>
  void field(std::string_view /*name*/, M& member, Need /*need*/) {
    if (next_++ >= count_ || cursor_.take_nil()) return;
    read(member);
  }
  void currency(std::string_view name, Currency& member, Need need) { field(name, member, need); }
  void foreign(std::string_view name, Amount& member, const Currency& /*currency*/) {
    field(name, member, Need::kOptional);
  }

 private:
  void read(std::string& member) { member = cursor_.text(); }
  void read(FreeText& member) { member.value = cursor_.text(); }
  void read(Currency& member) { member.code = cursor_.text(); }
  void read(Quantity& member) { member.milli = cursor_.integer(); }
  void read(UnitPrice& member) { member.micro = cursor_.integer(); }
  void read(Rate& member) { member.micro = cursor_.integer(); }
  void read(Amount& member) { member.minor = cursor_.integer(); }
  void read(Instant& member) { member.micros = up_to(kInstantMax.micros); }
  void read(Date& member) { member.days = static_cast<std::int32_t>(up_to(kDateMax.days)); }
  void read(std::int64_t& member) { member = cursor_.integer(); }
  void read(bool& member) { member = cursor_.boolean(); }
  template <class Tag>
  void read(TextId<Tag>& member) {
    member.value = cursor_.text();
  }
  template <class M>
  void read(std::optional<M>& member) {
    read(member.emplace());
  }
  template <class M>
  void read(std::vector<M>& list) {
    const std::size_t count = cursor_.array_header();
    if (count > kDocumentLinesMax) cursor_.fail(ErrorCode::kLimitExceeded, "a list has too many entries");
    if (cursor_.failed()) return;
    list.reserve(count);
    for (std::size_t i = 0; i < count && !cursor_.failed(); ++i) read(list.emplace_back());
  }
  template <FieldObject M>
  void read(M& member) {
    read_array(cursor_, member);
  }
  std::int64_t up_to(std::int64_t max) {
    const std::int64_t value = cursor_.integer();
    if (value >= 0 && value <= max) return value;
    cursor_.fail(ErrorCode::kInvalid, "no such date or time");
    return 0;
  }

  MsgpackCursor& cursor_;
  std::size_t count_;
  std::size_t next_ = 0;
};

template <FieldObject T>
void read_array(MsgpackCursor& cursor, T& object) {
  const std::size_t entries = cursor.array_header();
  if (entries == 0) cursor.fail(ErrorCode::kInvalid, "an object has no map of unknown fields");
  if (cursor.failed()) return;
  ArrayReader<T> visitor(cursor, entries - 1);
  T::fields(visitor, object);
  // Fields of a later minor version: their names are not known here, their position is.
  for (std::size_t position = count_fields<T>(); position + 1 < entries && !cursor.failed(); ++position)
    object.extras.emplace_back("#" + std::to_string(position), cursor.value(kDocumentDepthMax));
  cursor.unknown_fields(object.extras);
}

/// [1, object] for what is no document.
template <FieldObject T>
Bytes encode_object(const T& object) {
  BytesSink sink;
  Packer packer(sink);
  packer.pack_array(2);
  packer.pack_int64(kEncodingVersion);
  write_array(packer, object);
  return std::move(sink.bytes);
}

template <FieldObject T>
Result<T> decode_object(BytesView bytes, std::string operation) {
  if (bytes.size() > kDocumentBytesMax) return fail(ErrorCode::kLimitExceeded, std::move(operation), "too many bytes");
  MsgpackCursor cursor(bytes);
  T object;
  if (cursor.array_header() != 2) cursor.fail(ErrorCode::kInvalid, "expected [version, object]");
  if (cursor.integer() != kEncodingVersion)
    cursor.fail(ErrorCode::kUnsupported, "an encoding version that is not known here");
  if (!cursor.failed()) read_array(cursor, object);
  if (!cursor.at_end()) cursor.fail(ErrorCode::kInvalid, "bytes behind the end");
  if (cursor.failed()) return std::unexpected(cursor.error(std::move(operation)));
  return object;
}

}  // namespace tillsync
