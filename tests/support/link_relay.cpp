#include "tests/support/link_relay.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <vector>

#include "tests/support/process.h"

namespace tillsync::test {
namespace {

constexpr std::size_t kPacketBytes = 1'460;
constexpr int kTickMs = 2;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// Small kernel buffers: the line's own buffer is what a sender feels.
void prepare(int descriptor) {
  const int one = 1, bytes = static_cast<int>(kLinkBufferBytes);
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

void reset(int descriptor) {
  const linger hard{1, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  ::close(descriptor);
}

}  // namespace

LinkRelay::LinkRelay(std::uint16_t target_port, LinkShape shape) : target_port_(target_port), shape_(shape), now_shape_(shape) {
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  const int one = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  prepare(listener_);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 512) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("the relay cannot listen on loopback");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

LinkRelay::~LinkRelay() {
  stopping_ = true;
  thread_.join();
  drop_all();
  ::close(listener_);
}

void LinkRelay::set_shape(LinkShape shape) {
  const std::scoped_lock lock(mutex_);
  shape_ = shape;
}

LinkCounters LinkRelay::counters() const { return {bytes_up_, bytes_down_, connections_}; }

void LinkRelay::drop_all() {
  for (const Line& line : lines_) {
    reset(line.store);
    reset(line.hub);
  }
  lines_.clear();
}

void LinkRelay::take_connections() {
  for (int store = ::accept(listener_, nullptr, nullptr); store >= 0; store = ::accept(listener_, nullptr, nullptr)) {
    if (!up_) {
      reset(store);
      continue;
    }
    const int hub = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopback(target_port_);
    if (::connect(hub, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      reset(hub);
      reset(store);
      continue;
    }
    prepare(store);
    prepare(hub);
    ++connections_;
    lines_.push_back({store, hub, {store, hub, {}}, {hub, store, {}}});
  }
}

/// Takes one packet when the line has room. false: the connection is broken.
bool LinkRelay::take_bytes(Way& way, double& free_at, std::atomic<std::uint64_t>& counter, double now) {
  if (way.ended) return true;
  const double rate = now_shape_.bytes_per_s;
  if (rate > 0 && (free_at - now) * rate + kPacketBytes > kLinkBufferBytes) return true;
  std::array<char, kPacketBytes> buffer;
  const ssize_t count = ::recv(way.from, buffer.data(), buffer.size(), 0);
  if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  const auto size = static_cast<std::size_t>(count);
  if (count == 0) way.ended = true;
  counter += size;
  free_at = std::max(free_at, now) + (rate > 0 ? static_cast<double>(size) / rate : 0);
  way.packets.push_back({free_at + now_shape_.one_way_s, std::string(buffer.data(), size)});  // an empty one is the end
  return true;
}

bool LinkRelay::give_bytes(Way& way, double now) {
  while (!way.packets.empty() && way.packets.front().due <= now) {
    Packet& packet = way.packets.front();
    if (packet.bytes.empty()) {
      ::shutdown(way.to, SHUT_WR);
      way.closed = true;
      way.packets.pop_front();
      continue;
    }
    const ssize_t count = ::send(way.to, packet.bytes.data(), packet.bytes.size(), MSG_NOSIGNAL);
    if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    packet.bytes.erase(0, static_cast<std::size_t>(count));
    if (!packet.bytes.empty()) return true;
    way.packets.pop_front();
  }
  return true;
}

void LinkRelay::run() {
  while (!stopping_) {
    {
      const std::scoped_lock lock(mutex_);
      now_shape_ = shape_;
    }
    if (!up_) drop_all();
    if (black_hole_) {
      ::poll(nullptr, 0, kTickMs);
      continue;
    }
    take_connections();
    const double now = seconds_now();
    const std::uint64_t before = bytes_up_ + bytes_down_;
    for (auto line = lines_.begin(); line != lines_.end();) {
      const bool stands = take_bytes(line->up, up_free_at_, bytes_up_, now) && take_bytes(line->down, down_free_at_, bytes_down_, now) &&
                          give_bytes(line->up, now) && give_bytes(line->down, now);
      if (stands && !(line->up.closed && line->down.closed)) {
        ++line;
        continue;
      }
      reset(line->store);
      reset(line->hub);
      line = lines_.erase(line);
    }
    if (!lines_.empty()) lines_.splice(lines_.end(), lines_, lines_.begin());  // nobody is always first
    if (bytes_up_ + bytes_down_ != before) continue;
    std::vector<pollfd> waits{{listener_, POLLIN, 0}};
    ::poll(waits.data(), waits.size(), kTickMs);
  }
}

}  // namespace tillsync::test
