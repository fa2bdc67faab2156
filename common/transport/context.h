// One ZeroMQ context with its ZAP handler, which asks the ROUTER that a peer knocks at whether to admit its key. Inside
// common/transport only. Any thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <zmq.hpp>

#include "common/base/error.h"

namespace tillsync::transport {

struct Counters {
  std::atomic<std::uint64_t> denied = 0;
  std::atomic<std::uint64_t> failed = 0;
  std::atomic<std::uint64_t> dropped_messages = 0;
};

class Context {
 public:
  using Admit = std::function<bool(std::string_view peer_key)>;

  Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  zmq::context_t& zmq() { return context_; }
  /// Starts the handler where it does not run yet. Returns the ZAP domain for the socket; every handshake in it asks `admit`.
  std::string add_domain(Admit admit, std::shared_ptr<Counters> counters);
  /// `admit` is not called any more when this returns.
  void remove_domain(const std::string& domain);
  /// A name that no other socket of this context has.
  std::string unique_name(const std::string& prefix);

 private:
  struct Domain {
    Admit admit;
    std::shared_ptr<Counters> counters;
  };
  void serve(zmq::socket_t socket);
  std::string ask(const std::string& domain, const std::string& mechanism, const zmq::message_t& credentials);

  zmq::context_t context_;
  std::mutex mutex_;
  std::map<std::string, Domain> domains_;
  std::atomic<std::uint64_t> names_ = 0;
  std::thread thread_;
};

}  // namespace tillsync::transport
