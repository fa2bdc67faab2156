// Moves committed pages from the log into the database file, on a thread and a connection of its own, so that no answer waits
// for it. Beside a busy writer a checkpoint never reaches the end of the log; so when the log has grown to kLogPages the writer
// runs the last, short one itself between two groups, which lets the log begin anew. So the log stays bounded under load.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

#include "common/sql/sql.h"

namespace tillsync::agent {

inline constexpr std::int64_t kCheckpointPages = 1'000;  // written to the log since the last time
inline constexpr std::int64_t kLogPages = 4'000;         // 16 MB: the writer finishes behind the next checkpoint
inline constexpr std::int64_t kLogPagesMax = 8'000;      // 32 MB: the writer waits for the checkpoint that runs

class CheckpointLoop {
 public:
  /// connection: a writing one without automatic checkpoints.
  explicit CheckpointLoop(std::unique_ptr<sql::Connection> connection);
  ~CheckpointLoop();

  /// By the writer after a commit: roughly how many pages went into the log. True when the writer should now run checkpoint() on
  /// its own connection; blocks only where the log would pass kLogPagesMax.
  bool count_pages(std::int64_t pages);

 private:
  void run();

  std::unique_ptr<sql::Connection> connection_;
  std::int64_t pages_ = 0, log_pages_ = 0;  // the writer's: since the last checkpoint, since the log began anew
  bool is_finishing_ = false;               // the writer's: it runs the rest when the checkpoint that is asked for has ended
  std::mutex mutex_;
  std::condition_variable changed_;
  bool busy_ = false, stopping_ = false;    // busy: asked for, or running
  std::thread thread_;
};

}  // namespace tillsync::agent
