#include "tests/sim/planted.h"

namespace tillsync::sim {
namespace {

/// Behind intake, before the ledger: spoils the batch.
class SpoilingStage final : public hub::Stage {
 public:
  explicit SpoilingStage(PlantedBug bug) : bug_(bug) {}
  std::string_view name() const override { return "planted"; }
  Result<void> load(sql::Connection&, const hub::MicroBatch&) override { return {}; }
  void decide(hub::MicroBatch& batch) override {
    if (bug_ == PlantedBug::kConflictMerged) std::erase_if(batch.exceptions, [](const auto& raised) { return raised.code == "conflict"; });
    for (hub::IncomingDocument& document : batch.documents) {
      auto* sale = document.document ? std::get_if<Sale>(&document.document->body) : nullptr;
      auto* movement = document.document ? std::get_if<StockMovement>(&document.document->body) : nullptr;
      if (bug_ == PlantedBug::kStockWrong && sale != nullptr)
        for (auto& line : sale->lines)
          if (line.qty.milli == 3'000) line.qty.milli = 2'000;
      if (bug_ == PlantedBug::kCountIgnoresOrder && movement != nullptr && movement->type == "count")
        document.document->header.occurred_at = document.agent_received_at;
    }
  }
  Result<void> write(sql::Connection&, const hub::MicroBatch&) override { return {}; }

 private:
  PlantedBug bug_;
};

}  // namespace

void plant(PlantedBug bug, std::vector<std::unique_ptr<hub::Stage>>& stages) {
  if (bug == PlantedBug::kConflictMerged || bug == PlantedBug::kStockWrong || bug == PlantedBug::kCountIgnoresOrder)
    stages.insert(stages.begin() + 1, std::make_unique<SpoilingStage>(bug));
}

void plant(PlantedBug bug, hub::CommitDocuments& command) {
  if (bug == PlantedBug::kCursorOffByOne && command.cursor && !command.documents.empty() && command.cursor->seq % 7 == 0) ++command.cursor->seq;
  if (bug != PlantedBug::kNoDedupe) return;
  for (hub::IncomingDocument& document : command.documents) {
    if (!document.document) continue;
    document.document->header.document_no = DocumentNo(document.document->header.document_no.value + "-" + document.epoch.hex().substr(0, 6));
    document.event_id = event_id_of(identity_of(*document.document, document.location));
  }
}

}  // namespace tillsync::sim
