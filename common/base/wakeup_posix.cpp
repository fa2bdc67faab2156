#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <limits>

#include "common/base/wakeup.h"

namespace tillsync::os {
namespace {

class EventWakeup final : public Wakeup {
 public:
  explicit EventWakeup(int descriptor) : descriptor_(descriptor) {}
  EventWakeup(const EventWakeup&) = delete;
  EventWakeup& operator=(const EventWakeup&) = delete;
  ~EventWakeup() override { ::close(descriptor_); }

  void set() override {
    // Already set: the loop has not looked yet and needs no second call into the kernel.
    if (is_set_.exchange(true)) return;
    const std::uint64_t one = 1;
    // A full counter is readable as well, so nothing is lost when this fails.
    if (::write(descriptor_, &one, sizeof one) < 0) return;
  }

  void clear() override {
    // The counter is emptied before the flag: the other way round a set() in between would be read away and leave the flag on.
    std::uint64_t count = 0;
    if (::read(descriptor_, &count, sizeof count) < 0) count = 0;
    is_set_.exchange(false);
  }

  int descriptor() const override { return descriptor_; }

 private:
  int descriptor_;
  std::atomic<bool> is_set_ = false;
};

int poll_milliseconds(Duration timeout) {
  if (timeout.micros < 0) return -1;
  // Rounded up, or a loop would spin through the last part of a millisecond.
  const std::int64_t milliseconds = timeout.micros / 1'000 + (timeout.micros % 1'000 != 0 ? 1 : 0);
  return static_cast<int>(std::min<std::int64_t>(milliseconds, std::numeric_limits<int>::max()));
}

}  // namespace

Result<std::unique_ptr<Wakeup>> Wakeup::create() {
  const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor < 0) return fail(ErrorCode::kUnavailable, "create wake-up descriptor", std::strerror(errno));
  return std::make_unique<EventWakeup>(descriptor);
}

std::vector<bool> wait_readable(const std::vector<int>& descriptors, Duration timeout) {
  std::vector<pollfd> polled;
  polled.reserve(descriptors.size());
  for (const int descriptor : descriptors) polled.push_back({descriptor, POLLIN, 0});
  std::vector<bool> readable(descriptors.size(), false);
  if (::poll(polled.data(), polled.size(), poll_milliseconds(timeout)) <= 0) return readable;
  for (std::size_t i = 0; i < polled.size(); ++i) readable[i] = polled[i].revents != 0;
  return readable;
}

}  // namespace tillsync::os
