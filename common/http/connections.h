// What the server knows of its open connections and unanswered requests: who may be cut off when there are too many, which must be
// answered before it stops, and how many bytes of bodies are held. Any thread. Inside common/http only.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace tillsync::http {

class Exchange;
using Clock = std::chrono::steady_clock;

class Connections {
 public:
  explicit Connections(unsigned connections_max, std::size_t bodies_bytes_max)
      : crowded_at_(connections_max - connections_max / 4), bodies_bytes_max_(bodies_bytes_max) {}

  /// A connection is open; under pressure the ones that have been without a whole request for long are cut off.
  void opened(int socket);
  void closed(int socket);
  /// Between requests, or while one's headers trickle in, `busy` is false.
  void set_busy(int socket, bool busy);

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
  };
  const std::size_t crowded_at_;
  const std::size_t bodies_bytes_max_;
  std::atomic<std::size_t> body_bytes_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  std::unordered_map<int, Connection> connections_;
  std::unordered_map<Exchange*, std::shared_ptr<Exchange>> exchanges_;
};

}  // namespace tillsync::http
