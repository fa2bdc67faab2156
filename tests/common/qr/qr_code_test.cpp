#include "common/qr/qr_code.h"

#include <catch2/catch.hpp>

using namespace tillsync;

TEST_CASE("QR code: three finders, a quiet zone, and the same for the same text", "[qr]") {
  const auto code = QrCode::make("tillsync-agent enroll --hub tcp://hub:7001");
  REQUIRE(code);
  const std::size_t last = code->size() - 1;
  CHECK((code->size() - 21) % 4 == 0);
  for (const auto& [x, y] : {std::pair<std::size_t, std::size_t>{0, 0}, {last, 0}, {0, last}}) CHECK(code->is_dark(x, y));
  CHECK_FALSE(code->is_dark(1, 1));
  CHECK(code->is_dark(3, 3));
  CHECK(QrCode::make("tillsync-agent enroll --hub tcp://hub:7001")->svg() == code->svg());
  CHECK(QrCode::make("something else")->svg() != code->svg());
}

TEST_CASE("QR code: as SVG for a page, without script or link", "[qr]") {
  const std::string svg = QrCode::make("hello")->svg();
  CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\""));
  CHECK(svg.ends_with("</svg>"));
  CHECK(svg.find("href") == std::string::npos);
  CHECK(svg.find("M4 4h7v1h-7z") != std::string::npos);  // the upper edge of the first finder
}

TEST_CASE("QR code: in a terminal two rows to a line", "[qr]") {
  const std::string text = QrCode::make("hello")->half_blocks();
  CHECK(std::ranges::count(text, '\n') == 15);  // 21 modules and eight of margin
  CHECK(text.find("\u2588") != std::string::npos);
}

TEST_CASE("QR code: at its limit, and one byte more", "[qr]") {
  CHECK(QrCode::make(std::string(kQrBytesMax, 'x')));
  CHECK(QrCode::make(std::string(kQrBytesMax + 1, 'x')).error().code == ErrorCode::kLimitExceeded);
  CHECK(QrCode::make("").error().code == ErrorCode::kLimitExceeded);
}
