// Appends MessagePack to a frame; the packing is the library's. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <msgpack.hpp>

#include "common/base/bytes.h"

namespace tillsync::wire {

/// What msgpack::packer writes to.
struct ByteSink {
  Bytes bytes;
  void write(const char* data, std::size_t size) { bytes.append(data, size); }
};

class FrameWriter {
 public:
  explicit FrameWriter(std::size_t bytes_expected) : packer_(sink_) { sink_.bytes.reserve(bytes_expected); }
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;

  void boolean(bool value) { value ? packer_.pack_true() : packer_.pack_false(); }
  void integer(std::int64_t value) { packer_.pack_int64(value); }
  void unsigned_integer(std::uint64_t value) { packer_.pack_uint64(value); }
  void text(std::string_view value) {
    packer_.pack_str(static_cast<std::uint32_t>(value.size()));
    packer_.pack_str_body(value.data(), static_cast<std::uint32_t>(value.size()));
  }
  void binary(BytesView value) {
    packer_.pack_bin(static_cast<std::uint32_t>(value.size()));
    packer_.pack_bin_body(value.data(), static_cast<std::uint32_t>(value.size()));
  }
  void array_header(std::size_t count) { packer_.pack_array(static_cast<std::uint32_t>(count)); }
  void empty_map() { packer_.pack_map(0); }
  Bytes finish() { return std::move(sink_.bytes); }

 private:
  ByteSink sink_;
  msgpack::packer<ByteSink> packer_;
};

}  // namespace tillsync::wire
