// The writer's postings stage: makes the postings of a batch and queues them. Stands behind the ledger, whose stock changes
// and reversals it needs. Writer thread.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "hub/postings/close_book.h"
#include "hub/postings/cost_book.h"
#include "hub/postings/posting_map.h"
#include "hub/writer/stage.h"

namespace tillsync::hub {

/// What a reversal of the batch needs and the batch does not hold.
struct ReversalRows {
  std::unordered_map<std::int64_t, Posting> originals;  // by event_no: those queued in earlier batches
  struct VoidDocument {
    LocationId location;
    Header header;
    std::string correlation_id;
  };
  std::unordered_map<std::int64_t, VoidDocument> voids;  // by event_no: voids that waited
};

/// All postings of a batch, in order; unbalanced ones raise their exception. Pure.
/// costs: of what the batch moves where the chart asks for cost of goods; is brought up to date. nullptr: no chart asks.
/// closes: of the till days of the batch's closes; is brought up to date.
std::vector<PostingQueued> decide_postings(MicroBatch& batch, const ReversalRows& rows, const ChartBook& charts, CloseBook& closes, CostBook* costs);

class PostingsStage : public Stage {
 public:
  /// is_summed: postings that may be summed are collected.
  explicit PostingsStage(ChartBook charts = {}, bool is_summed = false);
  std::string_view name() const override { return "postings"; }
  Result<void> start(sql::Connection& connection) override;
  Result<void> load(sql::Connection& connection, const MicroBatch& batch) override;
  void decide(MicroBatch& batch) override;
  Result<void> write(sql::Connection& connection, const MicroBatch& batch) override;

 private:
  const ChartBook charts_;
  const bool is_summed_, books_costs_;
  ReversalRows rows_;
  CloseBook closes_;
  CostBook costs_;
};

}  // namespace tillsync::hub
