#include <catch2/catch.hpp>

#include <map>

#include "common/base/limits.h"
#include "tests/common/wire/samples.h"

using namespace tillsync;
using namespace tillsync::wire;

namespace {

FaultCode fault_of(const std::string& file_name) {
  static const std::map<std::string, FaultCode> codes = {
      {"kMalformed", FaultCode::kMalformed}, {"kLimit", FaultCode::kLimit}, {"kUnsupported", FaultCode::kUnsupported}};
  return codes.at(file_name.substr(0, file_name.find('-')));
}

void append_str32(Bytes& frame, const std::string& text) {
  frame += '\xdb';
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(text.size() >> shift);
  frame += text;
}

/// A credit frame with one more field, a text: what a newer minor version would send.
Bytes credit_with_text_field(std::size_t text_bytes) {
  Bytes frame = "\x95\x01\x05\x07";
  append_str32(frame, std::string(text_bytes, 'x'));
  frame += '\x80';
  return frame;
}

Bytes attach_with_version(std::size_t version_bytes) {
  return encode(Attach{}).replace(3, 1, [&] {
    Bytes text;
    append_str32(text, std::string(version_bytes, 'v'));
    return text;
  }());
}

}  // namespace

TEST_CASE("wire: golden frames decode to what they say", "[wire][golden]") {
  for (const auto& [name, message] : samples::all()) {
    INFO(name);
    const auto decoded = decode(samples::read_golden(samples::golden_folder() / "v1" / (name + ".hex")));
    REQUIRE(decoded);
    CHECK(*decoded == message);
  }
}

TEST_CASE("wire: a golden frame that an older zstd packed decodes", "[wire][golden]") {
  const auto decoded = decode(samples::read_golden(samples::golden_folder() / "v1" / "events_zstd.hex"));
  REQUIRE(decoded);
  const auto& events = std::get<Events>(*decoded).events;
  REQUIRE(events.size() == 8);
  for (std::size_t i = 0; i < events.size(); ++i)
    CHECK(events[i] == samples::event(std::string(200, static_cast<char>('a' + static_cast<char>(i)))));
}

TEST_CASE("wire: a golden status from before hub_now takes its default", "[wire][golden]") {
  const auto decoded = decode(samples::read_golden(samples::golden_folder() / "v1" / "status_without_hub_now.hex"));
  REQUIRE(decoded);
  const auto& status = std::get<Status>(*decoded);
  CHECK(status.host == "till-pc-1");
  CHECK(status.hub_now == Instant{});
}

TEST_CASE("wire: a golden status from before the configuration takes its defaults", "[wire][golden]") {
  const auto decoded = decode(samples::read_golden(samples::golden_folder() / "v1" / "status_without_config.hex"));
  REQUIRE(decoded);
  const auto& status = std::get<Status>(*decoded);
  CHECK(status.hub_now != Instant{});
  CHECK(status.disk_total_bytes == 0);
  CHECK(status.config_revision == 0);
  CHECK(status.config_item == 0);
  CHECK(status.config_error.empty());
}

TEST_CASE("wire: a golden welcome from before the hub told its version leaves it open", "[wire][golden]") {
  const auto decoded = decode(samples::read_golden(samples::golden_folder() / "v1" / "welcome_without_version.hex"));
  REQUIRE(decoded);
  CHECK(std::get<Welcome>(*decoded).location.value == "GB");
  CHECK(std::get<Welcome>(*decoded).version.empty());
}

TEST_CASE("wire: a golden enroll from before group tokens names no place", "[wire][golden]") {
  const auto decoded = decode(samples::read_golden(samples::golden_folder() / "v1" / "enroll_without_place.hex"));
  REQUIRE(decoded);
  CHECK(std::get<Enroll>(*decoded) == Enroll{"et_secret", "till-pc-1", "0.1.0"});
}

TEST_CASE("wire: golden corrupt frames get the fault of their name", "[wire][golden]") {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(samples::golden_folder() / "v1-refused")) {
    INFO(entry.path().filename());
    const auto decoded = decode(samples::read_golden(entry.path()));
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == fault_of(entry.path().filename().string()));
    CHECK_FALSE(decoded.error().text.empty());
    ++files;
  }
  CHECK(files >= 20);
}

