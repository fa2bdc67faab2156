// The hub's one writer: drains commands, runs the stages over them in one transaction per micro-batch (group commit), and only
// then tells the callers. Groups are small and adaptive: a lone request waits for nobody, bulk is boxed to about 2 ms. When
// one member of a group fails, the group is rolled back and rerun one by one; a full disk fails the whole group. Checkpoints
// run on a thread and connection of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/writer/commands.h"
#include "hub/writer/stage.h"
#include "hub/writer/writer_core.h"

namespace tillsync::hub {

struct WriterOptions {
  std::size_t bulk_queue_max = 64;          // commands
  std::size_t group_documents_max = 4'096;  // documents in one transaction
  std::size_t group_commands_max = 256;     // requests in one transaction
  Duration group_time = milliseconds(2);    // bulk work in one transaction, about; more where a commit takes long and nobody asks for anything
  std::size_t checkpoint_documents = 10'000;  // written since the last checkpoint: time for the next one
  Duration checkpoint_delay = seconds(2);   // after a write, when fewer than that follow
  std::function<Instant()> now;             // hub's wall clock; empty = the system's
  /// A small write that is tried every probe_delay while there is trouble and nobody else writes; empty = none.
  std::function<Result<void>(sql::Connection&, Instant)> probe;
  Duration probe_delay = seconds(2);
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
  /// Why the database could not be written last; none since a commit went through. Any thread.
  virtual std::optional<Error> trouble() const = 0;
};

}  // namespace tillsync::hub
