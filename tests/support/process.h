// Child processes, free ports and memory figures for tests and benchmarks that run the built programs.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tillsync::test {

/// A child that is killed and reaped at the end of its scope. Output goes to a log file.
class Process {
 public:
  Process(std::vector<std::string> command, const std::map<std::string, std::string>& environment, const std::string& log);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();
  /// Sends SIGTERM and waits; returns the exit status.
  int terminate();
  pid_t pid() const { return pid_; }
  bool running();
  /// Once it has ended by itself; 128 when a signal ended it.
  std::optional<int> exit_status();
  std::int64_t resident_kib() const;  // VmRSS

 private:
  pid_t pid_ = -1;
  std::optional<int> exit_status_;
};

/// Runs a command to its end and returns its standard output; throws with its error output when it fails.
std::string run(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment = {});
std::uint16_t free_port();
/// Whether something accepts connections there.
bool accepts(std::uint16_t port);
double seconds_now();  // monotonic

}  // namespace tillsync::test
