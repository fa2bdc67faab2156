// What goes through the pipe between hub and jq child. A request is two texts, program and input; an answer is a kind and a text.
//
//   request  4 bytes length of the program, 4 bytes length of the input, both little-endian; the program; the input
//   answer   4 bytes length of the text; 1 byte kind ('v' value, 'e' error); the text
//
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tillsync::hub {

inline constexpr std::size_t kJqProgramBytesMax = 256 * 1024;
inline constexpr std::size_t kJqInputBytesMax = 16 * 1024 * 1024;
inline constexpr std::size_t kJqOutputBytesMax = 16 * 1024 * 1024;

struct JqRequest {
  std::string program, input;
};
struct JqAnswer {
  bool is_value = false;  // else an error's text
  std::string text;
};

std::string encode(const JqRequest& request);
std::string encode(const JqAnswer& answer);

/// Takes the first whole frame off the front of `bytes`. is_broken: what stands there is no frame (a length beyond its limit).
template <class Frame>
struct Taken {
  std::optional<Frame> frame;
  bool is_broken = false;
};
Taken<JqRequest> take_jq_request(std::string& bytes);
Taken<JqAnswer> take_jq_answer(std::string& bytes);

}  // namespace tillsync::hub
