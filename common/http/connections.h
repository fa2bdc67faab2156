// What the server knows of its open connections and unanswered requests: who may be cut off when there are too many, which must be
// answered before it stops, how many bytes of bodies are held, and who has had his time. Any thread. Inside common/http only.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

namespace tillsync::http {

class Exchange;
using Clock = std::chrono::steady_clock;

class Connections {
 public:
  struct Patience {
    std::chrono::milliseconds first_head, next_head, answer_grace;
    std::size_t answer_bytes_per_second_min = 1'000;
  };
  Connections(unsigned connections_max, std::size_t bodies_bytes_max, Patience patience);
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  /// A connection is open; under pressure the ones that have been without a whole request for long are cut off.
  void opened(int socket);
  void closed(int socket);
  /// Between requests, or while one's headers trickle in, `busy` is false.
  void set_busy(int socket, bool busy);
  /// An answer of so many bytes is on its way: it is to be taken within the grace, and above that at answer_bytes_per_second_min.
  void set_answering(int socket, std::size_t bytes);

  void add(std::shared_ptr<Exchange> exchange);
  void remove(Exchange* exchange);
  std::vector<std::shared_ptr<Exchange>> exchanges() const;
  /// Waits until all exchanges have ended, at most `limit`.
  void wait_until_empty(std::chrono::milliseconds limit);

  /// False when this would be more than the server may hold.
  bool reserve_body(std::size_t bytes);
  void release_body(std::size_t bytes) { body_bytes_ -= bytes; }

  /// No new connections: answers close theirs.
  std::atomic<bool> closing = false;
  /// Nothing may be suspended any more.
  std::atomic<bool> stopping = false;

 private:
  struct Connection {
    bool busy = false;
    Clock::time_point waiting_since;
    std::optional<Clock::time_point> deadline;  // then it is cut off
  };
  void set_deadline(Connection& connection, Clock::time_point deadline);
  void watch();

  const std::size_t crowded_at_;
  const std::size_t bodies_bytes_max_;
  std::atomic<std::size_t> body_bytes_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  std::unordered_map<int, Connection> connections_;
  std::unordered_map<Exchange*, std::shared_ptr<Exchange>> exchanges_;

  // The watch sleeps until the next deadline, and for good while there is none: an idle server is not woken.
  const Patience patience_;
  std::condition_variable earlier_;
  Clock::time_point wakes_at_ = Clock::time_point::max();
  bool ending_ = false;
  std::thread watch_;
};

}  // namespace tillsync::http
