#include "tests/sim/sim_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <string_view>

#include "common/base/error.h"

namespace tillsync::sim {
namespace {

constexpr std::string_view kRoot = "/sim/";
constexpr std::size_t kSector = 512;  // bytes that are written whole or not at all
constexpr std::int64_t kUnixEpochJulianMs = 210'866'760'000'000;

std::int64_t clock_micros = 1'300'000'000'000'000;
std::uint64_t random_state = 1;
std::map<std::string, SimDisk*>& disks() {
  static auto* all = new std::map<std::string, SimDisk*>;  // outlives whatever static object has a disk
  return *all;
}
sqlite3_vfs* system_vfs = nullptr;

struct SharedMemory {
  std::vector<std::unique_ptr<char[]>> regions;
  std::array<int, SQLITE_SHM_NLOCK> shared{};
  std::array<bool, SQLITE_SHM_NLOCK> exclusive{};
  int users = 0;
};

}  // namespace

struct SimDisk::File {
  FileContent content;
  int shared = 0;  // handles with a lock of SQLITE_LOCK_SHARED or more
  void* reserved = nullptr;
  void* pending = nullptr;
  void* exclusive = nullptr;
  SharedMemory memory;
};

struct SimVfs {
  using File = SimDisk::File;
  struct Handle {
    sqlite3_file base;
    SimDisk* disk;
    std::shared_ptr<File> file;
    std::uint64_t generation;
    int lock;
    bool has_memory;
    unsigned shared_mask, exclusive_mask;
  };

  static Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  static bool is_dead(const Handle& handle) { return handle.disk->dead_ || handle.generation != handle.disk->generation_; }

  /// Before a change: whether it may happen.
  static int change(Handle& handle, int error) {
    SimDisk& disk = *handle.disk;
    if (is_dead(handle)) return error;
    ++disk.operations_;
    if (disk.kill_after_ > 0 && --disk.kill_after_ == 0) {
      disk.dead_ = true;
      return error;
    }
    if (disk.fail_next_ > 0) {
      --disk.fail_next_;
      return error;
    }
    return SQLITE_OK;
  }

  static int close(sqlite3_file* file) {
    Handle& handle = of(file);
    unlock(file, SQLITE_LOCK_NONE);
    if (handle.has_memory) shm_unmap(file, 0);
    handle.~Handle();
    return SQLITE_OK;
  }
  static int read(sqlite3_file* file, void* to, int count, sqlite3_int64 offset) {
    const Handle& handle = of(file);
    if (is_dead(handle)) return SQLITE_IOERR_READ;
    const std::string& bytes = handle.file->content.current;
    const auto begin = std::min(bytes.size(), static_cast<std::size_t>(offset));
    const auto there = std::min(bytes.size() - begin, static_cast<std::size_t>(count));
    std::memcpy(to, bytes.data() + begin, there);
    if (there == static_cast<std::size_t>(count)) return SQLITE_OK;
    std::memset(static_cast<char*>(to) + there, 0, static_cast<std::size_t>(count) - there);
    return SQLITE_IOERR_SHORT_READ;
  }
  static int write(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
    Handle& handle = of(file);
    if (const int code = change(handle, SQLITE_IOERR_WRITE); code != SQLITE_OK) return code;
    FileContent& content = handle.file->content;
    const auto begin = static_cast<std::size_t>(offset);
    const auto size = static_cast<std::size_t>(count);
    const std::size_t grows = begin + size > content.current.size() ? begin + size - content.current.size() : 0;
    if (grows > 0 && handle.disk->capacity_ && handle.disk->used() + grows > *handle.disk->capacity_) return SQLITE_FULL;
    if (grows > 0) content.current.resize(begin + size);
    std::memcpy(content.current.data() + begin, from, size);
    content.unsynced.emplace_back(begin, size);
    return SQLITE_OK;
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    Handle& handle = of(file);
    if (const int code = change(handle, SQLITE_IOERR_TRUNCATE); code != SQLITE_OK) return code;
    handle.file->content.current.resize(static_cast<std::size_t>(size));
    return SQLITE_OK;
  }
  static int sync(sqlite3_file* file, int) {
    Handle& handle = of(file);
    if (const int code = change(handle, SQLITE_IOERR_FSYNC); code != SQLITE_OK) return code;
    FileContent& content = handle.file->content;
    content.durable.resize(content.current.size());
    for (const auto& [begin, size] : content.unsynced) {
      if (begin >= content.current.size()) continue;
      const std::size_t there = std::min(size, content.current.size() - begin);
      std::memcpy(content.durable.data() + begin, content.current.data() + begin, there);
    }
    content.unsynced.clear();
    content.is_durable = true;
    return SQLITE_OK;
  }
  static int file_size(sqlite3_file* file, sqlite3_int64* size) {
    if (is_dead(of(file))) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(of(file).file->content.current.size());
    return SQLITE_OK;
  }

