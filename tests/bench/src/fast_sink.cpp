#include "tests/bench/src/fast_sink.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <string_view>

#include "tests/support/process.h"

namespace tillsync::bench {
namespace {

constexpr std::size_t kReadBytes = 64'000;

/// Of the header lines in front of a body; -1 when there is none.
long length_of(std::string_view head) {
  constexpr std::string_view kName = "content-length:";
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    const std::string_view line = head.substr(at + 2);
    if (line.size() < kName.size() || ::strncasecmp(line.data(), kName.data(), kName.size()) != 0) continue;
    const std::size_t first = line.find_first_of("0123456789");
    long length = -1;
    if (first != std::string_view::npos) std::from_chars(line.data() + first, line.data() + line.size(), length);
    return length;
  }
  return -1;
}

}  // namespace

FastSink::FastSink() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("the sink cannot listen");
  port_ = ntohs(address.sin_port);
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  wake_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  for (const int descriptor : {listener_, wake_}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
  }
  thread_ = std::thread([this] { serve(); });
}

FastSink::~FastSink() {
  const std::uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof one);
  thread_.join();
  for (const auto& [descriptor, peer] : peers_) ::close(descriptor);
  for (const int descriptor : {listener_, epoll_, wake_}) ::close(descriptor);
}

void FastSink::reset() {
  taken_ = 0;
  first_at_ = 0;
  bodies_.clear();
}

void FastSink::serve() {
  std::array<epoll_event, 64> events;
  while (true) {
    const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
      if (descriptor == wake_) return;
      if (descriptor == listener_) {
        const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (peer < 0) continue;
        const int on = 1;
        ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = peer;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, peer, &event);
        peers_[peer];
        continue;
      }
      if (read_from(descriptor, peers_[descriptor])) continue;
      ::close(descriptor);
      peers_.erase(descriptor);
    }
  }
}

/// False: the peer has gone.
bool FastSink::read_from(int descriptor, Peer& peer) {
  const std::size_t before = peer.in.size();
  peer.in.resize(before + kReadBytes);
  const ssize_t got = ::read(descriptor, peer.in.data() + before, kReadBytes);
  peer.in.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
  take_requests(peer);
  // The answers are small and the peer waits for each, so they always fit into the socket.
  while (!peer.out.empty()) {
    const ssize_t sent = ::write(descriptor, peer.out.data(), peer.out.size());
    if (sent < 0) return false;
    peer.out.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

void FastSink::take_requests(Peer& peer) {
  while (true) {
    const std::size_t head = peer.in.find("\r\n\r\n");
    if (head == std::string::npos) return;
    const long length = length_of(std::string_view(peer.in).substr(0, head));
    if (length < 0) throw std::runtime_error("the sink wants a Content-Length");
    const std::size_t end = head + 4 + static_cast<std::size_t>(length);
    if (peer.in.size() < end) return;
    if (taken_ == 0) first_at_ = test::seconds_now();
    bodies_.emplace_back(peer.in, head + 4, static_cast<std::size_t>(length));
    peer.in.erase(0, end);
    const std::string body = R"({"erp_reference":"E-)" + std::to_string(++taken_) + R"("})";
    peer.out += "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
}

}  // namespace tillsync::bench
