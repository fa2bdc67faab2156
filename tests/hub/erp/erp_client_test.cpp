#include "hub/erp/erp_client.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "common/crypto/crypto.h"
#include "tests/erp/reference_erp.h"
#include "tests/hub/erp/raw_server.h"
#include "tests/support/http.h"
#include "tests/support/process.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

std::unique_ptr<ErpClient> client(ErpClientOptions options = {}) {
  auto made = ErpClient::make(options);
  REQUIRE(made);
  return std::move(*made);
}

ErpCall post(const std::string& url, std::uint64_t tag = 1) {
  return {.tag = tag, .method = "POST", .url = url, .headers = {{"Idempotency-Key", "k"}}, .body = "{\"a\":1}"};
}

ErpAnswer one_answer(ErpClient& erp, ErpCall call) {
  REQUIRE(erp.start(std::move(call)));
  for (;;) {
    auto ended = erp.wait(seconds(1));
    if (!ended.empty()) return ended.front().second;
  }
}

const std::string kCreated = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";

}  // namespace

TEST_CASE("erp client: brings the answer with its status and body", "[erp]") {
  test::RawServer server([](int) { return kCreated; });
  const auto erp = client();
  const ErpAnswer answer = one_answer(*erp, post(server.url()));
  CHECK(answer.failure == TransportFailure::kNone);
  CHECK(answer.status == 201);
  CHECK(answer.body == "{}");
  CHECK(erp->in_flight() == 0);
}

TEST_CASE("erp client: a refused connection cannot have reached the ERP", "[erp]") {
  const auto erp = client();
  const auto url = "http://127.0.0.1:" + std::to_string(test::free_port()) + "/postings";
  CHECK(one_answer(*erp, post(url)).failure == TransportFailure::kNotSent);
}

TEST_CASE("erp client: a connection that breaks after the request may have reached the ERP", "[erp]") {
  test::RawServer server([](int) { return std::string(); });
  const auto erp = client();
  CHECK(one_answer(*erp, post(server.url())).failure == TransportFailure::kBroken);
  CHECK(server.requests() == 1);
}

TEST_CASE("erp client: a kept connection that breaks after the request is not tried again by the library", "[erp]") {
  test::RawServer server([](int n) { return n == 1 ? kCreated : std::string(); });
  const auto erp = client();
  CHECK(one_answer(*erp, post(server.url())).status == 201);
  CHECK(one_answer(*erp, post(server.url())).failure == TransportFailure::kBroken);
  CHECK(server.requests() == 2);
}

TEST_CASE("erp client: a large body on a kept connection that breaks is not sent again either", "[erp]") {
  test::RawServer server([](int n) { return n == 1 ? kCreated : std::string(); });
  const auto erp = client();
  CHECK(one_answer(*erp, post(server.url())).status == 201);
  ErpCall large = post(server.url());
  large.body = std::string(1'000'000, ' ');
  CHECK(one_answer(*erp, std::move(large)).failure == TransportFailure::kBroken);
  CHECK(server.requests() == 2);
}

TEST_CASE("erp client: a kept connection that breaks may have reached the ERP, also where the ERP takes no new ones", "[erp]") {
  test::RawServer* here = nullptr;
  test::RawServer server([&here](int n) {
    if (n == 1) return kCreated;
    here->refuse_connections();
    return std::string();
  });
  here = &server;
  const auto erp = client();
  CHECK(one_answer(*erp, post(server.url())).status == 201);
  CHECK(one_answer(*erp, post(server.url())).failure == TransportFailure::kBroken);
  CHECK(server.requests() == 2);
}

TEST_CASE("erp client: a question that changes nothing is asked again on a new connection", "[erp]") {
  test::RawServer server([](int n) { return n == 2 ? std::string() : kCreated; });
  const auto erp = client();
  const ErpCall question{.tag = 1, .method = "GET", .url = server.url(), .headers = {}, .body = {}};
  CHECK(one_answer(*erp, question).status == 201);
  CHECK(one_answer(*erp, question).status == 201);
  CHECK(server.requests() == 3);
}

