// The composition root of the agent: the writer, then the line to the hub, then the doors; stopped in the other order. The main
// thread only waits for SIGTERM.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "common/base/error.h"
#include "common/config/config.h"

namespace tillsync::agent {

/// A running agent on one data folder.
class AgentApp {
 public:
  /// Errors say what to do: not enrolled, folder in use by another process (kUnavailable), port taken, a door without tokens or TLS
  /// on a network address (kDenied).
  static Result<std::unique_ptr<AgentApp>> start(const config::Config& config);
  /// Takes no more input, commits and answers what was taken. The destructor does the same.
  void stop();
  ~AgentApp();
  /// Whether the writer has answered what it was asked by the call before. For the service manager's watchdog.
  bool has_pulse();

  std::uint16_t http_port() const;
  std::string zmq_endpoint() const;
  /// Readable once the hub has told the agent to restart: stop(), then end with kRestartExitCode.
  int restart_descriptor() const;

 private:
  class Parts;
  explicit AgentApp(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// EX_TEMPFAIL: a service manager that restarts on failure starts the agent again.
inline constexpr int kRestartExitCode = 75;

/// Runs until SIGTERM, SIGINT or the hub's command to restart, then stops and returns the exit code.
Result<int> run_agent(const std::filesystem::path& config_file);

}  // namespace tillsync::agent