  static int lock(sqlite3_file* file, int level) {
    Handle& handle = of(file);
    if (is_dead(handle)) return SQLITE_IOERR_LOCK;
    File& shared = *handle.file;
    if (handle.lock >= level) return SQLITE_OK;
    const auto other = [&](const void* holder) { return holder != nullptr && holder != &handle; };
    if (level == SQLITE_LOCK_SHARED) {
      if (other(shared.pending) || other(shared.exclusive)) return SQLITE_BUSY;
      ++shared.shared;
    } else if (level == SQLITE_LOCK_RESERVED) {
      if (other(shared.reserved)) return SQLITE_BUSY;
      shared.reserved = &handle;
    } else {
      if (other(shared.pending) || other(shared.reserved)) return SQLITE_BUSY;
      shared.pending = &handle;
      if (shared.shared > 1) {
        handle.lock = SQLITE_LOCK_PENDING;
        return SQLITE_BUSY;
      }
      shared.exclusive = &handle;
    }
    handle.lock = level;
    return SQLITE_OK;
  }
  static int unlock(sqlite3_file* file, int level) {
    Handle& handle = of(file);
    File& shared = *handle.file;
    if (handle.lock <= level) return SQLITE_OK;
    for (void** holder : {&shared.reserved, &shared.pending, &shared.exclusive})
      if (*holder == &handle) *holder = nullptr;
    if (level == SQLITE_LOCK_NONE && handle.lock >= SQLITE_LOCK_SHARED) --shared.shared;
    handle.lock = level;
    return SQLITE_OK;
  }
  static int check_reserved(sqlite3_file* file, int* answer) {
    *answer = of(file).file->reserved != nullptr ? 1 : 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return 4'096; }
  static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** to) {
    Handle& handle = of(file);
    *to = nullptr;
    if (is_dead(handle)) return SQLITE_IOERR_SHMMAP;
    SharedMemory& memory = handle.file->memory;
    if (!handle.has_memory) {
      handle.has_memory = true;
      ++memory.users;
    }
    while (memory.regions.size() <= static_cast<std::size_t>(region)) {
      if (extend == 0) return SQLITE_OK;
      memory.regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
    }
    *to = memory.regions[static_cast<std::size_t>(region)].get();
    return SQLITE_OK;
  }
  static int shm_lock(sqlite3_file* file, int first, int count, int flags) {
    Handle& handle = of(file);
    SharedMemory& memory = handle.file->memory;
    const bool shared = (flags & SQLITE_SHM_SHARED) != 0;
    const auto slots = [&](auto what) {
      for (int i = first; i < first + count; ++i) what(static_cast<std::size_t>(i), 1U << static_cast<unsigned>(i));
    };
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
      slots([&](std::size_t slot, unsigned bit) {
        if ((handle.shared_mask & bit) != 0) --memory.shared[slot];
        if ((handle.exclusive_mask & bit) != 0) memory.exclusive[slot] = false;
        handle.shared_mask &= ~bit;
        handle.exclusive_mask &= ~bit;
      });
      return SQLITE_OK;
    }
    bool free = true;
    slots([&](std::size_t slot, unsigned bit) {
      const int others = memory.shared[slot] - ((handle.shared_mask & bit) != 0 ? 1 : 0);
      if (memory.exclusive[slot] && (handle.exclusive_mask & bit) == 0) free = false;
      if (!shared && others > 0) free = false;
    });
    if (!free) return SQLITE_BUSY;
    slots([&](std::size_t slot, unsigned bit) {
      if (shared && (handle.shared_mask & bit) == 0) {
        ++memory.shared[slot];
        handle.shared_mask |= bit;
      } else if (!shared) {
        memory.exclusive[slot] = true;
        handle.exclusive_mask |= bit;
      }
    });
    return SQLITE_OK;
  }
  static void shm_barrier(sqlite3_file*) {}
  static int shm_unmap(sqlite3_file* file, int) {
    Handle& handle = of(file);
    if (!handle.has_memory) return SQLITE_OK;
    shm_lock(file, 0, SQLITE_SHM_NLOCK, SQLITE_SHM_UNLOCK);
    handle.has_memory = false;
    if (--handle.file->memory.users == 0) handle.file->memory = {};
    return SQLITE_OK;
  }

  static SimDisk* disk_of(const char* path) {
    const std::string_view text = path == nullptr ? std::string_view() : std::string_view(path);
    if (!text.starts_with(kRoot)) return nullptr;
    const auto end = text.find('/', kRoot.size());
    const auto found = disks().find(std::string(text.substr(kRoot.size(), end - kRoot.size())));
    return found == disks().end() ? nullptr : found->second;
  }

