#include "hub/fleet/key_change.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kOfferNow{1'700'000'000'000'000};
const std::string kOfferedKey(40, 'n');

AgentRecord offering_agent() {
  AgentRecord agent;
  agent.agent_id = AgentId("a_1");
  agent.public_key = std::string(40, 'o');
  return agent;
}
AgentCommand rotate_command() {
  AgentCommand command;
  command.command_id = "k_1";
  command.agent_id = AgentId("a_1");
  command.name = kRotateKeysCommand;
  command.status = CommandStatus::kSent;
  command.expires_at = kOfferNow + seconds(1);
  return command;
}
const KeyOffer kOffer{AgentId("a_1"), "k_1", kOfferedKey};

}  // namespace

TEST_CASE("key offer: taken for an open command to rotate of this agent, and for nothing else", "[fleet]") {
  CHECK(decide_key_offer(kOffer, offering_agent(), rotate_command(), false, kOfferNow) == KeyOfferVerdict::kTaken);
  CHECK(decide_key_offer(kOffer, offering_agent(), std::nullopt, false, kOfferNow) == KeyOfferVerdict::kNotAsked);
  CHECK(decide_key_offer(kOffer, offering_agent(), rotate_command(), false, kOfferNow + seconds(1)) == KeyOfferVerdict::kNotAsked);
  AgentCommand other = rotate_command();
  other.agent_id = AgentId("a_2");
  CHECK(decide_key_offer(kOffer, offering_agent(), other, false, kOfferNow) == KeyOfferVerdict::kNotAsked);
  other = rotate_command();
  other.name = "verify";
  CHECK(decide_key_offer(kOffer, offering_agent(), other, false, kOfferNow) == KeyOfferVerdict::kNotAsked);
  other = rotate_command();
  other.status = CommandStatus::kFailed;
  CHECK(decide_key_offer(kOffer, offering_agent(), other, false, kOfferNow) == KeyOfferVerdict::kNotAsked);
  CHECK(decide_key_offer(kOffer, offering_agent(), rotate_command(), true, kOfferNow) == KeyOfferVerdict::kKeyInUse);
}

TEST_CASE("key offer: the same again is taken again, also when the command is over; another one for the same command is not", "[fleet]") {
  AgentRecord agent = offering_agent();
  agent.next_key = kOfferedKey;
  agent.next_key_command = "k_1";
  CHECK(decide_key_offer(kOffer, agent, std::nullopt, true, kOfferNow) == KeyOfferVerdict::kSameAgain);
  KeyOffer second = kOffer;
  second.public_key = std::string(40, 'm');
  CHECK(decide_key_offer(second, agent, rotate_command(), false, kOfferNow) == KeyOfferVerdict::kOtherOffered);
  second.command_id = "k_2";  // a person has told it once more: the agent has lost the first one
  AgentCommand again = rotate_command();
  again.command_id = "k_2";
  CHECK(decide_key_offer(second, agent, again, false, kOfferNow) == KeyOfferVerdict::kTaken);
  agent.public_key = std::exchange(agent.next_key, {});
  CHECK(decide_key_offer(kOffer, agent, std::nullopt, true, kOfferNow) == KeyOfferVerdict::kSameAgain);
}

TEST_CASE("key offer: every refusal has its words", "[fleet]") {
  for (const auto verdict : {KeyOfferVerdict::kNotAsked, KeyOfferVerdict::kOtherOffered, KeyOfferVerdict::kKeyInUse}) CHECK_FALSE(refusal_text(verdict).empty());
  for (const auto verdict : {KeyOfferVerdict::kTaken, KeyOfferVerdict::kSameAgain}) CHECK(refusal_text(verdict).empty());
}

TEST_CASE("key offer: a body that is none, or a key that is none, is refused", "[fleet]") {
  const auto offer = parse_key_offer(AgentId("a_1"), R"({"command_id":"k_1","public_key":")" + kOfferedKey + "\"}");
  REQUIRE(offer);
  CHECK(offer->public_key == kOfferedKey);
  CHECK(offer->command_id == "k_1");
  for (const std::string& key : {std::string(39, 'n'), std::string(41, 'n'), std::string(39, 'n') + "\\u0000", std::string(39, 'n') + " "})
    CHECK(parse_key_offer(AgentId("a_1"), R"({"command_id":"k_1","public_key":")" + key + "\"}").error().code == ErrorCode::kInvalid);
  for (const std::string body : {"", "[]", "{}", R"({"command_id":1,"public_key":"x"})"}) CHECK(parse_key_offer(AgentId("a_1"), body).error().code == ErrorCode::kInvalid);
}
