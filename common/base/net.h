// The few socket calls of the server that are not portable C++ (net_posix.cpp). Any thread. For common/http.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/base/error.h"

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

/// "127.0.0.1"; "" when it cannot be told.
std::string address_text(const sockaddr* address);
/// Ends both directions; the owner of the socket closes it. On a listening socket: turns callers away.
void cut(int socket);
void close_socket(int socket);

}  // namespace tillsync::os