  static int open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    SimDisk* disk = disk_of(path);
    if (disk == nullptr) return system_vfs->xOpen(system_vfs, path, file, flags, out_flags);
    static const sqlite3_io_methods kMethods = {2,    &close,          &read,    &write,       &truncate,        &sync,    &file_size, &lock,
                                                &unlock, &check_reserved, &control, &sector_size, &characteristics, &shm_map, &shm_lock,
                                                &shm_barrier, &shm_unmap, nullptr, nullptr};
    file->pMethods = nullptr;
    if (disk->dead_) return SQLITE_CANTOPEN;
    const auto found = disk->files_.find(path);
    if (found == disk->files_.end() && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    const auto opened = found != disk->files_.end() ? found->second : disk->files_.emplace(path, std::make_shared<File>()).first->second;
    new (file) Handle{{&kMethods}, disk, opened, disk->generation_, SQLITE_LOCK_NONE, false, 0, 0};
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs*, const char* path, int sync_folder) {
    SimDisk* disk = disk_of(path);
    if (disk == nullptr) return system_vfs->xDelete(system_vfs, path, sync_folder);
    if (disk->dead_) return SQLITE_IOERR_DELETE;
    return disk->files_.erase(path) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
  }
  static int access(sqlite3_vfs*, const char* path, int flags, int* answer) {
    SimDisk* disk = disk_of(path);
    if (disk == nullptr) return system_vfs->xAccess(system_vfs, path, flags, answer);
    *answer = disk->files_.contains(path) ? 1 : 0;
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* path, int count, char* to) {
    if (disk_of(path) == nullptr) return system_vfs->xFullPathname(system_vfs, path, count, to);
    sqlite3_snprintf(count, to, "%s", path);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs*, int count, char* to) {
    sync::Jitter random(random_state++);
    for (int i = 0; i < count; ++i) to[i] = static_cast<char>(random.next());
    return count;
  }
  static int sleep(sqlite3_vfs*, int micros) { return micros; }
  static int current_time(sqlite3_vfs*, double* days) {
    *days = static_cast<double>(clock_micros / 1'000 + kUnixEpochJulianMs) / 86'400'000.0;
    return SQLITE_OK;
  }
  static int current_time_ms(sqlite3_vfs*, sqlite3_int64* milliseconds) {
    *milliseconds = clock_micros / 1'000 + kUnixEpochJulianMs;
    return SQLITE_OK;
  }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }

  static void install() {
    if (system_vfs != nullptr) return;
    system_vfs = sqlite3_vfs_find(nullptr);
    static sqlite3_vfs vfs = *system_vfs;
    vfs.iVersion = 2;
    vfs.szOsFile = std::max(system_vfs->szOsFile, static_cast<int>(sizeof(Handle)));
    vfs.zName = "tillsync-sim";
    vfs.xOpen = &open;
    vfs.xDelete = &remove;
    vfs.xAccess = &access;
    vfs.xFullPathname = &full_path;
    vfs.xRandomness = &randomness;
    vfs.xSleep = &sleep;
    vfs.xCurrentTime = &current_time;
    vfs.xCurrentTimeInt64 = &current_time_ms;
    vfs.xGetLastError = &last_error;
    TS_CHECK(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
  }
};

void set_disk_clock(std::int64_t micros) { clock_micros = micros; }

SimDisk::SimDisk(std::string name) : name_(std::move(name)) {
  SimVfs::install();
  TS_CHECK(disks().emplace(name_, this).second);
}

SimDisk::~SimDisk() { disks().erase(name_); }

std::size_t SimDisk::used() const {
  std::size_t bytes = 0;
  for (const auto& [path, file] : files_) bytes += file->content.current.size();
  return bytes;
}

void SimDisk::revive(bool power_lost, sync::Jitter& random) {
  ++generation_;
  dead_ = false;
  kill_after_ = fail_next_ = 0;
  std::map<std::string, std::shared_ptr<File>> kept;
  for (const auto& [path, file] : files_) {
    const FileContent& old = file->content;
    auto found = std::make_shared<File>();
    found->content.current = old.current;
    if (power_lost) {
      if (!old.is_durable && random.next() % 2 == 0) continue;
      std::string& bytes = found->content.current;
      bytes = old.durable;
      for (const auto& [begin, size] : old.unsynced) {
        for (std::size_t at = begin; at < begin + size; at = (at / kSector + 1) * kSector) {
          const std::size_t end = std::min({begin + size, (at / kSector + 1) * kSector, old.current.size()});
          if (end <= at || random.next() % 2 == 0) continue;
          if (bytes.size() < end) bytes.resize(end);
          std::memcpy(bytes.data() + at, old.current.data() + at, end - at);
        }
      }
    }
    // Where only the program has ended, the system still writes what it was given.
    found->content.durable = found->content.current;
    found->content.is_durable = true;
    kept.emplace(path, std::move(found));
  }
  files_ = std::move(kept);
}

DiskImage SimDisk::copy() const {
  DiskImage image;
  for (const auto& [path, file] : files_) {
    FileContent content;
    content.current = content.durable = file->content.current;
    content.is_durable = true;
    image.emplace(path.substr(kRoot.size() + name_.size() + 1), std::move(content));
  }
  return image;
}

void SimDisk::put_back(const DiskImage& image) {
  ++generation_;
  dead_ = false;
  kill_after_ = fail_next_ = 0;
  files_.clear();
  for (const auto& [file, content] : image) {
    auto opened = std::make_shared<File>();
    opened->content = content;
    files_.emplace(path(file), std::move(opened));
  }
}

}  // namespace tillsync::sim
