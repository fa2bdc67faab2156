// A thread of its own for Argon2id, which costs tens of milliseconds and 64 MiB: HTTP threads never wait for it, one password is worked
// on at a time, and what cannot be worked on soon is turned away.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace tillsync::hub {

inline constexpr std::size_t kPasswordsWaitingMax = 32;           // of all
inline constexpr std::size_t kPasswordsWaitingPerAddressMax = 4;  // so that one address cannot keep the others out

class PasswordLoop {
 public:
  PasswordLoop();
  /// Drops what waits, waits for what runs.
  ~PasswordLoop();
  PasswordLoop(const PasswordLoop&) = delete;
  PasswordLoop& operator=(const PasswordLoop&) = delete;

  /// Any thread. False: too many wait, or it is stopping; `work` is not called then.
  bool submit(const std::string& address, std::function<void()> work);
  void stop();

 private:
  struct Job {
    std::string address;
    std::function<void()> work;
  };
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::map<std::string, std::size_t> of_address_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tillsync::hub
