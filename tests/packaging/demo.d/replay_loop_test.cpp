#include "packaging/demo.d/replay_loop.h"

#include <catch2/catch.hpp>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "common/http/server.h"
#include "packaging/demo.d/generate.h"
#include "packaging/demo.d/relay_loop.h"

using namespace tillsync;
using namespace tillsync::demo;
using nlohmann::json;

namespace {

/// All agents in one: takes everything, and asks the relay at each request whether the line is up.
class FakeAgents {
 public:
  explicit FakeAgents(std::uint16_t relay_control) : relay_control_(relay_control) {
    http::ServerOptions options;
    options.threads = 1;
    auto started = http::Server::start(options, [this](http::Request request, std::unique_ptr<http::Responder> responder) { take(request, *responder); });
    REQUIRE(started);
    server_ = std::move(*started);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  struct Taken {
    json document;
    bool dark = false;
  };
  std::vector<Taken> taken;
  std::size_t singles = 0, arrays = 0;
  int looks = 0;  // at the status

 private:
  void take(const http::Request& request, http::Responder& responder) {
    http::Response response;
    if (request.method == "GET") {
      // In step with the hub after two looks, then with what was sold in the dark.
      response.body = R"({"waiting":)" + std::to_string(looks < 2 ? 3 - looks : looks == 2 ? 0 : 5) + "}";
      ++looks;
    } else {
      const auto state = order_relay(relay_control_, "status");
      const bool dark = state && state->starts_with("down");
      const json body = json::parse(request.body);
      json results = json::array();
      for (const auto& document : body.is_array() ? body : json::array({body})) {
        taken.push_back({document, dark});
        results.push_back({{"code", 201}, {"status", "accepted"}});
      }
      ++(body.is_array() ? arrays : singles);
      response.status = body.is_array() ? 200 : 201;
      response.body = (body.is_array() ? json{{"results", results}} : json{{"status", "accepted"}}).dump();
    }
    responder.send(std::move(response));
  }

  std::uint16_t relay_control_;
  std::unique_ptr<http::Server> server_;
};

struct RunningRelay {
  std::unique_ptr<RelayLoop> relay;
  std::thread thread;
  RunningRelay() {
    auto opened = RelayLoop::open({0, 0, 1});
    REQUIRE(opened);
    relay = std::move(*opened);
    thread = std::thread([this] { static_cast<void>(relay->run()); });
  }
  ~RunningRelay() {
    relay->stop();
    thread.join();
  }
};

RetailTable made_up() {
  RetailTable table;
  for (const auto& row : generate({3, 3, 30})) REQUIRE(table.add(row));
  table.finish();
  return table;
}

}  // namespace

TEST_CASE("replay: the store with the second most documents goes dark, never the warehouse", "[demo]") {
  const auto sums = [](std::int64_t documents) {
    LocationSums made;
    made.documents = documents;
    return made;
  };
  CHECK(choose_dark_location({{"DE", sums(5)}, {"FR", sums(4)}, {"GB", sums(90)}, {"WH", sums(50)}}) == "DE");
  CHECK(choose_dark_location({{"FR", sums(4)}, {"WH", sums(50)}}) == "FR");
}

TEST_CASE("replay: every document arrives once, each till's in order, with one store dark for its middle third", "[demo]") {
  const RunningRelay relay;
  FakeAgents agents(relay.relay->control_port());
  const RetailTable table = made_up();
  auto plan = TradingPlan::make(table, {3, 2});
  REQUIRE(plan);
  const auto totals = plan->total();
  REQUIRE(totals);
  ReplayOptions options;
  for (const auto& [id, sums] : *totals) options.doors[id] = agents.url();
  options.dark_location = "DE";
  options.relay_control = relay.relay->control_port();
  const auto report = ReplayLoop(*plan, *totals, options).run();
  REQUIRE(report);

  CHECK(report->sums == *totals);
  std::int64_t total = 0;
  for (const auto& [id, sums] : *totals) total += sums.sent();
  CHECK(report->outcome.accepted == total);
  REQUIRE(agents.taken.size() == static_cast<std::size_t>(total));
  CHECK(agents.singles > 0);
  CHECK(agents.arrays > 0);

  std::map<std::string, std::int64_t> sequences;
  std::int64_t german = 0, german_dark = 0;
  REQUIRE(report->dark);
  for (const auto& taken : agents.taken) {
    CHECK(taken.document.at("sequence").get<std::int64_t>() == ++sequences[taken.document.at("till").get<std::string>()]);
    if (taken.document.at("location") != "DE") continue;
    ++german;
    if (taken.dark) ++german_dark;
    CHECK(taken.dark == (german >= report->dark->from_document && german <= report->dark->to_document));
  }
  CHECK(german_dark == (totals->at("DE").sent() + 2) / 3);
  CHECK(report->dark->waiting == 5);
  CHECK(agents.looks == 4);
  const auto state = order_relay(relay.relay->control_port(), "status");
  REQUIRE(state);
  CHECK(state->starts_with("up"));
}

TEST_CASE("replay: a location without an agent, or a dark one that does not exist, is refused before anything is sent", "[demo]") {
  const RunningRelay relay;
  FakeAgents agents(relay.relay->control_port());
  const RetailTable table = made_up();
  auto plan = TradingPlan::make(table, {3, 2});
  REQUIRE(plan);
  const auto totals = plan->total();
  REQUIRE(totals);
  ReplayOptions options;
  CHECK_FALSE(ReplayLoop(*plan, *totals, options).run());
  for (const auto& [id, sums] : *totals) options.doors[id] = agents.url();
  options.dark_location = "XX";
  CHECK_FALSE(ReplayLoop(*plan, *totals, options).run());
  CHECK(agents.taken.empty());
}
