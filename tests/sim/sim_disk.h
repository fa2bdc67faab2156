// A disk in memory under SQLite: files whose unsynced writes a power loss may drop, an input/output error at the n-th
// write, a capacity, and copies as backups. A path "/sim/NAME/file" is a file of the disk NAME; all other paths go to the
// system's own file system. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/sync/jitter.h"

namespace tillsync::sim {

/// What one file holds: as programs see it, and as it would be found after the power went.
struct FileContent {
  std::string current, durable;
  bool is_durable = false;                                    // its name is in the folder for good
  std::vector<std::pair<std::size_t, std::size_t>> unsynced;  // offset, size of writes since the last sync
};
using DiskImage = std::map<std::string, FileContent>;  // by path

class SimDisk {
 public:
  /// Registers the file system as SQLite's default at the first disk. The name is this disk's until it goes.
  explicit SimDisk(std::string name);
  ~SimDisk();
  SimDisk(const SimDisk&) = delete;
  SimDisk& operator=(const SimDisk&) = delete;

  std::string path(const std::string& file) const { return "/sim/" + name_ + "/" + file; }

  /// From now on nothing is read or written by the handles that are open: the program on it has ended, at this very moment.
  void kill() { dead_ = true; }
  bool is_dead() const { return dead_; }
  /// A new program may open the files. power_lost: what was not synced is kept or lost, sector by sector, as `random` draws.
  void revive(bool power_lost, sync::Jitter& random);

  /// The program ends at its n-th write, sync or truncation from now; 0 = not.
  void kill_after(std::uint64_t operations) { kill_after_ = operations; }
  /// So many writes and syncs fail from now on.
  void fail_next(std::uint64_t operations) { fail_next_ = operations; }
  /// Bytes of all files together; a write beyond it fails as a full disk. nullopt = no end.
  void set_capacity(std::optional<std::size_t> bytes) { capacity_ = bytes; }
  std::size_t used() const;

  /// A copy of all files as programs see them now.
  DiskImage copy() const;
  /// Instead of what is there. Only while no handle is open or the disk is dead.
  void put_back(const DiskImage& image);

  std::uint64_t operations() const { return operations_; }

 private:
  friend struct SimVfs;
  struct File;
  std::string name_;
  std::map<std::string, std::shared_ptr<File>> files_;
  std::uint64_t generation_ = 1;  // of handles; those of an older one are dead
  bool dead_ = false;
  std::uint64_t kill_after_ = 0, fail_next_ = 0, operations_ = 0;
  std::optional<std::size_t> capacity_;
};

/// What SQLite's own clock says; microseconds since 1970.
void set_disk_clock(std::int64_t micros);

}  // namespace tillsync::sim
