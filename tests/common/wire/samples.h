// One frame of each kind with every field set, and the golden files: hex text, white space and lines that start with # are not read.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "common/wire/messages.h"

namespace tillsync::wire::samples {

template <class Fixed>
Fixed filled(char first) {
  Fixed value;
  for (std::size_t i = 0; i < Fixed::kSize; ++i) value.data[i] = static_cast<char>(first + static_cast<char>(i));
  return value;
}

inline Event event(std::string payload) {
  return {EventKind::kDocument, Instant{1'291'192'000'000'000}, "c-1", filled<ContentHash>(0x10), std::move(payload)};
}

/// File name and frame. The documents of "events" are too short to be compressed: zstd's output may change with its version.
inline std::vector<std::pair<std::string, Message>> all() {
  const auto boot = filled<BootId>(0x20);
  const auto epoch = filled<EpochId>(0x30);
  const auto chain = filled<ChainHash>(0x40);
  const auto incarnation = filled<IncarnationId>(0x50);
  const Instant now{1'291'192'000'123'456};
  return {
      {"hello", Hello{"0.1.0", boot, 7, epoch, 81, 95, 80, chain, incarnation, 12, now, "nonce"}},
      {"welcome", Welcome{7, 9, incarnation, epoch, true, 80, chain, 4'000'000, 15, now, LocationId{"GB"}, "0.1.0"}},
      {"events", Events{9, epoch, 81, chain, {event("one"), event("two")}}},
      {"ack", Ack{9, epoch, 82, chain, 4'000'000}},
      {"credit", Credit{1'000'000}},
      {"gap", Gap{9, epoch, 1, 80, chain, "pruned"}},
      {"deliver", Deliver{12, {{13, "product/1", "85123A", "payload"}, {15, "price/1", "85123A|GBP", ""}}}},
      {"delivered", Delivered{15}},
      {"attach", Attach{"0.1.0", boot}},
      {"status", Status{boot, 15, 3'600, 9'000'000'000, now, "0.1.0", 2, 12, 8'400'000, "till-pc-1", now, 64'000'000'000, 17, 1'291'192'000, "log.level: not known"}},
      {"request", Request{"r-1", "reserve", 95, "{}"}},
      {"reply", Reply{"r-1", 201, "{\"id\":1}"}},
      {"command", Command{"k-1", "verify", "{}"}},
      {"command_result", CommandResult{"k-1", true, "{}"}},
      {"enroll", Enroll{"et_secret", "till-pc-1", "0.1.0", "GB", "GB-1"}},
      {"enrolled", Enrolled{AgentId{"a_1"}, LocationId{"GB"}}},
      {"error", Fault{FaultCode::kSuperseded, "another start of this agent speaks", true, "nonce"}},
  };
}

inline std::filesystem::path golden_folder() {
  const char* source = std::getenv("TILLSYNC_SOURCE_DIR");
  return std::filesystem::path(source != nullptr ? source : ".") / "tests" / "golden" / "wire";
}

inline Bytes read_golden(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string digits;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    for (const char c : line)
      if (c != ' ') digits += c;
  }
  return from_hex(digits).value_or(Bytes{});
}

}  // namespace tillsync::wire::samples
