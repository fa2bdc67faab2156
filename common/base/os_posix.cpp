#include <fcntl.h>
#include <grp.h>
#include <link.h>
#include <pwd.h>
#include <malloc.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fstream>
#include <span>

#include "common/base/os.h"

namespace tillsync::os {
namespace {

constexpr int kMallocMmapThresholdBytesMax = 32 * 1024 * 1024;  // glibc takes no more
// Each arena keeps its own free pages. Where memory may be kept, busy threads should not wait for each other at one arena's lock.
constexpr int kMallocArenasFew = 2, kMallocArenasMany = 8;

std::unexpected<Error> system_error(std::string operation, int error_number) {
  const ErrorCode code = error_number == ENOSPC || error_number == EDQUOT ? ErrorCode::kDiskFull
                         : error_number == ENOENT                        ? ErrorCode::kNotFound
                         : error_number == EACCES || error_number == EPERM ? ErrorCode::kDenied
                                                                           : ErrorCode::kIo;
  return fail(code, std::move(operation), std::strerror(error_number));
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

/// Whether a module's code was changed when it was loaded (no library of a 64-bit Debian).
bool has_relocated_text(ElfW(Addr) base, const ElfW(Phdr)& segment) {
  if (segment.p_type != PT_DYNAMIC) return false;
  for (auto* entry = reinterpret_cast<const ElfW(Dyn)*>(base + segment.p_vaddr); entry->d_tag != DT_NULL; ++entry)
    if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0)) return true;
  return false;
}

std::int64_t clock_micros(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000 + time.tv_nsec / 1'000;
}

}  // namespace

Instant now() { return Instant{clock_micros(CLOCK_REALTIME)}; }
Duration monotonic() { return Duration{clock_micros(CLOCK_MONOTONIC)}; }

Result<void> write_file_durably(const std::filesystem::path& path, std::string_view content, bool secret) {
  const std::filesystem::path draft = path.string() + ".new";
  const std::string operation = "write " + path.string();
  {
    const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, secret ? 0600 : 0640));
    if (file.get() < 0) return system_error(operation, errno);
    std::size_t done = 0;
    while (done < content.size()) {
      const ssize_t written = ::write(file.get(), content.data() + done, content.size() - done);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return system_error(operation, errno);
      done += static_cast<std::size_t>(written);
    }
    if (::fsync(file.get()) != 0) return system_error(operation, errno);
  }
  if (::rename(draft.c_str(), path.c_str()) != 0) return system_error(operation, errno);
  // The rename itself is durable only once the folder is.
  const Descriptor folder(::open(path.parent_path().empty() ? "." : path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() >= 0 && ::fsync(folder.get()) != 0) return system_error(operation, errno);
  return {};
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
  const std::string operation = "read " + path.string();
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_error(operation, errno);
  std::string content;
  char buffer[65'536];
  while (true) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(operation, errno);
    if (got == 0) return content;
    if (content.size() + static_cast<std::size_t>(got) > bytes_max)
      return fail(ErrorCode::kLimitExceeded, operation, "larger than " + std::to_string(bytes_max) + " bytes");
    content.append(buffer, static_cast<std::size_t>(got));
  }
}

Result<void> become_owner_of(const std::filesystem::path& path) {
  const std::string operation = "become the owner of " + path.string();
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return system_error(operation, errno);
  if (::geteuid() != 0 || info.st_uid == 0) return {};
  const passwd* user = ::getpwuid(info.st_uid);  // its other groups come along: one of them may write /etc/tillsync
  if ((user != nullptr ? ::initgroups(user->pw_name, info.st_gid) : ::setgroups(0, nullptr)) != 0 || ::setgid(info.st_gid) != 0 || ::setuid(info.st_uid) != 0) return system_error(operation, errno);
  return {};
}

Result<void> sync_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 || ::fsync(file.get()) != 0) return system_error("sync " + path.string(), errno);
  return {};
}

Result<void> make_private_folder(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return {};
  std::filesystem::create_directories(path, error);
  if (error) return system_error("create folder " + path.string(), error.value());
  if (::chmod(path.c_str(), 0750) != 0) return system_error("set mode of " + path.string(), errno);
  return {};
}

