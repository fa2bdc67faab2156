// Works on operations in the background, one chunk of one of them at a time and all in turn, each chunk a task of the writer. What it knows stands
// in the database: after a restart it goes on with whatever was begun, also with the request of a synchronous route that a crash has cut off.
// A thread of its own.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "hub/api/api_context.h"
#include "hub/api/bulk_store.h"

namespace tillsync::hub {

inline constexpr int kOperationFailuresMax = 5;                       // in a row; then the operation is stopped and says why
inline constexpr Duration kOperationRetryAfter = seconds(2);          // times the failures so far
inline constexpr Duration kOperationsLookEvery = seconds(30);         // when nothing is told

class OperationLoop {
 public:
  /// context outlives it.
  explicit OperationLoop(ApiContext& context);
  /// Ends behind the chunk that is being committed; what is left goes on after the next start. Before the writer stops.
  ~OperationLoop();
  /// An operation was asked for, or ended. Any thread.
  void notify();

 private:
  struct Trouble {
    int failures = 0;
    Instant not_before;
  };
  void run();
  /// One chunk of the next one that is due; how long to wait when there is none.
  Result<std::optional<Duration>> take_turn();
  bool is_due(const BulkOperation& operation, Instant now, Duration& wait) const;
  Result<void> advance(const BulkOperation& operation);
  Result<void> advance_interrupted(const BulkOperation& operation);
  void note_failure(const BulkOperation& operation, const Error& error);
  /// Hands it to the writer and waits for its COMMIT.
  Result<void> commit(std::function<Result<void>(sql::Connection&, Instant)> apply);

  ApiContext& context_;
  std::int64_t last_no_ = 0;  // whose turn was the last
  std::map<std::int64_t, Trouble> troubles_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_told_ = false, is_stopping_ = false;
  std::thread thread_;
};

}  // namespace tillsync::hub
