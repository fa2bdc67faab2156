#include <algorithm>

#include "common/base/limits.h"
#include "common/wire/events_block.h"
#include "common/wire/field_list.h"
#include "common/wire/frame_writer.h"

namespace tillsync::wire {
namespace {

constexpr std::size_t kSmallFrameBytes = 256;
constexpr std::size_t kItemFields = 4;

/// The longest beginning of the text within bytes_max that does not cut a character.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t size = bytes_max;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

/// Writes the fields of one frame between its head and its trailing map.
class FieldWriter {
 public:
  FieldWriter(Kind kind, std::size_t bytes_expected) : kind_(kind), writer_(bytes_expected) {}

  template <class... Fields>
  void operator()(const Fields&... fields) {
    writer_.array_header(2 + (width(fields) + ...) + 1);
    writer_.integer(kMajor);
    writer_.unsigned_integer(static_cast<std::uint64_t>(kind_));
    (put(fields), ...);
    writer_.empty_map();
  }
  Bytes finish() { return writer_.finish(); }

 private:
  template <class Field>
  static constexpr std::size_t width(const Field&) {
    return 1;
  }
  // packing, count, plain size, block
  static constexpr std::size_t width(const std::vector<Event>&) { return 4; }

  void put(bool value) { writer_.boolean(value); }
  void put(std::int64_t value) { writer_.integer(value); }
  void put(std::uint64_t value) { writer_.unsigned_integer(value); }
  void put(Instant value) { writer_.integer(value.micros); }
  void put(FaultCode value) { writer_.unsigned_integer(static_cast<std::uint64_t>(value)); }
  template <class Tag, std::size_t N>
  void put(const FixedBytes<Tag, N>& value) {
    writer_.binary(value.view());
  }
  void put(const Text<const std::string>& field) { writer_.text(cut(field.value, field.bytes_max)); }
  void put(const Blob<const Bytes>& field) { writer_.binary(field.value); }
  void put(const std::vector<Event>& events) {
    const EventsBlock block = pack_events(events);
    writer_.unsigned_integer(static_cast<std::uint64_t>(block.packing));
    writer_.unsigned_integer(block.count);
    writer_.unsigned_integer(block.plain_size);
    writer_.binary(block.bytes);
  }
  void put(const std::vector<InboxItem>& items) {
    writer_.array_header(items.size());
    for (const InboxItem& item : items) {
      writer_.array_header(kItemFields + 1);
      writer_.unsigned_integer(item.no);
      writer_.text(item.kind);
      writer_.text(item.key);
      writer_.binary(item.payload);
      writer_.empty_map();
    }
  }

  template <class T>
  void put(const Later<T>& field) {
    put(field.value);
  }

  Kind kind_;
  FrameWriter writer_;
};

}  // namespace

Bytes encode(const Message& message) {
  return std::visit(
      [](const auto& frame) {
        using Frame = std::remove_cvref_t<decltype(frame)>;
        FieldWriter writer(kKindOf<Frame>, kSmallFrameBytes);
        fields(writer, frame);
        return writer.finish();
      },
      message);
}

}  // namespace tillsync::wire
