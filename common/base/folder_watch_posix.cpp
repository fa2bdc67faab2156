#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/base/folder_watch.h"

namespace tillsync::os {
namespace {

constexpr std::size_t kEventsBytes = 4'096;

class InotifyWatch final : public FolderWatch {
 public:
  explicit InotifyWatch(int descriptor) : descriptor_(descriptor) {}
  InotifyWatch(const InotifyWatch&) = delete;
  InotifyWatch& operator=(const InotifyWatch&) = delete;
  ~InotifyWatch() override { ::close(descriptor_); }

  int descriptor() const override { return descriptor_; }
  void clear() override {
    char events[kEventsBytes];
    while (::read(descriptor_, events, sizeof events) > 0) continue;
  }

 private:
  int descriptor_;
};

}  // namespace

Result<std::unique_ptr<FolderWatch>> FolderWatch::open(const std::filesystem::path& folder) {
  const auto failed = [&] { return fail(ErrorCode::kIo, "watch folder " + folder.string(), std::strerror(errno)); };
  const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor < 0) return failed();
  auto watch = std::make_unique<InotifyWatch>(descriptor);
  if (::inotify_add_watch(descriptor, folder.c_str(), IN_MOVED_TO | IN_CLOSE_WRITE) < 0) return failed();
  return watch;
}

}  // namespace tillsync::os
