#include <limits>

#include "common/base/limits.h"
#include "common/wire/events_block.h"
#include "common/wire/field_list.h"
#include "common/wire/frame_reader.h"

namespace tillsync::wire {
namespace {

constexpr std::size_t kItemFields = 4;
constexpr std::size_t kHeadEntries = 2;  // major, kind

/// Reads the fields of one frame; entries is what stands between the head and the trailing map.
class FieldReader {
 public:
  FieldReader(FrameReader& reader, std::size_t entries) : reader_(reader), entries_(entries) {}

  template <class... Fields>
  void operator()(Fields&&... fields) {
    constexpr std::size_t wanted = (width<std::remove_cvref_t<Fields>>() + ...);
    if (entries_ < wanted) return reader_.fail(FaultCode::kMalformed, "too few fields");
    left_ = entries_ - wanted;
    (take(fields), ...);
    if (!reader_.failed()) reader_.skip_unknown(left_, kFrameDepthMax);
  }

  /// Set when the block of documents says another fault than the frame around it.
  const std::optional<DecodeFault>& block_fault() const { return block_fault_; }

 private:
  template <class Field>
  static constexpr std::size_t width() {
    if constexpr (kIsLater<Field>) return 0;
    return std::is_same_v<Field, std::vector<Event>> ? 4 : 1;
  }

  template <class T>
  void take(Later<T>& field) {
    if (left_ == 0) return;
    --left_;
    take(field.value);
  }

  void take(bool& value) { value = reader_.boolean(); }
  void take(std::int64_t& value) { value = reader_.integer(); }
  void take(std::uint64_t& value) { value = reader_.unsigned_integer(); }
  void take(Instant& value) { value.micros = reader_.integer(); }
  void take(FaultCode& value) {
    const std::uint64_t code = reader_.unsigned_integer();
    if (code > std::numeric_limits<std::uint16_t>::max()) reader_.fail(FaultCode::kMalformed, "no fault code");
    value = static_cast<FaultCode>(code);
  }
  template <class Tag, std::size_t N>
  void take(FixedBytes<Tag, N>& value) {
    const auto read = FixedBytes<Tag, N>::from_view(reader_.binary(N));
    if (!read) return reader_.fail(FaultCode::kMalformed, "bytes of the wrong length");
    value = *read;
  }
  void take(Text<std::string>& field) { field.value = reader_.text(field.bytes_max); }
  void take(Blob<Bytes>& field) { field.value = reader_.binary(field.bytes_max); }
  void take(std::vector<Event>& events) {
    const std::uint64_t packing = reader_.unsigned_integer();
    const std::uint64_t count = reader_.unsigned_integer();
    const std::uint64_t plain_size = reader_.unsigned_integer();
    const BytesView bytes = reader_.binary(kFrameBytesMax);
    if (packing > std::numeric_limits<std::uint8_t>::max()) reader_.fail(FaultCode::kMalformed, "no packing");
    if (reader_.failed()) return;
    auto unpacked = unpack_events(static_cast<Packing>(packing), count, plain_size, bytes);
    if (unpacked)
      events = *std::move(unpacked);
    else
      block_fault_ = std::move(unpacked).error();
  }
  void take(std::vector<InboxItem>& items) {
    const std::size_t count = reader_.array_header();
    if (count > kDeliverItemsMax) return reader_.fail(FaultCode::kLimit, "too many inbox items in one frame");
    items.reserve(count);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count && !reader_.failed(); ++i) {
      items.push_back(take_item());
      bytes += items.back().payload.size();
      if (bytes > kDeliverBytesMax) reader_.fail(FaultCode::kLimit, "the inbox items of one frame are too long");
    }
  }
  InboxItem take_item() {
    InboxItem item;
    const std::size_t entries = reader_.array_header();
    if (!reader_.failed() && entries < kItemFields + 1) reader_.fail(FaultCode::kMalformed, "an inbox item has too few fields");
    item.no = reader_.unsigned_integer();
    item.kind = reader_.text(kFrameTextBytesMax);
    item.key = reader_.text(kFrameTextBytesMax);
    item.payload = reader_.binary(kDeliverBytesMax);
    if (!reader_.failed()) reader_.skip_unknown(entries - kItemFields - 1, kFrameDepthMax);
    return item;
  }

