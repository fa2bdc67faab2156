#include <stdlib.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "common/base/service.h"
#include "tests/support/notify_socket.h"

using namespace tillsync;
using namespace tillsync::os;

namespace {

constexpr int kPatienceMs = 10'000;

std::string socket_path(const char* name) { return (std::filesystem::temp_directory_path() / (std::string(name) + std::to_string(::getpid()))).string(); }

/// Sets a variable of the environment for a while; nullptr takes it away.
class WithVariable {
 public:
  WithVariable(const char* name, const char* value) : name_(name) {
    if (value == nullptr)
      ::unsetenv(name);
    else
      ::setenv(name, value, 1);
  }
  ~WithVariable() { ::unsetenv(name_); }
  WithVariable(const WithVariable&) = delete;
  WithVariable& operator=(const WithVariable&) = delete;

 private:
  const char* name_;
};

}  // namespace

TEST_CASE("service: ready, alive and stopping reach the manager's socket", "[service]") {
  const test::NotifySocket socket(socket_path("notify-"));
  const ServiceManager manager(socket.name(), seconds(30));
  CHECK(manager.ready("taking documents"));
  CHECK(socket.next(kPatienceMs) == "READY=1\nSTATUS=taking documents");
  CHECK(manager.alive());
  CHECK(socket.next(kPatienceMs) == "WATCHDOG=1");
  CHECK(manager.stopping());
  CHECK(socket.next(kPatienceMs) == "STOPPING=1");
  CHECK(manager.beat() == seconds(10));
}

TEST_CASE("service: an abstract socket is reached as well", "[service]") {
  const test::NotifySocket socket("@tillsync-test-" + std::to_string(::getpid()));
  CHECK(ServiceManager(socket.name(), std::nullopt).ready("x"));
  CHECK(socket.next(kPatienceMs) == "READY=1\nSTATUS=x");
}

TEST_CASE("service: without a manager nothing is sent and nothing fails", "[service]") {
  const ServiceManager nobody("", std::nullopt);
  CHECK(nobody.ready("x"));
  CHECK(nobody.alive());
  CHECK_FALSE(nobody.beat());
}

TEST_CASE("service: a manager that does not watch gets no sign of life", "[service]") {
  const test::NotifySocket socket(socket_path("notify-unwatched-"));
  const ServiceManager manager(socket.name(), std::nullopt);
  CHECK(manager.alive());
  CHECK(manager.stopping());
  CHECK(socket.next(kPatienceMs) == "STOPPING=1");
}

TEST_CASE("service: a socket that is gone or has no possible name is an error", "[service]") {
  CHECK(ServiceManager("/nonexistent/notify", std::nullopt).ready("x").error().code == ErrorCode::kIo);
  CHECK(ServiceManager("/" + std::string(200, 'n'), std::nullopt).ready("x").error().code == ErrorCode::kInvalid);
}

TEST_CASE("service: the environment says whom to tell and how often", "[service]") {
  const WithVariable notify("NOTIFY_SOCKET", "@nobody-listens");
  SECTION("watched") {
    const WithVariable usec("WATCHDOG_USEC", "30000000");
    CHECK(ServiceManager::from_environment().beat() == seconds(10));
  }
  SECTION("watched, another process is meant") {
    const WithVariable usec("WATCHDOG_USEC", "30000000");
    const WithVariable pid("WATCHDOG_PID", "1");
    CHECK_FALSE(ServiceManager::from_environment().beat());
  }
  SECTION("nonsense is no watchdog") {
    const WithVariable usec("WATCHDOG_USEC", "30s");
    CHECK_FALSE(ServiceManager::from_environment().beat());
  }
  SECTION("nobody") {
    const WithVariable none("NOTIFY_SOCKET", nullptr);
    CHECK(ServiceManager::from_environment().ready("x"));
  }
}

TEST_CASE("service: a worker that does not answer has no pulse, until it does", "[service]") {
  std::vector<std::function<void()>> asked;
  Pulse pulse([&asked](std::function<void()> answered) { asked.push_back(std::move(answered)); });
  CHECK(pulse.beat());
  CHECK_FALSE(pulse.beat());
  CHECK_FALSE(pulse.beat());
  REQUIRE(asked.size() == 1);
  asked[0]();
  CHECK(pulse.beat());
  CHECK(asked.size() == 2);
}
