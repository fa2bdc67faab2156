#include "agent/ingest/zmq_door.h"

#include <catch2/catch.hpp>

#include "common/base/limits.h"
#include "tests/agent/ingest/loop_fixture.h"
#include "tests/support/bad_documents.h"

namespace tillsync::agent {
namespace {

Bytes msgpack_of(const std::string& text) {
  const auto packed = nlohmann::json::to_msgpack(nlohmann::json::parse(text));
  return {reinterpret_cast<const char*>(packed.data()), packed.size()};
}

}  // namespace

TEST_CASE("ZeroMQ door: accepted, again, conflict, refused", "[agent][ingest]") {
  LoopFixture f;
  auto till = f.till();
  const auto accepted = till.ask(sale("1"));
  CHECK(accepted.at("code") == 201);
  CHECK(accepted.at("status") == "accepted");
  CHECK(till.ask(sale("1")).at("code") == 200);
  const auto conflict = till.ask(sale("1", "GB-1", "OTHER"));
  CHECK(conflict.at("code") == 409);
  CHECK(conflict.at("exception_id").get<std::string>().starts_with("x_"));
  CHECK(till.ask(sale("1", "GB-1", "OTHER")) == conflict);
  CHECK(f.rows() == 2);
  const auto refused = till.ask("nonsense");
  CHECK(refused.at("code") == 422);
  CHECK(refused.at("status") == 422);
  CHECK(f.rows() == 2);
  CHECK(f.loop->refused().count_since_start() == 1);
}

TEST_CASE("ZeroMQ door: an array is one request with one result each", "[agent][ingest]") {
  LoopFixture f;
  auto till = f.till();
  const auto answer = till.ask("[" + sale("1") + ",7," + sale("2") + "]");
  CHECK(answer.at("code") == 200);
  REQUIRE(answer.at("results").size() == 3);
  CHECK(answer.at("results")[0].at("seq") == 1);
  CHECK(answer.at("results")[1].at("code") == 422);
  CHECK(answer.at("results")[2].at("seq") == 2);
  CHECK(till.ask("[7]").at("results")[0].at("code") == 422);
  CHECK(till.ask(array_of_sales(1, static_cast<int>(kDocumentsPerRequestMax) + 1)).at("code") == 413);
  CHECK(f.rows() == 2);
}

TEST_CASE("ZeroMQ door: a till that sends much and reads late gets every answer, in order", "[agent][ingest]") {
  LoopFixture f;
  auto till = f.till();
  constexpr int kDocuments = 1'500;
  for (int i = 0; i < kDocuments; ++i) till.send(sale(std::to_string(i)));
  std::uint64_t last = 0;
  CHECK(f.till().ask(sale("other")).at("code") == 201);  // nobody else waits for it
  for (int i = 0; i < kDocuments; ++i) {
    const auto answer = nlohmann::json::parse(till.receive());
    REQUIRE(answer.contains("seq"));
    CHECK(answer.at("seq") > last);
    last = answer.at("seq").get<std::uint64_t>();
  }
}

TEST_CASE("ZeroMQ door: MessagePack in, MessagePack out", "[agent][ingest]") {
  LoopFixture f;
  auto till = f.till();
  till.send(msgpack_of(sale("1")));
  const auto answer = nlohmann::json::from_msgpack(till.receive());
  CHECK(answer.at("code") == 201);
  till.send("\x81\xa1");
  CHECK(nlohmann::json::from_msgpack(till.receive()).at("code") == 422);
  till.send(msgpack_of(R"({"get":"status"})"));
  CHECK(nlohmann::json::from_msgpack(till.receive()).at("waiting") == 1);
}

TEST_CASE("ZeroMQ door: each kind of bad input gets its refusal and changes nothing", "[agent][ingest]") {
  LoopFixture f;
  auto till = f.till();
  auto bad = test::bad_documents(sale("1"), "1");
  bad.push_back({"wrong location", replaced(sale("1"), "\"till\"", R"("location":"FR","till")"), 422, "wrong_location"});
  for (const auto& document : bad) {
    INFO(document.what);
    const auto refused = till.ask(document.bytes);
    CHECK(refused.at("code") == document.status);
    CHECK(refused.at("type") == "urn:tillsync:problem:" + document.code);
  }
  CHECK(f.rows() == 0);
  CHECK(f.loop->refused().count_since_start() == bad.size());
  CHECK(till.ask(sale("1")).at("seq") == 1);
}

TEST_CASE("ZeroMQ door: strange facts are taken, each with its warning", "[agent][ingest]") {
  LoopFixture f;
  auto till = f.till();
  for (const auto& document : test::strange_documents(sale("1"), "1")) {
    INFO(document.code);
    const auto taken = till.ask(document.bytes);
    CHECK(taken.at("code") == 201);
    CHECK(taken.at("warnings").dump().find("\"" + document.code + "\"") != std::string::npos);
  }
}

TEST_CASE("ZeroMQ door: tells the status and nothing else", "[agent][ingest]") {
  LoopFixture f;
  auto till = f.till();
  const auto status = till.ask(R"({"get":"status"})");
  CHECK(status.at("code") == 200);
  CHECK(status.at("location") == "GB");
  CHECK(status.at("waiting") == 0);
  CHECK(till.ask(R"({"get":"money"})").at("code") == 404);
}

TEST_CASE("ZeroMQ door: so many answers are kept for a till that reads late, one more is dropped", "[agent][ingest]") {
  TemporaryFolder folder;
  const auto context = transport::make_context();
  const LocationId location("GB");
  IngestCounters counters;
  const auto refused = RefusedStore::open(folder.path());
  REQUIRE(refused);
  std::uint64_t asked = 0;  // the status tells which question it answers
  auto door = ZmqDoor::open(context, "ipc://" + folder.file("pos.sock").string(), location, counters, **refused, nullptr,
                            [&] { return "{\"n\":" + std::to_string(++asked) + "}"; });
  REQUIRE(door);
  TestTill till(context, (*door)->endpoint());
  Group group;
  const auto take = [&] {
    const Duration end = os::monotonic() + seconds(kPatienceS);
    while (!(*door)->take(group) && os::monotonic() < end) transport::wait_readable({(*door)->descriptor()}, milliseconds(10));
  };
  while ((*door)->held() < kAnswersHeldMax && asked < 100'000) {
    till.send(R"({"get":"status"})");
    take();
  }
  REQUIRE((*door)->held() == kAnswersHeldMax);
  const std::uint64_t kept = asked;
  till.send(R"({"get":"status"})");
  take();
  CHECK(asked == kept + 1);
  CHECK((*door)->held() == kAnswersHeldMax);
  for (std::uint64_t n = 1; n <= kept; ++n) {
    (*door)->send_held();
    REQUIRE(nlohmann::json::parse(till.receive()).value("n", std::uint64_t{0}) == n);
  }
  till.send(R"({"get":"status"})");  // asked again it is answered
  take();
  CHECK(nlohmann::json::parse(till.receive()).at("n") == kept + 2);
}

}  // namespace tillsync::agent
