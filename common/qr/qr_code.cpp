#include "common/qr/qr_code.h"

#include <qrencode.h>

#include <memory>

namespace tillsync {
namespace {

constexpr std::size_t kQuiet = 4;  // modules, as the standard asks for
constexpr unsigned char kDarkBit = 1;

}  // namespace

Result<QrCode> QrCode::make(std::string_view text) {
  if (text.empty() || text.size() > kQrBytesMax)
    return fail(ErrorCode::kLimitExceeded, "make QR code", "the text has " + std::to_string(text.size()) + " bytes, 1 to " + std::to_string(kQrBytesMax) + " can be shown");
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeData(static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M), &QRcode_free);
  if (!code) return fail(ErrorCode::kInternal, "make QR code", "libqrencode made none");
  const auto size = static_cast<std::size_t>(code->width);
  std::vector<bool> dark(size * size);
  for (std::size_t i = 0; i < dark.size(); ++i) dark[i] = (code->data[i] & kDarkBit) != 0;
  return QrCode(size, std::move(dark));
}

std::string QrCode::svg() const {
  const std::string box = std::to_string(size_ + 2 * kQuiet);
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + box + " " + box + "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h" + box +
                    "v" + box + "H0z\"/><path fill=\"#000\" d=\"";
  for (std::size_t y = 0; y < size_; ++y) {
    for (std::size_t x = 0; x < size_; ++x) {
      if (!is_dark(x, y)) continue;
      std::size_t run = 1;
      while (x + run < size_ && is_dark(x + run, y)) ++run;
      svg += "M" + std::to_string(x + kQuiet) + " " + std::to_string(y + kQuiet) + "h" + std::to_string(run) + "v1h-" + std::to_string(run) + "z";
      x += run - 1;
    }
  }
  return svg + "\"/></svg>";
}

bool QrCode::is_dark_with_margin(std::size_t x, std::size_t y) const {
  if (x < kQuiet || y < kQuiet || x >= size_ + kQuiet || y >= size_ + kQuiet) return false;
  return is_dark(x - kQuiet, y - kQuiet);
}

std::string QrCode::half_blocks() const {
  const std::size_t whole = size_ + 2 * kQuiet;
  std::string text;
  for (std::size_t y = 0; y < whole; y += 2) {
    text += "\x1b[30;107m";  // black on bright white
    for (std::size_t x = 0; x < whole; ++x) {
      const bool upper = is_dark_with_margin(x, y), lower = y + 1 < whole && is_dark_with_margin(x, y + 1);
      text += upper && lower ? "\u2588" : upper ? "\u2580" : lower ? "\u2584" : " ";
    }
    text += "\x1b[0m\n";
  }
  return text;
}

}  // namespace tillsync
