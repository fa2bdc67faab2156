#include "common/wire/events_block.h"

#include <zstd.h>

#include <memory>

#include "common/base/error.h"
#include "common/base/limits.h"
#include "common/contract/text.h"
#include "common/wire/frame_reader.h"
#include "common/wire/frame_writer.h"

namespace tillsync::wire {
namespace {

constexpr int kZstdLevel = 1;  // the fastest of the levels that compress repeated field values well
constexpr std::size_t kEventFields = 5;
// Around payload and correlation id: list header, kind, time, hash, lengths and map.
constexpr std::size_t kEventOverheadBytes = 1 + 2 + 9 + 3 + (2 + ContentHash::kSize) + 5 + 1;

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// Making a context costs more than a small block; each thread keeps one of either kind.
ZSTD_CCtx* compressor() {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
  TS_CHECK(context != nullptr);
  return context.get();
}
ZSTD_DCtx* decompressor() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  TS_CHECK(context != nullptr);
  return context.get();
}

void write_event(FrameWriter& writer, const Event& event) {
  writer.array_header(kEventFields + 1);
  writer.unsigned_integer(static_cast<std::uint64_t>(event.kind));
  writer.integer(event.received_at.micros);
  writer.text(event.correlation_id);
  writer.binary(event.content_hash.view());
  writer.binary(event.payload);
  writer.empty_map();
}

Event read_event(FrameReader& reader) {
  Event event;
  const std::size_t entries = reader.array_header();
  if (!reader.failed() && entries < kEventFields + 1) reader.fail(FaultCode::kMalformed, "a document has too few fields");
  const std::uint64_t kind = reader.unsigned_integer();
  if (kind == 0 || kind > 255) reader.fail(FaultCode::kMalformed, "no kind of document");
  event.kind = static_cast<EventKind>(kind);
  event.received_at.micros = reader.integer();
  // A document has happened: a correlation id that is no text is dropped, not the document with it.
  const std::string_view correlation_id = reader.raw_text(kFrameTextBytesMax);
  if (!find_invalid_utf8(correlation_id)) event.correlation_id = correlation_id;
  if (const auto hash = ContentHash::from_view(reader.binary(ContentHash::kSize)))
    event.content_hash = *hash;
  else
    reader.fail(FaultCode::kMalformed, "a hash of the wrong length");
  event.payload = reader.binary(kBatchBytesMax);
  if (!reader.failed()) reader.skip_unknown(entries - kEventFields - 1, kFrameDepthMax);
  return event;
}

std::unexpected<DecodeFault> refuse(FaultCode code, std::string text) {
  return std::unexpected(DecodeFault{code, std::move(text)});
}

std::expected<Bytes, DecodeFault> decompress(std::uint64_t plain_size, BytesView bytes) {
  const unsigned long long announced = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (announced != plain_size) return refuse(FaultCode::kMalformed, "the zstd block has another size than the frame says");
  Bytes plain;
  std::size_t written = 0;
  plain.resize_and_overwrite(static_cast<std::size_t>(plain_size), [&](char* data, std::size_t size) {
    written = ZSTD_decompressDCtx(decompressor(), data, size, bytes.data(), bytes.size());
    return ZSTD_isError(written) != 0 ? std::size_t{0} : written;
  });
  if (ZSTD_isError(written) != 0 || written != plain_size) return refuse(FaultCode::kMalformed, "the zstd block is damaged");
  return plain;
}

std::expected<std::vector<Event>, DecodeFault> read_events(std::uint64_t count, BytesView plain) {
  FrameReader reader(plain);
  std::vector<Event> events;
  events.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) events.push_back(read_event(reader));
  if (!reader.failed() && !reader.at_end()) reader.fail(FaultCode::kMalformed, "bytes behind the last document");
  if (reader.failed()) return std::unexpected(reader.fault());
  return events;
}

}  // namespace

std::size_t size_of(const Event& event) { return kEventOverheadBytes + event.correlation_id.size() + event.payload.size(); }

EventsBlock pack_events(const std::vector<Event>& events) {
  std::size_t bytes_expected = 0;
  for (const Event& event : events) bytes_expected += size_of(event);
  FrameWriter writer(bytes_expected);
  for (const Event& event : events) write_event(writer, event);

  EventsBlock block;
  block.count = events.size();
  block.bytes = writer.finish();
  block.plain_size = block.bytes.size();
  if (block.bytes.size() < kBlockZstdBytesMin) return block;

  // The room is what would be worth sending: zstd gives up by itself when that is not enough.
  const std::size_t room = block.bytes.size() / 100 * (100 - kBlockSavingPercentMin);
  Bytes packed;
  std::size_t written = 0;
  packed.resize_and_overwrite(room, [&](char* data, std::size_t size) {
    written = ZSTD_compressCCtx(compressor(), data, size, block.bytes.data(), block.bytes.size(), kZstdLevel);
    return ZSTD_isError(written) != 0 ? std::size_t{0} : written;
  });
  if (ZSTD_isError(written) != 0) return block;
  block.packing = Packing::kZstd;
  block.bytes = std::move(packed);
  return block;
}

std::expected<std::vector<Event>, DecodeFault> unpack_events(Packing packing, std::uint64_t count, std::uint64_t plain_size,
                                                             BytesView bytes) {
  if (count > kBatchEventsMax) return refuse(FaultCode::kLimit, "too many documents in one frame");
  if (plain_size > kBatchBytesMax) return refuse(FaultCode::kLimit, "the documents of one frame are too long");
  switch (packing) {
    case Packing::kPlain:
      if (bytes.size() != plain_size) return refuse(FaultCode::kMalformed, "the block has another size than the frame says");
      return read_events(count, bytes);
    case Packing::kZstd: {
      const auto plain = decompress(plain_size, bytes);
      if (!plain) return std::unexpected(plain.error());
      return read_events(count, *plain);
    }
  }
  return refuse(FaultCode::kUnsupported, "a packing that is not known here");
}

}  // namespace tillsync::wire
