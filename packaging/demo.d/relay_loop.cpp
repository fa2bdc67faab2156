#include "packaging/demo.d/relay_loop.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace tillsync::demo {
namespace {

constexpr std::size_t kPipeBytesMax = 262'144;  // of one direction; beyond it the sender has to wait
constexpr std::size_t kReadBytes = 65'536;
constexpr std::size_t kOrderBytesMax = 100;
constexpr std::size_t kConnectionsMax = 512;

void close_quietly(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

/// The other side sees "connection reset", not an orderly end.
void reset(int& descriptor) {
  if (descriptor < 0) return;
  const linger now{1, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close_quietly(descriptor);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

const sockaddr* as_address(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

Result<int> listen_on(std::uint16_t wanted, std::uint16_t& port) {
  const std::string operation = "listen on 127.0.0.1:" + std::to_string(wanted);
  int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return fail(ErrorCode::kIo, operation, std::strerror(errno));
  const int yes = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address = loopback(wanted);
  socklen_t length = sizeof address;
  if (::bind(descriptor, as_address(address), length) != 0 || ::listen(descriptor, 128) != 0 ||
      ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    const int error = errno;
    close_quietly(descriptor);
    return fail(error == EADDRINUSE ? ErrorCode::kAlreadyExists : ErrorCode::kIo, operation, std::strerror(error));
  }
  port = ntohs(address.sin_port);
  return descriptor;
}

/// One direction of a line: what was read and not yet written.
struct Pipe {
  std::string waiting;
  bool ended = false;      // the sender has said its last
  bool passed_on = false;  // and the receiver has been told

  bool wants_input() const { return !ended && waiting.size() < kPipeBytesMax; }
};

/// false when the connection is broken.
bool read_into(int descriptor, Pipe& pipe) {
  std::array<char, kReadBytes> buffer;
  const ssize_t got = ::recv(descriptor, buffer.data(), buffer.size(), 0);
  if (got > 0) {
    pipe.waiting.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  }
  if (got == 0) {
    pipe.ended = true;
    return true;
  }
  return errno == EAGAIN || errno == EINTR;
}

bool write_from(Pipe& pipe, int descriptor) {
  if (!pipe.waiting.empty()) {
    const ssize_t put = ::send(descriptor, pipe.waiting.data(), pipe.waiting.size(), MSG_NOSIGNAL);
    if (put < 0) return errno == EAGAIN || errno == EINTR;
    pipe.waiting.erase(0, static_cast<std::size_t>(put));
  }
  if (pipe.ended && pipe.waiting.empty() && !pipe.passed_on) {
    ::shutdown(descriptor, SHUT_WR);
    pipe.passed_on = true;
  }
  return true;
}

void no_delay(int descriptor) {
  const int yes = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

}  // namespace

struct RelayLoop::Line {
  int store = -1, hub = -1;
  Pipe to_hub, to_store;
  bool broken = false;

  bool done() const { return broken || (to_hub.passed_on && to_store.passed_on); }
  short store_events() const {
    return static_cast<short>((to_hub.wants_input() ? POLLIN : 0) | (to_store.waiting.empty() ? 0 : POLLOUT));
  }
  short hub_events() const {
    return static_cast<short>((to_store.wants_input() ? POLLIN : 0) | (to_hub.waiting.empty() ? 0 : POLLOUT));
  }
  /// ready: revents of the store's and the hub's side.
  void move(short store_ready, short hub_ready) {
    constexpr short kReadable = POLLIN | POLLHUP | POLLERR;
    bool sound = true;
    if ((store_ready & kReadable) != 0 && to_hub.wants_input()) sound = read_into(store, to_hub) && sound;
    if ((hub_ready & kReadable) != 0 && to_store.wants_input()) sound = read_into(hub, to_store) && sound;
    sound = sound && write_from(to_hub, hub) && write_from(to_store, store);
    if (((store_ready | hub_ready) & POLLERR) != 0) sound = false;
    broken = !sound;
  }
};

struct RelayLoop::Control {
  int descriptor = -1;
  std::string input;
  bool done = false;
};

Result<std::unique_ptr<RelayLoop>> RelayLoop::open(const RelayOptions& options) {
  std::unique_ptr<RelayLoop> relay(new RelayLoop());
  TS_ASSIGN_OR_RETURN(relay->control_listener_, listen_on(options.control, relay->control_port_));
  TS_ASSIGN_OR_RETURN(relay->listener_, listen_on(options.port, relay->port_));
  relay->target_ = options.target;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return fail(ErrorCode::kIo, "open the relay", std::strerror(errno));
  relay->wake_read_ = ends[0];
  relay->wake_write_ = ends[1];
  return relay;
}

RelayLoop::~RelayLoop() {
  cut_all();
  for (auto& control : controls_) close_quietly(control.descriptor);
  close_quietly(listener_);
  close_quietly(control_listener_);
  close_quietly(wake_read_);
  close_quietly(wake_write_);
}

void RelayLoop::stop() {
  const char byte = 0;
  // A full pipe has a wake-up in it already.
  [[maybe_unused]] const ssize_t put = ::write(wake_write_, &byte, 1);
}

void RelayLoop::cut_all() {
  for (auto& line : lines_) {
    reset(line.store);
    reset(line.hub);
  }
  lines_.clear();
}

void RelayLoop::accept_store() {
  int store = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (store < 0) return;
  if (!up_ || lines_.size() >= kConnectionsMax) {
    reset(store);
    return;
  }
  int hub = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const sockaddr_in address = loopback(target_);
  if (hub < 0 || (::connect(hub, as_address(address), sizeof address) != 0 && errno != EINPROGRESS)) {
    reset(store);
    close_quietly(hub);
    return;
  }
  no_delay(store);
  no_delay(hub);
  Line& line = lines_.emplace_back();
  line.store = store;
  line.hub = hub;
}

void RelayLoop::accept_control() {
  const int descriptor = ::accept4(control_listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (descriptor >= 0) controls_.emplace_back().descriptor = descriptor;
}

std::string RelayLoop::obey(std::string_view order) {
  if (order == "down") {
    up_ = false;
    cut_all();
  } else if (order == "up") {
    up_ = true;
  } else if (order != "status") {
    return "error: the orders are down, up and status\n";
  }
  return (up_ ? "up " : "down ") + std::to_string(lines_.size()) + "\n";
}

void RelayLoop::serve_control(Control& control) {
  std::array<char, kOrderBytesMax> buffer;
  const ssize_t got = ::recv(control.descriptor, buffer.data(), buffer.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    control.done = true;
    return;
  }
  control.input.append(buffer.data(), static_cast<std::size_t>(got));
  for (std::size_t end = control.input.find('\n'); end != std::string::npos; end = control.input.find('\n')) {
    const std::string answer = obey(std::string_view(control.input).substr(0, end));
    control.input.erase(0, end + 1);
    if (::send(control.descriptor, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) control.done = true;
  }
  if (control.input.size() > kOrderBytesMax) control.done = true;
}

Result<void> RelayLoop::run() {
  for (;;) {
    std::vector<pollfd> watched = {{wake_read_, POLLIN, 0}, {listener_, POLLIN, 0}, {control_listener_, POLLIN, 0}};
    for (const auto& control : controls_) watched.push_back({control.descriptor, POLLIN, 0});
    const std::size_t first_line = watched.size();
    for (const auto& line : lines_) {
      watched.push_back({line.store, line.store_events(), 0});
      watched.push_back({line.hub, line.hub_events(), 0});
    }
    if (::poll(watched.data(), watched.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return fail(ErrorCode::kIo, "run the relay", std::strerror(errno));
    }
    if (watched[0].revents != 0) return {};
    std::size_t at = first_line;
    for (auto& line : lines_) {
      line.move(watched[at].revents, watched[at + 1].revents);
      at += 2;
    }
    lines_.remove_if([](Line& line) {
      if (!line.done()) return false;
      (line.broken ? reset : close_quietly)(line.store);
      (line.broken ? reset : close_quietly)(line.hub);
      return true;
    });
    at = 3;
    for (auto& control : controls_)
      if (watched[at++].revents != 0) serve_control(control);
    controls_.remove_if([](Control& control) {
      if (control.done) close_quietly(control.descriptor);
      return control.done;
    });
    if (watched[1].revents != 0) accept_store();
    if (watched[2].revents != 0) accept_control();
  }
}

Result<std::string> order_relay(std::uint16_t control_port, std::string_view order) {
  const std::string operation = "order the relay '" + std::string(order) + "'";
  int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return fail(ErrorCode::kIo, operation, std::strerror(errno));
  const timeval patience{5, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const sockaddr_in address = loopback(control_port);
  const std::string text = std::string(order) + "\n";
  std::string answer;
  bool sound = ::connect(descriptor, as_address(address), sizeof address) == 0 &&
               ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  while (sound && !answer.ends_with('\n')) {
    std::array<char, kOrderBytesMax> buffer;
    const ssize_t got = ::recv(descriptor, buffer.data(), buffer.size(), 0);
    if (got <= 0)
      sound = false;
    else
      answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  const int error = errno;
  close_quietly(descriptor);
  if (!sound) return fail(ErrorCode::kUnavailable, operation, std::strerror(error));
  answer.pop_back();
  if (answer.starts_with("error")) return fail(ErrorCode::kInvalid, operation, answer);
  return answer;
}

}  // namespace tillsync::demo
