#include "hub/app/periodic_thread.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("periodic thread: works at once and again, until it ends", "[app]") {
  std::atomic<int> times{0};
  std::promise<void> third;
  {
    const PeriodicThread thread(milliseconds(1), [&] {
      if (++times == 3) third.set_value();
    });
    third.get_future().wait();
  }
  CHECK(times >= 3);
}

TEST_CASE("periodic thread: a long pause does not hold its end up", "[app]") {
  std::promise<void> first;
  std::atomic<int> times{0};
  {
    const PeriodicThread thread(seconds(86'400), [&] {
      if (++times == 1) first.set_value();
    });
    first.get_future().wait();
  }
  CHECK(times == 1);
}

TEST_CASE("periodic thread: its end waits for the work that is under way", "[app]") {
  std::promise<void> begun;
  bool is_whole = false;
  {
    const PeriodicThread thread(seconds(86'400), [&] {
      begun.set_value();
      for (int i = 0; i < 1'000; ++i) std::this_thread::yield();
      is_whole = true;
    });
    begun.get_future().wait();
  }
  CHECK(is_whole);
}
