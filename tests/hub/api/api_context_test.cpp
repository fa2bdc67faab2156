// Idempotency keys as a caller meets them; idempotency_store_test has their storage.
#include "hub/api/api_context.h"

#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using tillsync::hub::test::code_of;
using nlohmann::json;

namespace {

const std::string kPath = "/v1/enrolment-tokens";
const std::string kBody = R"({"location":"GB"})";
std::vector<std::string> key(const std::string& value) { return {"Idempotency-Key: " + value}; }

}  // namespace

TEST_CASE("idempotency: the same key and body get the same answer and make one effect", "[api]") {
  ApiStand stand;
  stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})");
  const auto first = stand.call("POST", kPath, kBody, "administrator", key("k"));
  CHECK(first.status == 201);
  const auto again = stand.call("POST", kPath, kBody, "administrator", key("k"));
  CHECK(again.status == 201);
  json told = json::parse(first.body);
  for (const char* secret : {"token", "command", "qr_svg"}) CHECK(told.erase(secret) == 1);  // in the first answer only
  CHECK(json::parse(again.body) == told);
  CHECK(stand.items(kPath).size() == 1);
}

TEST_CASE("idempotency: the same key with another body is refused and makes no effect", "[api]") {
  ApiStand stand;
  stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})");
  stand.call("POST", kPath, kBody, "administrator", key("k"));
  const auto other = stand.call("POST", kPath, R"({"location":"GB","uses":2})", "administrator", key("k"));
  CHECK(other.status == 422);
  CHECK(code_of(other) == "idempotency_key_reused");
  CHECK(stand.items(kPath).size() == 1);
}

TEST_CASE("idempotency: a key belongs to its caller and its route", "[api]") {
  ApiStand stand;
  stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})");
  const auto first = stand.call("POST", kPath, kBody, "administrator", key("k"));
  const auto of_other = stand.call("POST", kPath, kBody, "operator", key("k"));
  CHECK(of_other.status == 201);
  CHECK(of_other.body != first.body);
  CHECK(stand.call("POST", "/v1/agents/a_nosuch/revoke", "{}", "administrator", key("k")).status == 404);
}

TEST_CASE("idempotency: a refused effect leaves no answer behind", "[api]") {
  ApiStand stand;
  CHECK(stand.call("POST", kPath, kBody, "administrator", key("k")).status == 422);  // no such location yet
  stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})");
  CHECK(stand.call("POST", kPath, kBody, "administrator", key("k")).status == 201);
}

TEST_CASE("idempotency: a second request while the first is being worked on is told so", "[api]") {
  ApiStand stand;
  stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})");
  std::promise<void> release;
  auto released = release.get_future().share();
  REQUIRE(stand.writer->submit(Priority::kRequest, Task{"hold the writer",
                                                        [released](sql::Connection&, Instant) -> Result<void> {
                                                          released.wait();
                                                          return {};
                                                        },
                                                        [](Result<void>) {}}));
  std::atomic<int> refused = 0, answered = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 2; ++i) {
    callers.emplace_back([&] {
      // Written down by neither: the stand's list of answers belongs to one thread.
      const auto answer = stand.call_unrecorded("POST", kPath, kBody, key("k"));
      if (answer.status == 409) {
        ++refused;
        release.set_value();  // only one of the two can come here
      }
      if (answer.status == 201) ++answered;
    });
  }
  for (auto& caller : callers) caller.join();
  CHECK(refused == 1);
  CHECK(answered == 1);
  CHECK(stand.items(kPath).size() == 1);
}
