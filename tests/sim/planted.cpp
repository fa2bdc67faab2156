#include "tests/sim/planted.h"

#include <nlohmann/json.hpp>

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
    if (bug_ == PlantedBug::kAlarmInvented && !batch.documents.empty()) {
      hub::ExceptionRaised raised;
      raised.code = "sum_mismatch";
      raised.subject = batch.documents[0].event_id.hex();
      batch.exceptions.push_back(raised);
    }
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
  if (bug == PlantedBug::kConflictMerged || bug == PlantedBug::kStockWrong || bug == PlantedBug::kCountIgnoresOrder ||
      bug == PlantedBug::kAlarmInvented)
    stages.insert(stages.begin() + 1, std::make_unique<SpoilingStage>(bug));
}

void plant(PlantedBug bug, hub::CommitDocuments& command, std::map<std::string, EpochId>& first_epochs) {
  if (bug == PlantedBug::kCursorOffByOne && command.cursor && !command.documents.empty() && command.cursor->seq % 7 == 0) ++command.cursor->seq;
  for (hub::IncomingDocument& document : command.documents) {
    if (!document.document) continue;
    if (bug == PlantedBug::kNoDedupe && document.seq > 1 && document.epoch != first_epochs.try_emplace(document.agent_id.value, document.epoch).first->second) {
      document.document->header.series = Series(document.epoch.hex().substr(0, 6));
      document.event_id = event_id_of(identity_of(*document.document, document.location));
    }
    if (bug == PlantedBug::kLineLost) {
      auto* sale = std::get_if<Sale>(&document.document->body);
      if (sale == nullptr || sale->lines.size() < 2) continue;
      sale->lines.pop_back();
      document.payload = encode_document(*document.document);
    }
  }
  if (bug == PlantedBug::kDocumentInvented && !command.documents.empty() && command.documents[0].document) {
    hub::IncomingDocument copy = command.documents[0];
    copy.document->header.document_no = DocumentNo(copy.document->header.document_no.value + "-2");
    copy.event_id = event_id_of(identity_of(*copy.document, copy.location));
    command.documents.push_back(std::move(copy));
  }
}

void plant(PlantedBug bug, hub::ErpCall& call, std::uint64_t tries) {
  if (call.method != "POST") return;
  if (bug == PlantedBug::kErpKeyChanges) {
    for (auto& [name, value] : call.headers)
      if (name == "Idempotency-Key") value += "-" + std::to_string(tries);
  }
  auto body = nlohmann::json::parse(call.body);
  if (bug == PlantedBug::kErpStockWrong && body.contains("stock") && !body["stock"].empty()) body["stock"][0]["qty"] = "7";
  if (bug == PlantedBug::kErpAmountWrong) {
    for (auto& line : body["journal"])
      for (const char* side : {"debit", "credit"})
        if (line.contains(side)) line[side] = "1" + line[side].get<std::string>();
  }
  if (bug == PlantedBug::kErpStockWrong || bug == PlantedBug::kErpAmountWrong) call.body = body.dump();
}

}  // namespace tillsync::sim
