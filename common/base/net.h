// The few socket calls of a server, and of one that looks at it, that are not portable C++ (net_posix.cpp). Any thread. For common/http.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/base/time.h"

struct sockaddr;

namespace tillsync::os {

/// A numeric address and port in the system's form.
class SocketAddress {
 public:
  static Result<SocketAddress> parse(const std::string& address, std::uint16_t port);
  sockaddr* get() const { return address_.get(); }
  bool is_ipv6() const;

 private:
  std::shared_ptr<sockaddr> address_;
};

/// A connection over TCP to a server.
class Connection {
 public:
  /// kUnavailable: nobody listens there, or nobody takes the call within `timeout`. Each further call waits as long at most.
  static Result<Connection> open(const SocketAddress& address, Duration timeout);
  int descriptor() const { return *socket_; }
  /// kUnavailable: the other end has gone or takes nothing.
  Result<void> send(std::string_view bytes);
  /// What comes next, `bytes_max` at most; "" when the other end has closed. kUnavailable: nothing comes.
  Result<std::string> receive(std::size_t bytes_max);

 private:
  explicit Connection(int socket);
  std::shared_ptr<const int> socket_;
};

/// "127.0.0.1"; "" when it cannot be told.
std::string address_text(const sockaddr* address);
/// Ends both directions; the owner of the socket closes it. On a listening socket: turns callers away.
void cut(int socket);
void close_socket(int socket);

}  // namespace tillsync::os
