#include "hub/jq/jq_frame.h"

#include <catch2/catch.hpp>

using namespace tillsync::hub;

TEST_CASE("jq frame: requests and answers come out as they went in, however they are cut", "[jq]") {
  const std::string sent = encode(JqRequest{".a", "{\"a\":1}"}) + encode(JqRequest{"", ""});
  for (std::size_t cut = 0; cut <= sent.size(); ++cut) {
    std::string bytes = sent.substr(0, cut);
    std::vector<JqRequest> got;
    for (const std::string& rest : {std::string(), sent.substr(cut)}) {
      bytes += rest;
      for (auto taken = take_jq_request(bytes); taken.frame; taken = take_jq_request(bytes)) got.push_back(*taken.frame);
    }
    REQUIRE(got.size() == 2);
    CHECK(got[0].program == ".a");
    CHECK(got[0].input == "{\"a\":1}");
    CHECK(bytes.empty());
  }
  std::string answers = encode(JqAnswer{true, "1"}) + encode(JqAnswer{false, "no"});
  const auto value = take_jq_answer(answers).frame;
  REQUIRE(value);
  CHECK(value->is_value);
  const auto error = take_jq_answer(answers).frame;
  REQUIRE(error);
  CHECK_FALSE(error->is_value);
  CHECK(error->text == "no");
}

TEST_CASE("jq frame: lengths beyond their limits are broken before memory is taken", "[jq][limits]") {
  const auto head = [](std::uint32_t program, std::uint32_t input) {
    std::string bytes;
    for (const std::uint32_t length : {program, input})
      for (int i = 0; i < 4; ++i) bytes += static_cast<char>(length >> (8 * i) & 0xff);
    return bytes;
  };
  std::string at = head(kJqProgramBytesMax, kJqInputBytesMax), program = head(kJqProgramBytesMax + 1, 0), input = head(0, kJqInputBytesMax + 1);
  CHECK_FALSE(take_jq_request(at).is_broken);
  CHECK(take_jq_request(program).is_broken);
  CHECK(take_jq_request(input).is_broken);
  std::string answer = encode(JqAnswer{true, "1"});
  answer[4] = 'x';
  CHECK(take_jq_answer(answer).is_broken);
  std::string long_answer = head(kJqOutputBytesMax + 1, 0);
  CHECK(take_jq_answer(long_answer).is_broken);
}
