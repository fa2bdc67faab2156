#include "hub/outbound/outbound_stage.h"

#include "hub/outbound/outbound_store.h"

namespace tillsync::hub {

Result<void> OutboundStage::start(sql::Connection& connection) { return OutboundStore::migrate(connection); }

Result<void> OutboundStage::write(sql::Connection& connection, const MicroBatch& batch) {
  has_queued_ = !batch.outbound.empty();
  if (!has_queued_) return {};
  std::vector<OutboundItem> items;
  items.reserve(batch.outbound.size());
  for (const OutboundQueued& queued : batch.outbound) items.push_back({queued.scope, queued.kind, queued.key, queued.payload});
  return OutboundStore(connection).queue(items, batch.now);
}

void OutboundStage::committed() {
  if (std::exchange(has_queued_, false) && advanced_) advanced_();
}

}  // namespace tillsync::hub
