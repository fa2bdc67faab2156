// The group logic of the hub's writer without a thread: WriterLoop runs it, tests and the simulator use it directly. One
// group is one transaction: tasks first, then the stages, in order, over all documents of the group as one micro-batch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/writer/commands.h"
#include "hub/writer/stage.h"

namespace tillsync::hub {

struct WriterCounters {
  std::uint64_t groups = 0;     // transactions committed
  std::uint64_t documents = 0;  // committed
  std::uint64_t tasks = 0;      // committed
  std::uint64_t requests = 0;   // decided and committed
  std::uint64_t reruns = 0;     // groups that were taken apart
  std::uint64_t failures = 0;   // commands that were told an error
};

class WriterCore {
 public:
  /// clock: for intervals; empty = none are measured.
  WriterCore(sql::Connection& connection, std::vector<std::unique_ptr<Stage>>& stages, std::function<Duration()> clock = {})
      : connection_(connection), stages_(stages), clock_(std::move(clock)) {}

  /// Starts the stages, in order.
  Result<void> start();

  /// Commits the group and then calls every `done`. When the group fails, it is rolled back and its members run one by one,
  /// each in a transaction of its own, so that the error reaches only the one that caused it. A full disk fails all at once:
  /// running them again would only meet it again.
  void run_group(std::vector<Command> group, Instant now);

  /// How long until a stage has something to do on its own; nullopt = not at all.
  std::optional<Duration> due_in();
  /// Gives the stages a batch of their own. Its failure is trouble() where it is the disk's; nobody waits for it.
  Result<void> run_due(Instant now);

  const WriterCounters& counters() const { return counters_; }
  /// Why the database could not be written last (disk full, input/output, damaged, no right to write); none since a commit went through.
  const std::optional<Error>& trouble() const { return trouble_; }
  /// How long the last COMMIT took.
  Duration last_commit() const { return last_commit_; }

 private:
  /// Of one command: its documents', or its request's answer.
  struct Outcomes {
    std::vector<DocumentOutcome> documents;
    StockAnswer answer;
  };
  Result<std::vector<Outcomes>> attempt(std::span<Command> group, Instant now);
  Result<void> record_answers(std::span<Command> group, const MicroBatch& batch);
  Result<void> run_stages(MicroBatch& batch);
  Result<void> apply(std::span<Command> group, MicroBatch& batch);
  void succeed(std::span<Command> group, std::vector<Outcomes> outcomes);
  void fail_all(std::span<Command> group, const Error& error);

  sql::Connection& connection_;
  std::vector<std::unique_ptr<Stage>>& stages_;
  std::function<Duration()> clock_;
  WriterCounters counters_;
  std::optional<Error> trouble_;
  Duration last_commit_;
};

}  // namespace tillsync::hub
