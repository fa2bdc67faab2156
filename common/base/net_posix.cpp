#include <netdb.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cstring>

#include "common/base/net.h"

namespace tillsync::os {

Result<SocketAddress> SocketAddress::parse(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    return fail(ErrorCode::kInvalid, "read address " + address, "not a numeric address");
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  auto storage = std::make_shared<sockaddr_storage>();
  std::memcpy(storage.get(), found->ai_addr, found->ai_addrlen);
  SocketAddress parsed;
  parsed.address_ = std::shared_ptr<sockaddr>(storage, reinterpret_cast<sockaddr*>(storage.get()));
  return parsed;
}

bool SocketAddress::is_ipv6() const { return address_->sa_family == AF_INET6; }

std::string address_text(const sockaddr* address) {
  if (address == nullptr) return {};
  const socklen_t length = address->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  char host[NI_MAXHOST] = {};
  if (::getnameinfo(address, length, host, sizeof host, nullptr, 0, NI_NUMERICHOST) != 0) return {};
  return host;
}

void cut(int socket) { ::shutdown(socket, SHUT_RDWR); }
void close_socket(int socket) { ::close(socket); }

}  // namespace tillsync::os
