// The seam to the operating system: everything that is not portable C++ stands behind these functions (os_posix.cpp).
// Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/base/error.h"
#include "common/base/time.h"

namespace tillsync::os {

/// Wall clock, UTC. May jump; never used for intervals.
Instant now();
/// Monotonic clock since some start, for intervals.
Duration monotonic();

/// Writes a file so that after a crash it is either the old or the new content, readable by the owner only when `secret`.
Result<void> write_file_durably(const std::filesystem::path& path, std::string_view content, bool secret);
Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max);
/// Of a process of root: becomes the user that owns `path`, for good, so that what it writes there belongs to that user. Nothing happens
/// where root owns it or the process is not root's. kNotFound without such a path.
Result<void> become_owner_of(const std::filesystem::path& path);
/// Makes the content of a file, or the names in a folder, durable that another library has written.
Result<void> sync_file(const std::filesystem::path& path);
/// Creates a folder (and those above it) with the mode 0750.
Result<void> make_private_folder(const std::filesystem::path& path);

/// Free bytes for an unprivileged user on the disk of `path`; kIo when it cannot be asked.
Result<std::int64_t> disk_free_bytes(const std::filesystem::path& path);
/// Size of the disk of `path`.
Result<std::int64_t> disk_total_bytes(const std::filesystem::path& path);
/// Resident memory of this process in bytes; 0 where it cannot be asked.
std::int64_t resident_bytes();
/// Name of the user that a file or folder belongs to, its number where it has none.
Result<std::string> owner_name(const std::filesystem::path& path);
/// The machine's name, for people.
std::string host_name();
/// What tells this installation of a system from others (machine-id(5)); "" where there is none. Not for the outside: keep a hash of it.
std::string machine_id();

/// Blocks SIGTERM and SIGINT for the process's threads and returns a descriptor that becomes readable when one arrives.
/// Call before the first thread starts.
Result<int> termination_descriptor();
inline constexpr int kFreedBytesKept = 128 * 1024;
/// Ignores SIGPIPE and keeps malloc to few arenas, so that idle memory stays small. freed_bytes_kept: what malloc may keep
/// for its next use instead of giving it back to the system; much for a process that works in large batches. Call first in main.
void prepare_process(int freed_bytes_kept = kFreedBytesKept);

/// Takes the code of program and libraries that only the start needed out of resident memory. What is used again comes back from the page
/// cache by itself. Call once the program runs; where the system has no such thing, nothing happens.
void leave_start_up_pages();

/// Takes an exclusive lock on a file for the life of the returned guard, so that one data folder has one process.
class FileLock {
 public:
  static Result<FileLock> acquire(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace tillsync::os
