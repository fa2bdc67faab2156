// What the fuzz targets share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "common/base/bytes.h"
#include "common/base/error.h"

namespace tillsync::fuzz {

inline BytesView bytes_of(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

[[noreturn]] inline void show_and_fail(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  std::abort();
}

/// Takes the input apart as choices; zero when it has ended.
class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool is_over() const { return at_ >= size_; }
  std::uint8_t byte() { return at_ < size_ ? data_[at_++] : 0; }
  BytesView rest() {
    const BytesView view = bytes_of(data_ + at_, size_ - at_);
    at_ = size_;
    return view;
  }
  BytesView some(std::size_t count) {
    const std::size_t taken = count < size_ - at_ ? count : size_ - at_;
    const BytesView view = bytes_of(data_ + at_, taken);
    at_ += taken;
    return view;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_, at_ = 0;
};

}  // namespace tillsync::fuzz