TEST_CASE("wire: a frame cut at any byte is refused", "[wire]") {
  for (const auto& [name, message] : samples::all()) {
    const Bytes frame = encode(message);
    for (std::size_t size = 0; size < frame.size(); ++size) {
      INFO(name << " cut to " << size);
      CHECK_FALSE(decode(BytesView(frame).substr(0, size)));
    }
  }
}

TEST_CASE("wire: a frame with one byte changed is refused or decodes to something", "[wire]") {
  // Whatever it is, it is an answer: no crash, no memory beyond the limits (the sanitizer build watches).
  std::size_t answers = 0;
  for (const auto& [name, message] : samples::all()) {
    const Bytes frame = encode(message);
    for (std::size_t at = 0; at < frame.size(); ++at) {
      for (const char flip : {'\x01', '\x10', '\x80', '\xff'}) {
        Bytes changed = frame;
        changed[at] = static_cast<char>(changed[at] ^ flip);
        const auto decoded = decode(changed);
        if (!decoded) CHECK_FALSE(decoded.error().text.empty());
        ++answers;
      }
    }
  }
  CHECK(answers > 1'000);
}

TEST_CASE("wire: fields of a newer minor version are stepped over", "[wire]") {
  const auto decoded = decode(credit_with_text_field(10));
  REQUIRE(decoded);
  CHECK(std::get<Credit>(*decoded).credit_bytes == 7);
}

TEST_CASE("wire: entries of the trailing map are stepped over", "[wire]") {
  Bytes frame = encode(Credit{7});
  frame.back() = '\x81';  // {"k": [1, {2: nil}]}
  frame += Bytes("\xa1k\x92\x01\x81\x02\xc0", 7);
  const auto decoded = decode(frame);
  REQUIRE(decoded);
  CHECK(std::get<Credit>(*decoded).credit_bytes == 7);
}

TEST_CASE("wire: a small kind of frame is taken at its limit and refused one byte beyond", "[wire]") {
  const std::size_t around = credit_with_text_field(0).size();
  CHECK(decode(credit_with_text_field(kControlFrameBytesMax - around)));
  const auto refused = decode(credit_with_text_field(kControlFrameBytesMax - around + 1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == FaultCode::kLimit);
}

TEST_CASE("wire: no frame is longer than the limit of all frames", "[wire]") {
  Bytes frame = encode(Events{});
  frame.resize(kFrameBytesMax + 1);
  const auto refused = decode(frame);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == FaultCode::kLimit);
}

TEST_CASE("wire: a text is taken at its limit and refused one byte beyond", "[wire]") {
  CHECK(decode(attach_with_version(kFrameTextBytesMax)));
  const auto refused = decode(attach_with_version(kFrameTextBytesMax + 1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == FaultCode::kLimit);
}

TEST_CASE("wire: inbox items are taken at their limits and refused one beyond", "[wire]") {
  Deliver deliver;
  deliver.items.resize(kDeliverItemsMax);
  CHECK(decode(encode(deliver)));
  deliver.items.emplace_back();
  CHECK(decode(encode(deliver)).error().code == FaultCode::kLimit);

  deliver.items.resize(2);
  deliver.items[0].payload.assign(kDeliverBytesMax - 1, 'p');
  deliver.items[1].payload = "p";
  CHECK(decode(encode(deliver)));
  deliver.items[1].payload = "pp";
  CHECK(decode(encode(deliver)).error().code == FaultCode::kLimit);
}

TEST_CASE("wire: a proof and a nonce are taken at their limit and refused one byte beyond", "[wire]") {
  Hello hello;
  Fault fault;
  hello.proof.assign(kNonceBytesMax, 'p');
  fault.nonce.assign(kNonceBytesMax, 'n');
  CHECK(decode(encode(hello)));
  CHECK(decode(encode(fault)));
  hello.proof += 'p';
  fault.nonce += 'n';
  CHECK(decode(encode(hello)).error().code == FaultCode::kLimit);
  CHECK(decode(encode(fault)).error().code == FaultCode::kLimit);
}

TEST_CASE("wire: the kind is seen without reading the rest", "[wire]") {
  CHECK(peek_kind(encode(Enroll{"t", "n", "v"})) == Kind::kEnroll);
  CHECK(peek_kind(encode(Events{})) == Kind::kEvents);
  CHECK(peek_kind(BytesView("\x94\x01\x0f", 3)) == std::nullopt);  // announces an entry that is not there
  CHECK(peek_kind(BytesView("\x93\x01\x60\x80", 4)) == std::nullopt);
  CHECK(peek_kind("") == std::nullopt);
}
