#include "packaging/demo.d/balance_client.h"

#include <catch2/catch.hpp>
#include <mutex>

#include "common/http/server.h"

using namespace tillsync;
using namespace tillsync::demo;

namespace {

http::Response answer(std::string body, int status = 200) { return {status, "application/json", std::move(body), {}}; }

/// Hub and ERP in one: gives the answers of each path in order, the last one for ever.
class FakeBooks {
 public:
  FakeBooks(std::vector<http::Response> hub, std::vector<http::Response> erp) {
    answers_["/v1/reconciliation"] = std::move(hub);
    answers_["/summary"] = std::move(erp);
    // Two pages of closes.
    answers_["/v1/events"] = {answer(R"({"items":[{"location":"GB"}],"next":"1"})"), answer(R"({"items":[{"location":"GB"}],"next":null})")};
    auto started = http::Server::start({}, [this](http::Request request, std::unique_ptr<http::Responder> responder) {
      const std::lock_guard lock(mutex_);
      if (request.path != "/summary") authorization_ = std::string(request.header("authorization").value_or(""));
      const auto& list = answers_.at(request.path);
      // Pages are asked for by their cursor, the rest comes in turn.
      const std::size_t turn = request.path == "/v1/events" ? (request.parameter("after") ? 1 : 0) : asked_[request.path]++;
      responder->send(list[std::min(turn, list.size() - 1)]);
    });
    REQUIRE(started);
    server_ = std::move(*started);
  }
  BalanceOptions options(std::int64_t patience_s) const {
    const std::string url = "http://127.0.0.1:" + std::to_string(server_->port());
    return {url, "secret", url, patience_s};
  }
  std::string authorization() {
    const std::lock_guard lock(mutex_);
    return authorization_;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<http::Response>> answers_;
  std::map<std::string, std::size_t> asked_;
  std::string authorization_;
  std::unique_ptr<http::Server> server_;
};

http::Response hub(int documents, int waiting = 0) {
  return answer(R"({"items":[{"location":"GB","currency":"GBP","hub":{"documents":)" + std::to_string(documents) +
                R"(,"gross":"17.98","units":"-6"},"waiting":)" + std::to_string(waiting) + "}]}");
}

http::Response erp(int documents) {
  return answer(R"({"locations":[{"location":"GB","documents":)" + std::to_string(documents) + R"(,"gross":{"GBP":"17.98"},"units":"-6"}]})");
}

const SumsByLocation kPos = {{"GB", {2, 2, {{"GBP", 1'798}}, -6'000}}};

}  // namespace

TEST_CASE("balance client: it waits until everything has arrived and been posted", "[demo]") {
  FakeBooks books({hub(1), answer("{}", 503), hub(2, 1), hub(2)}, {erp(1), erp(1), erp(1), erp(2)});
  const auto rows = BalanceClient(books.options(60)).settle(kPos);
  REQUIRE(rows);
  REQUIRE(rows->size() == 1);
  CHECK(rows->at(0).balances());
  CHECK(books.authorization() == "Bearer secret");
}

TEST_CASE("balance client: when nothing moves any more it compares what is there", "[demo]") {
  FakeBooks books({hub(2)}, {erp(3)});
  const auto rows = BalanceClient(books.options(0)).settle(kPos);
  REQUIRE(rows);
  CHECK_FALSE(rows->at(0).balances());
}

TEST_CASE("balance client: a hub or an ERP that stays away is an error", "[demo]") {
  FakeBooks without_hub({answer("no", 401)}, {erp(2)});
  const auto refused = BalanceClient(without_hub.options(0)).settle(kPos);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("401") != std::string::npos);
  FakeBooks without_erp({hub(2)}, {answer("", 503)});
  CHECK_FALSE(BalanceClient(without_erp.options(0)).settle(kPos));
}
