#include <netdb.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/base/net.h"

namespace tillsync::os {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

socklen_t length_of(const sockaddr* address) { return address->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in); }

std::unexpected<Error> not_reached(int error) {
  // EAGAIN and EINPROGRESS: the time of SO_RCVTIMEO or SO_SNDTIMEO is over.
  return fail(ErrorCode::kUnavailable, "call a server", error == EAGAIN || error == EINPROGRESS ? "it does not answer in time" : std::strerror(error));
}

}  // namespace

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
  char host[NI_MAXHOST] = {};
  if (::getnameinfo(address, length_of(address), host, sizeof host, nullptr, 0, NI_NUMERICHOST) != 0) return {};
  return host;
}

Connection::Connection(int socket)
    : socket_(new int(socket), [](const int* owned) {
        ::close(*owned);
        delete owned;
      }) {}

Result<Connection> Connection::open(const SocketAddress& address, Duration timeout) {
  const int socket = ::socket(address.get()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return not_reached(errno);
  Connection connection(socket);
  const timeval patience{timeout.micros / kMicrosPerSecond, timeout.micros % kMicrosPerSecond};
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO})  // the second bounds connect() too
    if (::setsockopt(socket, SOL_SOCKET, option, &patience, sizeof patience) != 0) return not_reached(errno);
  if (::connect(socket, address.get(), length_of(address.get())) != 0) return not_reached(errno);
  return connection;
}

Result<void> Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(*socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return not_reached(errno);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<std::string> Connection::receive(std::size_t bytes_max) {
  std::string bytes(bytes_max, '\0');
  const ssize_t received = ::recv(*socket_, bytes.data(), bytes.size(), 0);
  if (received < 0) return not_reached(errno);
  bytes.resize(static_cast<std::size_t>(received));
  return bytes;
}

void cut(int socket) { ::shutdown(socket, SHUT_RDWR); }
void close_socket(int socket) { ::close(socket); }

}  // namespace tillsync::os
