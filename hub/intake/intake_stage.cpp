#include "hub/intake/intake_stage.h"

#include "hub/intake/hub_meta_store.h"
#include "hub/intake/intake_store.h"

namespace tillsync::hub {

Result<void> IntakeStage::start(sql::Connection& connection) {
  TS_RETURN_IF_ERROR(migrate_intake(connection));
  TS_RETURN_IF_ERROR(load_or_draw_incarnation(connection));
  TS_RETURN_IF_ERROR(load_counters(connection, rows_));
  committed();
  return {};
}

Result<void> IntakeStage::load(sql::Connection& connection, const MicroBatch& batch) {
  rows_ = IntakeRows{};
  rows_.next_event_no = committed_event_no_;
  rows_.next_epoch_no = committed_epoch_no_;
  rows_.indexed_to = committed_indexed_to_;
  return load_intake_rows(connection, batch, rows_);
}

void IntakeStage::decide(MicroBatch& batch) { decision_ = decide_intake(batch, rows_); }

Result<void> IntakeStage::write(sql::Connection& connection, const MicroBatch& batch) {
  if (decision_.refused) return std::unexpected(*decision_.refused);
  TS_RETURN_IF_ERROR(write_intake(connection, batch, rows_, decision_));
  return index_event_ids(connection, batch.documents.size() <= kIdleBatchMax, rows_);
}

void IntakeStage::committed() {
  committed_event_no_ = rows_.next_event_no;
  committed_epoch_no_ = rows_.next_epoch_no;
  committed_indexed_to_ = rows_.indexed_to;
}

void IntakeStage::rolled_back() {
  rows_.next_event_no = committed_event_no_;
  rows_.next_epoch_no = committed_epoch_no_;
  rows_.indexed_to = committed_indexed_to_;
}

}  // namespace tillsync::hub
