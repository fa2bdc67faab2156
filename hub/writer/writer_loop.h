// The hub's one writer: drains commands, runs the stages over them in one transaction per micro-batch (group commit), and only
// then tells the callers. Groups are small and adaptive: a lone request waits for nobody, bulk is boxed to about 2 ms. When
// one member of a group fails, the group is rolled back and rerun one by one; a full disk fails the whole group. Checkpoints
// run on a thread and connection of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/writer/commands.h"
#include "hub/writer/stage.h"

namespace tillsync::hub {

struct WriterOptions {
  std::size_t bulk_queue_max = 64;          // commands
  std::size_t group_documents_max = 4'096;  // documents in one transaction
  Duration group_time = milliseconds(2);    // bulk work in one transaction, about
  std::function<Instant()> now;             // hub's wall clock
};

struct WriterCounters {
  std::uint64_t groups = 0, documents = 0, tasks = 0, reruns = 0, failures = 0;
};

class WriterLoop : public WriterPort {
 public:
  /// Takes the writing connection and a second one for checkpoints; starts the stages. The thread runs until stop().
  static Result<std::unique_ptr<WriterLoop>> start(std::unique_ptr<sql::Connection> connection,
                                                   std::unique_ptr<sql::Connection> checkpoint_connection,
                                                   std::vector<std::unique_ptr<Stage>> stages, WriterOptions options);
  /// Takes no more commands, commits what waits, ends the threads.
  virtual void stop() = 0;
  virtual WriterCounters counters() const = 0;
};

/// The same group logic without a thread, for tests and the simulator: runs the commands as one group.
class WriterCore {
 public:
  WriterCore(sql::Connection& connection, std::vector<std::unique_ptr<Stage>>& stages) : connection_(connection), stages_(stages) {}
  Result<void> start();
  /// Commits the group (with the rerun rule) and calls every `done`.
  void run_group(std::vector<Command> group, Instant now);
  const WriterCounters& counters() const { return counters_; }

 private:
  sql::Connection& connection_;
  std::vector<std::unique_ptr<Stage>>& stages_;
  WriterCounters counters_;
};

}  // namespace tillsync::hub
