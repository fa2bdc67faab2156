// A TCP relay that behaves as a slow line between a store and the hub: a rate and a delay per direction, shared by all its
// connections, black holes and cuts. One thread of its own, for tests and benchmarks. What it cannot show is TCP's own
// retransmission: bytes that it has taken are late, never lost.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace tillsync::test {

struct LinkShape {
  double bytes_per_s = 0;  // of each direction; 0 = no limit
  double one_way_s = 0;    // delay of each direction
};

/// Bytes that the line holds before its sender has to wait, as the buffer of a modem: about 1 s of 50 kbit/s.
inline constexpr std::size_t kLinkBufferBytes = 6'000;

struct LinkCounters {
  std::uint64_t bytes_up = 0, bytes_down = 0;  // up: from those who connect here to the target
  std::uint64_t connections = 0;               // taken since the start
};

class LinkRelay {
 public:
  /// Listens on a free port of 127.0.0.1 and speaks to target_port of 127.0.0.1. Throws std::runtime_error.
  LinkRelay(std::uint16_t target_port, LinkShape shape);
  LinkRelay(const LinkRelay&) = delete;
  LinkRelay& operator=(const LinkRelay&) = delete;
  ~LinkRelay();

  std::uint16_t port() const { return port_; }
  /// While true nothing moves and nobody is told: connections stand, new ones are taken later.
  void set_black_hole(bool on) { black_hole_ = on; }
  /// false: connections that stand are reset, new ones are reset as they come.
  void set_up(bool up) { up_ = up; }
  void set_shape(LinkShape shape);
  LinkCounters counters() const;

 private:
  struct Packet {
    double due;  // monotonic seconds
    std::string bytes;
  };
  struct Way {  // one direction of one connection
    int from, to;
    std::deque<Packet> packets;
    bool ended = false, closed = false;
  };
  struct Line {
    int store, hub;
    Way up, down;
  };

  void run();
  void take_connections();
  bool take_bytes(Way& way, double& free_at, std::atomic<std::uint64_t>& counter, double now);
  bool give_bytes(Way& way, double now);
  void drop_all();

  const std::uint16_t target_port_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stopping_{false}, black_hole_{false}, up_{true};
  std::atomic<std::uint64_t> bytes_up_{0}, bytes_down_{0}, connections_{0};
  mutable std::mutex mutex_;  // shape_
  LinkShape shape_;
  LinkShape now_shape_;       // the thread's copy
  double up_free_at_ = 0, down_free_at_ = 0;
  std::list<Line> lines_;
  std::thread thread_;
};

}  // namespace tillsync::test
