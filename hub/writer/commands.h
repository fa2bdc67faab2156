// What can be asked of the writer thread. Producers (sync loop, API, ERP forwarder) build commands on their own threads and
// are told the outcome by `done`, which the writer calls after COMMIT (or with the error); it must be quick and not throw.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/writer/micro_batch.h"

namespace tillsync::hub {

/// What became of one document: for the API's answer; agents only need the commit.
struct DocumentOutcome {
  Verdict verdict = Verdict::kUndecided;
  EventId event_id;
  std::int64_t event_no = 0;  // of a conflict: the event that holds the identity; 0 when that never came
  ExceptionId exception_id;   // of a conflict
};

/// Documents of one agent (contiguous seqs, or a gap) or of one API request. All or none is committed.
struct CommitDocuments {
  std::vector<IncomingDocument> documents;  // prepared
  std::optional<GapDeclared> gap;
  std::optional<CursorMoved> cursor;        // agents only
  std::function<void(Result<std::vector<DocumentOutcome>>)> done;
};

/// Tasks of a group run before its documents. Any other write: enrolment, tokens, master data, posting results, exceptions. `apply` runs in the group's transaction and
/// may run again when the group is rolled back, so it must keep no state outside the database.
struct Task {
  std::string name;  // for the log
  std::function<Result<void>(sql::Connection&, Instant now)> apply;
  std::function<void(Result<void>)> done;
  bool changes_masterdata = false;  // stages drop what they remember of it
};

/// A request for stock, decided together with the others of its group. `done` gets the answer after COMMIT; a refusal is an answer.
struct DecideRequest {
  StockRequest request;
  std::function<void(Result<StockAnswer>)> done;
  /// Of what a person asked for: writes it down in the same transaction, behind the decision. May run again, like a task.
  std::function<Result<void>(sql::Connection&, const StockAnswer&, Instant now)> record = {};
};

enum class Priority { kRequest, kBulk };  // requests (tasks, API) go before bulk catch-up
using Command = std::variant<CommitDocuments, Task, DecideRequest>;

/// The one way in. Any thread.
class WriterPort {
 public:
  virtual ~WriterPort() = default;
  /// kUnavailable when the queue is full (bulk only) or kShuttingDown; `done` is then not called.
  virtual Result<void> submit(Priority priority, Command command) = 0;
  /// Bulk commands that wait; producers keep it small and share it fairly.
  virtual std::size_t bulk_waiting() const = 0;
};

}  // namespace tillsync::hub
