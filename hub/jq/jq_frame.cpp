#include "hub/jq/jq_frame.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kLengthBytes = 4, kRequestHead = 2 * kLengthBytes, kAnswerHead = kLengthBytes + 1;
constexpr char kValue = 'v', kError = 'e';

std::string length_of(std::string_view text) {
  std::string bytes(kLengthBytes, '\0');
  for (std::size_t i = 0; i < kLengthBytes; ++i) bytes[i] = static_cast<char>(text.size() >> (8 * i) & 0xff);
  return bytes;
}

std::size_t length_at(const std::string& bytes, std::size_t at) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) length |= std::size_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return length;
}

}  // namespace

std::string encode(const JqRequest& request) { return length_of(request.program) + length_of(request.input) + request.program + request.input; }

std::string encode(const JqAnswer& answer) { return length_of(answer.text) + (answer.is_value ? kValue : kError) + answer.text; }

Taken<JqRequest> take_jq_request(std::string& bytes) {
  if (bytes.size() < kRequestHead) return {};
  const std::size_t program = length_at(bytes, 0), input = length_at(bytes, kLengthBytes);
  if (program > kJqProgramBytesMax || input > kJqInputBytesMax) return {{}, true};
  if (bytes.size() < kRequestHead + program + input) return {};
  JqRequest request{bytes.substr(kRequestHead, program), bytes.substr(kRequestHead + program, input)};
  bytes.erase(0, kRequestHead + program + input);
  return {std::move(request), false};
}

Taken<JqAnswer> take_jq_answer(std::string& bytes) {
  if (bytes.size() < kAnswerHead) return {};
  const std::size_t length = length_at(bytes, 0);
  const char kind = bytes[kLengthBytes];
  if (length > kJqOutputBytesMax || (kind != kValue && kind != kError)) return {{}, true};
  if (bytes.size() < kAnswerHead + length) return {};
  JqAnswer answer{kind == kValue, bytes.substr(kAnswerHead, length)};
  bytes.erase(0, kAnswerHead + length);
  return {std::move(answer), false};
}

}  // namespace tillsync::hub
