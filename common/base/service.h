// What the service manager that started the program is told: ready, alive, stopping (the protocol of systemd, sd_notify(3)). Nothing
// happens where none asked. The protocol is one datagram; libsystemd would bring five libraries into the agent for it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/base/time.h"

namespace tillsync::os {

class ServiceManager {
 public:
  /// socket: a path, or "@name" of an abstract one; "" = nobody wants to know. watchdog: silence after which the manager kills the
  /// program; none = it does not watch.
  ServiceManager(std::string socket, std::optional<Duration> watchdog) : socket_(std::move(socket)), watchdog_(watchdog) {}
  /// NOTIFY_SOCKET and WATCHDOG_USEC of the environment; WATCHDOG_PID must be this process where it is set.
  static ServiceManager from_environment();

  /// One or more lines "NAME=value". kIo where the manager's socket does not take it; nothing is lost but the message.
  Result<void> notify(std::string_view lines) const;
  /// Input is taken from now on. status: one line for `systemctl status`.
  Result<void> ready(const std::string& status) const { return notify("READY=1\nSTATUS=" + status); }
  Result<void> stopping() const { return notify("STOPPING=1"); }
  Result<void> alive() const { return watchdog_ ? notify("WATCHDOG=1") : Result<void>{}; }

  /// How often alive() is to be called: three times within what the manager waits. None = never.
  std::optional<Duration> beat() const { return watchdog_ ? std::optional(Duration{watchdog_->micros / 3}) : std::nullopt; }

 private:
  std::string socket_;
  std::optional<Duration> watchdog_;
};

/// Whether a worker thread still works: it is asked something small, and at the next beat must have answered. One thread beats, any
/// thread answers, also after the Pulse's end.
class Pulse {
 public:
  using Question = std::function<void(std::function<void()> answered)>;
  explicit Pulse(Question ask) : ask_(std::move(ask)) {}
  /// False when the question of the beat before has no answer yet. Asks anew when it has.
  bool beat() {
    if (!answered_->exchange(false)) return false;
    ask_([answered = answered_] { *answered = true; });
    return true;
  }

 private:
  Question ask_;
  std::shared_ptr<std::atomic<bool>> answered_ = std::make_shared<std::atomic<bool>>(true);
};

}  // namespace tillsync::os