  FrameReader& reader_;
  std::size_t entries_;
  std::size_t left_ = 0;  // behind the fields that every version has
  std::optional<DecodeFault> block_fault_;
};

struct Head {
  std::size_t entries = 0;  // of the whole frame
  std::uint64_t kind = 0;
};

std::expected<Head, DecodeFault> read_head(FrameReader& reader, BytesView frame) {
  if (frame.size() > kFrameBytesMax) return std::unexpected(DecodeFault{FaultCode::kLimit, "the frame is too long"});
  Head head;
  head.entries = reader.array_header();
  if (!reader.failed() && head.entries < kHeadEntries + 1) reader.fail(FaultCode::kMalformed, "too few fields");
  const std::int64_t major = reader.integer();
  if (!reader.failed() && (major < kMajorOldest || major > kMajor))
    reader.fail(FaultCode::kUnsupported, "a protocol version that is not spoken here");
  head.kind = reader.unsigned_integer();
  if (reader.failed()) return std::unexpected(reader.fault());
  return head;
}

template <class Frame>
std::expected<Message, DecodeFault> read_frame(FrameReader& reader, std::size_t entries) {
  Frame frame;
  FieldReader fields_of(reader, entries - kHeadEntries - 1);
  fields(fields_of, frame);
  if (fields_of.block_fault() && !reader.failed()) return std::unexpected(*fields_of.block_fault());
  if (!reader.failed() && !reader.at_end()) reader.fail(FaultCode::kMalformed, "bytes behind the end");
  if (reader.failed()) return std::unexpected(reader.fault());
  return Message(std::move(frame));
}

std::expected<Message, DecodeFault> read_kind(FrameReader& reader, Head head) {
  switch (static_cast<Kind>(head.kind)) {
    case Kind::kHello: return read_frame<Hello>(reader, head.entries);
    case Kind::kWelcome: return read_frame<Welcome>(reader, head.entries);
    case Kind::kEvents: return read_frame<Events>(reader, head.entries);
    case Kind::kAck: return read_frame<Ack>(reader, head.entries);
    case Kind::kCredit: return read_frame<Credit>(reader, head.entries);
    case Kind::kGap: return read_frame<Gap>(reader, head.entries);
    case Kind::kDeliver: return read_frame<Deliver>(reader, head.entries);
    case Kind::kDelivered: return read_frame<Delivered>(reader, head.entries);
    case Kind::kAttach: return read_frame<Attach>(reader, head.entries);
    case Kind::kStatus: return read_frame<Status>(reader, head.entries);
    case Kind::kRequest: return read_frame<Request>(reader, head.entries);
    case Kind::kReply: return read_frame<Reply>(reader, head.entries);
    case Kind::kCommand: return read_frame<Command>(reader, head.entries);
    case Kind::kCommandResult: return read_frame<CommandResult>(reader, head.entries);
    case Kind::kEnroll: return read_frame<Enroll>(reader, head.entries);
    case Kind::kEnrolled: return read_frame<Enrolled>(reader, head.entries);
    case Kind::kFault: return read_frame<Fault>(reader, head.entries);
  }
  return std::unexpected(DecodeFault{FaultCode::kUnsupported, "a kind of frame that is not known here"});
}

bool is_large_kind(Kind kind) { return kind == Kind::kEvents || kind == Kind::kDeliver; }

}  // namespace

std::optional<Kind> peek_kind(BytesView frame) {
  FrameReader reader(frame);
  const auto head = read_head(reader, frame);
  if (!head || head->kind == 0 || head->kind > static_cast<std::uint64_t>(Kind::kFault)) return std::nullopt;
  return static_cast<Kind>(head->kind);
}

std::expected<Message, DecodeFault> decode(BytesView frame) {
  FrameReader reader(frame);
  const auto head = read_head(reader, frame);
  if (!head) return std::unexpected(head.error());
  if (head->kind > static_cast<std::uint64_t>(Kind::kFault))
    return std::unexpected(DecodeFault{FaultCode::kUnsupported, "a kind of frame that is not known here"});
  if (frame.size() > kControlFrameBytesMax && !is_large_kind(static_cast<Kind>(head->kind)))
    return std::unexpected(DecodeFault{FaultCode::kLimit, "a frame of this kind is too long"});
  return read_kind(reader, *head);
}

}  // namespace tillsync::wire
