// Frames: whatever the bytes, an answer; what decodes is written as something that decodes to the same.
#include "common/wire/messages.h"
#include "tests/fuzz/fuzz.h"

using namespace tillsync;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes = fuzz::bytes_of(data, size);
  (void)wire::peek_kind(bytes);
  const auto decoded = wire::decode(bytes);
  if (!decoded) {
    TS_CHECK(!decoded.error().text.empty());
    return 0;
  }
  const Bytes again = wire::encode(*decoded);
  const auto second = wire::decode(again);
  TS_CHECK(second.has_value());
  TS_CHECK(*second == *decoded);
  return 0;
}
