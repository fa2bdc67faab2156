#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "common/base/service.h"

namespace tillsync::os {
namespace {

std::optional<std::int64_t> number_in(const char* text) {
  if (text == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const char* end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, number);
  return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

}  // namespace

ServiceManager ServiceManager::from_environment() {
  const char* socket = std::getenv("NOTIFY_SOCKET");
  std::optional<Duration> watchdog;
  const auto pid = number_in(std::getenv("WATCHDOG_PID"));
  if (const auto micros = number_in(std::getenv("WATCHDOG_USEC")); micros && *micros > 0 && (!pid || *pid == ::getpid())) watchdog = Duration{*micros};
  return {socket == nullptr ? "" : socket, watchdog};
}

Result<void> ServiceManager::notify(std::string_view lines) const {
  if (socket_.empty()) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.size() >= sizeof address.sun_path) return fail(ErrorCode::kInvalid, "notify service manager", "NOTIFY_SOCKET is too long");
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_.front() == '@') address.sun_path[0] = '\0';
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return fail(ErrorCode::kIo, "notify service manager", std::strerror(errno));
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size() + (socket_.front() == '@' ? 0 : 1));
  const ssize_t sent = ::sendto(descriptor, lines.data(), lines.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length);
  const int error_number = errno;
  ::close(descriptor);
  if (sent != static_cast<ssize_t>(lines.size())) return fail(ErrorCode::kIo, "notify service manager", std::strerror(error_number));
  return {};
}

}  // namespace tillsync::os