Result<std::int64_t> disk_free_bytes(const std::filesystem::path& path) {
  struct statvfs info{};
  if (::statvfs(path.c_str(), &info) != 0) return system_error("ask free space of " + path.string(), errno);
  return static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
}

Result<std::int64_t> disk_total_bytes(const std::filesystem::path& path) {
  struct statvfs info{};
  if (::statvfs(path.c_str(), &info) != 0) return system_error("ask size of the disk of " + path.string(), errno);
  return static_cast<std::int64_t>(info.f_blocks) * static_cast<std::int64_t>(info.f_frsize);
}

std::int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t total = 0;
  std::int64_t resident = 0;
  file >> total >> resident;
  return file ? resident * ::sysconf(_SC_PAGESIZE) : 0;
}

std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return "unknown";
  return name;
}

Result<std::string> owner_name(const std::filesystem::path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return system_error("ask for the owner of " + path.string(), errno);
  constexpr std::size_t kNameBytesMax = 4'096;  // what getpwuid_r needs for one entry
  std::string room(kNameBytesMax, '\0');
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(status.st_uid, &entry, room.data(), room.size(), &found) != 0 || found == nullptr) return std::to_string(status.st_uid);
  return std::string(entry.pw_name);
}

std::string machine_id() {
  constexpr std::size_t kMachineIdFileBytesMax = 100;
  constexpr std::size_t kMachineIdDigits = 32;  // what an image holds instead is the word "uninitialized", or nothing
  auto text = read_file("/etc/machine-id", kMachineIdFileBytesMax);
  if (!text) return "";
  text->erase(text->find_last_not_of(" \r\n\t") + 1);
  return text->size() == kMachineIdDigits ? *text : "";
}

Result<int> termination_descriptor() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0) return system_error("block signals", error);
  const int descriptor = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (descriptor < 0) return system_error("create signal descriptor", errno);
  return descriptor;
}

void prepare_process(int freed_bytes_kept) {
  std::signal(SIGPIPE, SIG_IGN);
  ::mallopt(M_ARENA_MAX, freed_bytes_kept <= kFreedBytesKept ? kMallocArenasFew : kMallocArenasMany);
  ::mallopt(M_TRIM_THRESHOLD, freed_bytes_kept);
  if (freed_bytes_kept <= kFreedBytesKept) return;
  // Setting the other threshold has pinned this one to its small default.
  ::mallopt(M_MMAP_THRESHOLD, std::min(freed_bytes_kept, kMallocMmapThresholdBytesMax));
}

void leave_start_up_pages() {
  // Segments that are not writable hold what stands in the file, so they can be read again. The loader's lock is held meanwhile: nothing is unloaded.
  ::dl_iterate_phdr(
      [](dl_phdr_info* module, std::size_t, void*) {
        const std::span<const ElfW(Phdr)> segments(module->dlpi_phdr, module->dlpi_phnum);
        if (std::ranges::any_of(segments, [module](const auto& segment) { return has_relocated_text(module->dlpi_addr, segment); })) return 0;
        const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
        for (const auto& segment : segments) {
          if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
          const std::uintptr_t begin = module->dlpi_addr + segment.p_vaddr, first = begin / page * page;
          ::madvise(reinterpret_cast<void*>(first), begin + segment.p_filesz - first, MADV_DONTNEED);
        }
        return 0;
      },
      nullptr);
}

Result<FileLock> FileLock::acquire(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return system_error("lock " + path.string(), errno);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int error_number = errno;
    ::close(descriptor);
    if (error_number == EWOULDBLOCK)
      return fail(ErrorCode::kUnavailable, "lock " + path.string(), "another process uses this data folder",
                  "stop it first, or give this one a folder of its own");
    return system_error("lock " + path.string(), error_number);
  }
  return FileLock(descriptor);
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
FileLock& FileLock::operator=(FileLock&& other) noexcept {
  if (this != &other) {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}
FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace tillsync::os
