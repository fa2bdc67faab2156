// A TCP relay that can be switched off and on: the line between a store and the hub, cut by an excavator. While it is off,
// connections that stand are reset and new ones are reset as soon as they come. A second port takes orders, one line each.
// I/O, one thread for everything (poll).
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace tillsync::demo {

struct RelayOptions {
  std::uint16_t port = 0;     // where the store connects; 0 = any free one. All ports are on 127.0.0.1
  std::uint16_t control = 0;  // where orders come in; 0 = any free one
  std::uint16_t target = 0;   // where the hub listens
};

class RelayLoop {
 public:
  static Result<std::unique_ptr<RelayLoop>> open(const RelayOptions& options);
  ~RelayLoop();

  std::uint16_t port() const { return port_; }
  std::uint16_t control_port() const { return control_port_; }

  /// Moves bytes until stop(). Orders on the control port: "down", "up", "status"; the answer is "down N", "up N" with the
  /// number of connections that stand, or "error" and why. An order is carried out before its answer is sent.
  Result<void> run();
  /// Any thread.
  void stop();

 private:
  struct Line;     // one connection of a store and its mate to the hub
  struct Control;  // one connection that gives orders

  RelayLoop() = default;
  void accept_store();
  void accept_control();
  void serve_control(Control& control);
  std::string obey(std::string_view order);
  void cut_all();

  int listener_ = -1, control_listener_ = -1;
  int wake_read_ = -1, wake_write_ = -1;
  std::uint16_t port_ = 0, control_port_ = 0, target_ = 0;
  bool up_ = true;
  std::list<Line> lines_;
  std::list<Control> controls_;
};

/// Sends one order to a relay's control port and returns its answer. I/O; any thread.
Result<std::string> order_relay(std::uint16_t control_port, std::string_view order);

}  // namespace tillsync::demo
