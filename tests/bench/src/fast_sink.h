// An ERP that books nothing: takes POSTs over HTTP/1.1 on kept connections and answers each with a reference, on one thread and
// without a disk, so that it is never what a benchmark waits for.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace tillsync::bench {

class FastSink {
 public:
  FastSink();
  ~FastSink();
  FastSink(const FastSink&) = delete;
  FastSink& operator=(const FastSink&) = delete;

  std::uint16_t port() const { return port_; }
  /// From now on: nothing counted, no body kept. Not while requests come in.
  void reset();
  std::uint64_t taken() const { return taken_; }
  double first_at() const { return first_at_; }  // test::seconds_now() of the first request; 0: none yet
  /// Of all requests since reset(), in order. Not while requests come in.
  const std::vector<std::string>& bodies() const { return bodies_; }

 private:
  struct Peer {
    std::string in, out;
  };
  void serve();
  bool read_from(int descriptor, Peer& peer);
  void take_requests(Peer& peer);

  int listener_ = -1, epoll_ = -1, wake_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> taken_ = 0;
  std::atomic<double> first_at_ = 0;
  std::vector<std::string> bodies_;
  std::unordered_map<int, Peer> peers_;
  std::thread thread_;
};

}  // namespace tillsync::bench
