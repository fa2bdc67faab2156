#include "agent/app/door_client.h"

#include <catch2/catch.hpp>
#include <thread>

#include "common/base/limits.h"
#include "tests/agent/data_folder.h"

namespace tillsync::agent {
namespace {

constexpr Duration kAnswerPatience = seconds(20);
constexpr Duration kLongerThanTests = seconds(86'400);  // who waits for it fails the test

}  // namespace

TEST_CASE("door client: an agent without the door is named before anything is sent", "[agent][app]") {
  const auto client = DoorClient::connect("");
  REQUIRE_FALSE(client.has_value());
  CHECK(client.error().code == ErrorCode::kUnavailable);
  CHECK(client.error().detail.find("pos.zmq") != std::string::npos);
}

TEST_CASE("door client: where nobody listens it says how to start the agent", "[agent][app]") {
  TemporaryFolder folder;
  const auto answer = ask_door("ipc://" + folder.file("pos.sock").string(), "{}", kLongerThanTests);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == ErrorCode::kUnavailable);
  CHECK(answer.error().hint.find("tillsync-agent run") != std::string::npos);
}

TEST_CASE("door client: a command that wants the agent waits until it is there", "[agent][app]") {
  TemporaryFolder folder;
  const std::string endpoint = "ipc://" + folder.file("pos.sock").string();
  auto client = DoorClient::connect(endpoint);
  REQUIRE(client);
  std::thread agent([&endpoint] {
    const auto door = std::move(*transport::RouterSocket::bind_plain(transport::make_context(), endpoint, kRequestBytesMax));
    for (int answered = 0; answered < 2;) {  // the second one: the first answer has arrived
      transport::wait_readable({door->descriptor()}, kAnswerPatience);
      while (auto received = door->receive()) {
        (void)door->send(received->routing_id, "answer to " + received->frame);
        ++answered;
      }
    }
  });
  CHECK(*client->ask("one", kAnswerPatience) == "answer to one");
  (void)client->ask("two", milliseconds(0));
  agent.join();
}

TEST_CASE("door client: an agent that took the frame and says nothing is not called absent", "[agent][app]") {
  TemporaryFolder folder;
  const std::string endpoint = "ipc://" + folder.file("pos.sock").string();
  const auto door = std::move(*transport::RouterSocket::bind_plain(transport::make_context(), endpoint, kRequestBytesMax));
  const auto answer = ask_door(endpoint, "{}", milliseconds(500));
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().detail == "it does not answer");
}

TEST_CASE("door client: several questions over one connection, each with its answer", "[agent][app]") {
  TemporaryFolder folder;
  const std::string endpoint = "ipc://" + folder.file("pos.sock").string();
  const auto door = std::move(*transport::RouterSocket::bind_plain(transport::make_context(), endpoint, kRequestBytesMax));
  std::thread agent([&door] {
    for (int answered = 0; answered < 2;) {
      transport::wait_readable({door->descriptor()}, kAnswerPatience);
      while (auto received = door->receive()) {
        (void)door->send(received->routing_id, "answer to " + received->frame);
        ++answered;
      }
    }
  });
  auto client = DoorClient::connect(endpoint);
  REQUIRE(client);
  CHECK(*client->ask("one", kAnswerPatience) == "answer to one");
  CHECK(*client->ask("two", kAnswerPatience) == "answer to two");
  agent.join();
}

}  // namespace tillsync::agent
