// A text as a QR code, for people who hold a phone or a scanner in front of a screen: as SVG for a page, as half blocks for a terminal.
// Pure, over libqrencode.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"

namespace tillsync {

inline constexpr std::size_t kQrBytesMax = 1'000;  // more would be too fine to be read from a screen

/// Dark modules, row by row; without the quiet zone.
class QrCode {
 public:
  /// Error correction M. kLimitExceeded: the text is empty or longer than kQrBytesMax.
  static Result<QrCode> make(std::string_view text);
  std::size_t size() const { return size_; }
  bool is_dark(std::size_t x, std::size_t y) const { return dark_[y * size_ + x]; }

  /// One path in black on white, with a quiet zone of four modules; scales to its box.
  std::string svg() const;
  /// Two rows of modules to a line of text (UTF-8 half blocks), dark on light whatever the terminal's colours.
  std::string half_blocks() const;

 private:
  QrCode(std::size_t size, std::vector<bool> dark) : size_(size), dark_(std::move(dark)) {}
  bool is_dark_with_margin(std::size_t x, std::size_t y) const;
  std::size_t size_;
  std::vector<bool> dark_;
};

}  // namespace tillsync
