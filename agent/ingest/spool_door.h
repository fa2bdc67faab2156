// The spool door (README.md "Spool folder"): a file that is renamed into the folder is taken once and then moved to done/, or to
// rejected/ with a .problem.json beside it. A crash between COMMIT and the move is harmless: the file is taken again and every
// document of it is a duplicate. A thread of its own reads; the writer thread writes.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "agent/ingest/ingest_loop.h"
#include "agent/ingest/spool_file.h"
#include "common/base/folder_watch.h"

namespace tillsync::agent {

inline constexpr std::size_t kSpoolDocumentsPerGroup = 128;  // so that a large file does not hold the tills up
inline constexpr std::int64_t kSpoolRetrySeconds = 5;        // after a full disk
inline constexpr std::int64_t kSpoolScanSeconds = 60;        // where the system told nothing

class SpoolDoor {
 public:
  /// Creates the folder with done/ and rejected/ and starts the thread. kDenied or kIo when they cannot be written.
  static Result<std::unique_ptr<SpoolDoor>> open(const std::filesystem::path& folder, IngestLoop& loop);
  /// Ends behind the group that is being written.
  ~SpoolDoor();

 private:
  SpoolDoor(std::filesystem::path folder, IngestLoop& loop) : folder_(std::move(folder)), loop_(loop) {}
  void run();
  /// False when it should be tried again later.
  bool take(const std::filesystem::path& file, SpoolFormat format);
  bool scan();
  void forget_old_files();

  const std::filesystem::path folder_;
  IngestLoop& loop_;
  std::unique_ptr<os::FolderWatch> watch_;
  std::unique_ptr<transport::Wakeup> wakeup_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace tillsync::agent
