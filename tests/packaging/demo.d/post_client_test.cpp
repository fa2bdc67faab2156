#include "packaging/demo.d/post_client.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <mutex>

#include "common/http/server.h"

using namespace tillsync;
using namespace tillsync::demo;

namespace {

/// Plays an agent: gives the prepared answers in order, the last one for ever, and keeps what it was sent.
class FakeAgent {
 public:
  explicit FakeAgent(std::vector<HttpAnswer> answers) : answers_(std::move(answers)) {
    http::ServerOptions options;
    auto started = http::Server::start(options, [this](http::Request request, std::unique_ptr<http::Responder> responder) {
      const std::lock_guard lock(mutex_);
      const HttpAnswer& answer = answers_[std::min(bodies_.size(), answers_.size() - 1)];
      bodies_.push_back(request.body);
      content_type_ = std::string(request.header("content-type").value_or(""));
      http::Response response;
      response.status = answer.status;
      response.body = answer.body;
      responder->send(std::move(response));
    });
    REQUIRE(started);
    server_ = std::move(*started);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  std::vector<std::string> bodies() {
    const std::lock_guard lock(mutex_);
    return bodies_;
  }
  std::string content_type() {
    const std::lock_guard lock(mutex_);
    return content_type_;
  }

 private:
  std::mutex mutex_;
  std::vector<HttpAnswer> answers_;
  std::vector<std::string> bodies_;
  std::string content_type_;
  std::unique_ptr<http::Server> server_;
};

const std::string kAccepted = R"({"event_id":"e_1","seq":1,"status":"accepted","warnings":[]})";

}  // namespace

TEST_CASE("post client: the answers to one document and to several are read", "[demo]") {
  auto one = read_answer({201, kAccepted}, 1);
  REQUIRE(one);
  CHECK(one->accepted == 1);
  one = read_answer({200, R"({"event_id":"e_1","seq":1,"status":"accepted","warnings":[{"code":"x"},{"code":"y"}]})"}, 1);
  REQUIRE(one);
  CHECK(one->known == 1);
  CHECK(one->warnings == 2);
  const auto several = read_answer({200, R"({"results":[{"code":201,"status":"accepted","warnings":[{"code":"x"}]},{"code":200,"status":"accepted"}]})"}, 2);
  REQUIRE(several);
  CHECK(several->accepted == 1);
  CHECK(several->known == 1);
  CHECK(several->warnings == 1);
}

TEST_CASE("post client: a refusal names the document and the agent's reason", "[demo]") {
  const auto refused = read_answer({422, R"({"title":"No identity","detail":"till is missing","pointer":"/till","status":422})"}, 1);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail == "the agent answered 422: No identity, till is missing, /till");
  CHECK_FALSE(read_answer({409, "{}"}, 1));
  const auto second = read_answer({200, R"({"results":[{"code":201},{"code":409,"title":"Another document has this number"}]})"}, 2);
  REQUIRE_FALSE(second);
  CHECK(second.error().detail == "document 2 of 2 was answered with 409: Another document has this number");
  CHECK_FALSE(read_answer({413, ""}, 1));
}

TEST_CASE("post client: an answer that is none, or has too few results, is not taken", "[demo]") {
  CHECK_FALSE(read_answer({200, "nonsense"}, 2));
  CHECK_FALSE(read_answer({201, "nonsense"}, 1));
  CHECK_FALSE(read_answer({200, "[]"}, 2));
  CHECK_FALSE(read_answer({200, R"({"results":[{"code":201}]})"}, 2));
  CHECK_FALSE(read_answer({200, R"({"results":[{"code":201},{}]})"}, 2));
  CHECK_FALSE(read_answer({200, kAccepted}, 2));
}

TEST_CASE("post client: only what may pass is sent again", "[demo]") {
  for (const int status : {429, 500, 502, 503, 504, 507}) CHECK(is_retryable(status));
  for (const int status : {200, 201, 400, 401, 403, 409, 413, 415, 422}) CHECK_FALSE(is_retryable(status));
}

TEST_CASE("post client: one document goes as itself, and comes again until there is an answer", "[demo]") {
  FakeAgent agent({{503, "{}"}, {507, "{}"}, {201, kAccepted}});
  PostClient client(agent.url(), 30);
  const auto outcome = client.post({R"({"a":1})"});
  REQUIRE(outcome);
  CHECK(outcome->accepted == 1);
  CHECK(outcome->retries == 2);
  CHECK(agent.bodies() == std::vector<std::string>(3, R"({"a":1})"));
  CHECK(agent.content_type() == "application/json");
}

TEST_CASE("post client: several documents go as an array", "[demo]") {
  FakeAgent agent({{200, R"({"results":[{"code":201},{"code":201}]})"}});
  PostClient client(agent.url(), 30);
  const auto outcome = client.post({R"({"a":1})", R"({"b":2})"});
  REQUIRE(outcome);
  CHECK(outcome->accepted == 2);
  CHECK(agent.bodies().at(0) == R"([{"a":1},{"b":2}])");
}

TEST_CASE("post client: a refusal is not sent again", "[demo]") {
  FakeAgent agent({{422, R"({"title":"no"})"}});
  PostClient client(agent.url(), 30);
  CHECK_FALSE(client.post({"{}"}));
  CHECK(agent.bodies().size() == 1);
}

TEST_CASE("post client: it gives up when nobody answers for as long as it is patient", "[demo]") {
  std::string url;
  {
    const FakeAgent gone({{201, kAccepted}});
    url = gone.url();
  }
  PostClient client(url, 0);
  const auto outcome = client.post({"{}"});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == ErrorCode::kUnavailable);
}