TEST_CASE("erp client: silence is a time-out, and later calls work", "[erp]") {
  const auto folder = std::filesystem::temp_directory_path() / random_secret("tillsync-client-");
  auto server = erp::ReferenceErp::start({.address = "127.0.0.1", .port = 0, .data = folder, .strict_items = {}});
  REQUIRE(server);
  const std::string base = "http://127.0.0.1:" + std::to_string((*server)->port());
  REQUIRE(test::http("POST", base + "/control", R"({"mode":"slow","delay_ms":5000,"for":1})").status == 200);
  ErpClientOptions options;
  options.timeout = milliseconds(100);
  const auto erp = client(options);
  CHECK(one_answer(*erp, post((*server)->postings_url())).failure == TransportFailure::kTimeout);
  CHECK(one_answer(*erp, {.tag = 2, .method = "GET", .url = base + "/summary", .headers = {}, .body = {}}).status == 200);
  server->reset();
  std::filesystem::remove_all(folder);
}

TEST_CASE("erp client: an answer is kept up to its limit", "[erp]") {
  test::RawServer server([](int n) {
    const std::string body(n == 1 ? 10 : 11, 'x');
    return "HTTP/1.1 201 Created\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  });
  ErpClientOptions options;
  options.answer_bytes_max = 10;
  const auto erp = client(options);
  for (int i = 0; i < 2; ++i) {
    const ErpAnswer answer = one_answer(*erp, post(server.url()));
    CHECK(answer.failure == TransportFailure::kNone);
    CHECK(answer.status == 201);
    CHECK(answer.body == "xxxxxxxxxx");
  }
}

TEST_CASE("erp client: Retry-After and redirects are passed on, not acted on", "[erp]") {
  test::RawServer server([](int n) -> std::string {
    if (n == 1) return "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n";
    return "HTTP/1.1 307 Elsewhere\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n";
  });
  const auto erp = client();
  CHECK(one_answer(*erp, post(server.url())).retry_after == seconds(7));
  CHECK(one_answer(*erp, post(server.url())).status == 307);
  CHECK(server.requests() == 2);
}

TEST_CASE("erp client: addresses and headers that would go astray are refused", "[erp]") {
  const auto erp = client();
  for (const char* url : {"file:///etc/passwd", "ftp://x/", "postings", ""}) {
    CHECK(erp->start(post(url)).error().code == ErrorCode::kInvalid);
  }
  ErpCall call = post("http://127.0.0.1:1/");
  call.headers.emplace_back("X-Correlation-Id", "a\r\nX-Evil: 1");
  CHECK(erp->start(call).error().code == ErrorCode::kInvalid);
  CHECK(erp->in_flight() == 0);
}

TEST_CASE("erp client: many calls are in flight at once and each answer names its call", "[erp]") {
  const auto folder = std::filesystem::temp_directory_path() / random_secret("tillsync-client-");
  auto server = erp::ReferenceErp::start({.address = "127.0.0.1", .port = 0, .data = folder, .strict_items = {}});
  REQUIRE(server);
  const auto erp = client();
  for (std::uint64_t tag = 1; tag <= 50; ++tag) REQUIRE(erp->start(post((*server)->postings_url(), tag)));
  std::vector<std::uint64_t> tags;
  while (erp->in_flight() > 0) {
    for (const auto& [tag, answer] : erp->wait(seconds(1))) {
      CHECK(answer.status == 400);  // {"a":1} is no posting
      tags.push_back(tag);
    }
  }
  std::ranges::sort(tags);
  CHECK(tags.size() == 50);
  CHECK(std::ranges::adjacent_find(tags) == tags.end());
  server->reset();
  std::filesystem::remove_all(folder);
}
