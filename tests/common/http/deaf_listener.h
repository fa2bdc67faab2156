// A socket that takes calls and never says a word.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>

namespace tillsync::http {

class DeafListener {
 public:
  DeafListener() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* general = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, general, sizeof address) != 0 || ::listen(socket_, 8) != 0 || ::getsockname(socket_, general, &length) != 0) throw std::runtime_error("no socket");
    port_ = ntohs(address.sin_port);
  }
  ~DeafListener() { ::close(socket_); }
  DeafListener(const DeafListener&) = delete;
  DeafListener& operator=(const DeafListener&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  const int socket_;
  std::uint16_t port_ = 0;
};

}  // namespace tillsync::http
