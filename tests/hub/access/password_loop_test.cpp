#include "hub/access/password_loop.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>

using namespace tillsync::hub;

namespace {

/// Holds the loop's thread until it is let go.
struct Gate {
  std::promise<void> entered, opened;
  std::function<void()> work() {
    return [this] {
      entered.set_value();
      opened.get_future().wait();
    };
  }
};

}  // namespace

TEST_CASE("passwords: one at a time, in order, each once", "[access]") {
  PasswordLoop loop;
  std::vector<int> order;
  std::promise<void> last;
  for (int i = 0; i < 3; ++i) REQUIRE(loop.submit("a", [&order, &last, i] {
      order.push_back(i);
      if (i == 2) last.set_value();
    }));
  last.get_future().wait();
  CHECK(order == std::vector{0, 1, 2});
}

TEST_CASE("passwords: so many wait of one address, and so many of all", "[access]") {
  Gate gate;
  std::atomic<std::size_t> done = 0;
  PasswordLoop loop;
  REQUIRE(loop.submit("gate", gate.work()));
  gate.entered.get_future().wait();
  const auto count = [&done] { ++done; };
  for (std::size_t i = 0; i < kPasswordsWaitingPerAddressMax; ++i) CHECK(loop.submit("a", count));
  CHECK_FALSE(loop.submit("a", count));
  for (std::size_t i = kPasswordsWaitingPerAddressMax; i < kPasswordsWaitingMax; ++i) CHECK(loop.submit("b" + std::to_string(i), count));
  CHECK_FALSE(loop.submit("c", count));
  gate.opened.set_value();
  std::promise<void> emptied;
  while (!loop.submit("last", [&emptied] { emptied.set_value(); })) std::this_thread::yield();
  emptied.get_future().wait();
  CHECK(done == kPasswordsWaitingMax);
  CHECK(loop.submit("a", count));
}

TEST_CASE("passwords: stopping drops what waits and takes no more", "[access]") {
  Gate gate;
  bool is_done = false;
  PasswordLoop loop;
  REQUIRE(loop.submit("a", gate.work()));
  gate.entered.get_future().wait();
  auto waiting = std::make_shared<int>();
  const std::weak_ptr<int> waits = waiting;
  REQUIRE(loop.submit("a", [&is_done, kept = std::move(waiting)] { is_done = true; }));
  std::thread stopper([&loop] { loop.stop(); });
  while (!waits.expired()) std::this_thread::yield();  // until it is dropped
  gate.opened.set_value();
  stopper.join();
  CHECK_FALSE(is_done);
  CHECK_FALSE(loop.submit("a", [] {}));
}
