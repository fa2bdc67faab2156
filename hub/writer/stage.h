// The shape of every decision of the hub: load the rows that the batch touches, decide (pure), write in bulk. The writer runs
// one list of stages over a micro-batch inside one transaction (ARCHITECTURE section 3). Writer thread only.
#pragma once

#include <optional>
#include <string_view>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/writer/micro_batch.h"

namespace tillsync::hub {

class Stage {
 public:
  virtual ~Stage() = default;
  virtual std::string_view name() const = 0;
  /// Once at start, outside a transaction: counters and caches.
  virtual Result<void> start(sql::Connection&) { return {}; }
  virtual Result<void> load(sql::Connection& connection, const MicroBatch& batch) = 0;
  /// Adds facts to the batch. The work is done by a pure function of the folder; this only hands it the loaded rows.
  virtual void decide(MicroBatch& batch) = 0;
  virtual Result<void> write(sql::Connection& connection, const MicroBatch& batch) = 0;
  /// After COMMIT or ROLLBACK: keep or drop what was cached during the batch.
  virtual void committed() {}
  virtual void rolled_back() {}
  /// A task of this group has changed master data: what is remembered of it may be wrong.
  virtual void masterdata_changed() {}
  /// How long until this stage has something to do although nothing comes (an expiry); nullopt = not at all. It is then given an
  /// empty batch. Asked after each group.
  virtual std::optional<Duration> due_in() { return std::nullopt; }
};

}  // namespace tillsync::hub
