#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "common/base/wakeup.h"

using namespace tillsync;
using namespace tillsync::os;

TEST_CASE("wakeup: set makes it readable until cleared, however often it was set", "[transport]") {
  auto wakeup = Wakeup::create();
  REQUIRE(wakeup);
  const std::vector<int> descriptors = {(*wakeup)->descriptor()};
  CHECK(wait_readable(descriptors, milliseconds(0)) == std::vector<bool>{false});
  (*wakeup)->set();
  (*wakeup)->set();
  CHECK(wait_readable(descriptors, milliseconds(0)) == std::vector<bool>{true});
  (*wakeup)->clear();
  CHECK(wait_readable(descriptors, milliseconds(0)) == std::vector<bool>{false});
  (*wakeup)->clear();
  (*wakeup)->set();
  CHECK(wait_readable(descriptors, milliseconds(0)) == std::vector<bool>{true});
}

TEST_CASE("wakeup: no item of another thread is left lying", "[transport]") {
  auto wakeup = Wakeup::create();
  REQUIRE(wakeup);
  constexpr int kItems = 20'000;
  std::atomic<int> put = 0;
  std::thread producer([&] {
    for (int i = 0; i < kItems; ++i) {
      ++put;
      (*wakeup)->set();
    }
  });
  // Without end: a lost wake-up would leave this waiting until the test's own time limit.
  while (put.load() < kItems) {
    wait_readable({(*wakeup)->descriptor()}, Duration{-1});
    (*wakeup)->clear();
  }
  producer.join();
  CHECK(put.load() == kItems);
}

TEST_CASE("wait: tells which of several descriptors is readable", "[transport]") {
  auto first = Wakeup::create();
  auto second = Wakeup::create();
  REQUIRE(first);
  REQUIRE(second);
  (*second)->set();
  CHECK(wait_readable({(*first)->descriptor(), (*second)->descriptor()}, Duration{1}) == std::vector<bool>{false, true});
  CHECK(wait_readable({}, Duration{1}).empty());
}
