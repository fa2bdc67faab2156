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

/// Around the reservations: hears of no sales, or of no new epochs.
class DeafStage final : public hub::Stage {
 public:
  DeafStage(PlantedBug bug, std::unique_ptr<hub::Stage> inner) : bug_(bug), inner_(std::move(inner)) {}
  std::string_view name() const override { return inner_->name(); }
  Result<void> start(sql::Connection& connection) override { return inner_->start(connection); }
  Result<void> load(sql::Connection& connection, const hub::MicroBatch& batch) override {
    hub::MicroBatch heard = batch;
    if (bug_ == PlantedBug::kSalesForgotten) std::erase_if(heard.stock_changes, [](const auto& change) { return change.movement == "sale"; });
    if (bug_ == PlantedBug::kFrozenIsOpen) heard.cursors.clear();
    return inner_->load(connection, heard);
  }
  void decide(hub::MicroBatch& batch) override {
    auto cursors = batch.cursors;
    if (bug_ == PlantedBug::kFrozenIsOpen) batch.cursors.clear();
    inner_->decide(batch);
    batch.cursors = std::move(cursors);
  }
  Result<void> write(sql::Connection& connection, const hub::MicroBatch& batch) override { return inner_->write(connection, batch); }
  void committed() override { inner_->committed(); }
  void rolled_back() override { inner_->rolled_back(); }
  void masterdata_changed() override { inner_->masterdata_changed(); }
  std::optional<Duration> due_in() override { return inner_->due_in(); }

 private:
  PlantedBug bug_;
  std::unique_ptr<hub::Stage> inner_;
};

}  // namespace

void plant_in_hub(PlantedBug bug, sql::Connection& connection) {
  const char* statement = nullptr;
  switch (bug) {
    case PlantedBug::kReservedDrifts: statement = "UPDATE stock_position SET reserved_milli = reserved_milli + 1000 WHERE position_no = 1 AND reserved_milli = 3000"; break;
    case PlantedBug::kHoldsNeverEnd: statement = "UPDATE reservation SET expires_at = NULL"; break;
    case PlantedBug::kShelfForgotten: statement = "UPDATE reservation SET state = 'held' WHERE state IN ('picked', 'ready')"; break;
    case PlantedBug::kLeaseFreedByTime: statement = "UPDATE lease SET state = 'closed' WHERE state = 'ending'"; break;
    case PlantedBug::kSumTakenTwice:
      statement = "UPDATE posting SET status = 'collected', summed_no = NULL WHERE posting_no = (SELECT min(posting_no) FROM posting WHERE status = 'summed') AND (SELECT count(*) FROM posting_sum) = 1";
      break;
    case PlantedBug::kPartNotFreed:
      statement = "UPDATE reservation_part SET open_milli = qty_milli WHERE open_milli = 0 AND part_no / 8192 IN (SELECT reservation_no FROM reservation WHERE state = 'released')";
      break;
    default: return;
  }
  (void)connection.run(statement);
}

void plant_in_agent(PlantedBug bug, sql::Connection& connection) {
  if (bug == PlantedBug::kSentForgotten) (void)connection.run("DELETE FROM quota_request WHERE state = 'sent'");
}

void plant(PlantedBug bug, std::vector<std::unique_ptr<hub::Stage>>& stages) {
  if (bug == PlantedBug::kSalesForgotten || bug == PlantedBug::kFrozenIsOpen) {
    for (auto& stage : stages) {
      if (stage->name() == "reservations") stage = std::make_unique<DeafStage>(bug, std::move(stage));
    }
  }
  if (bug == PlantedBug::kConflictMerged || bug == PlantedBug::kStockWrong || bug == PlantedBug::kCountIgnoresOrder ||
      bug == PlantedBug::kAlarmInvented)
    stages.insert(stages.begin() + 1, std::make_unique<SpoilingStage>(bug));
}

void plant(PlantedBug bug, hub::CommitDocuments& command, std::map<std::string, EpochId>& first_epochs) {
  if (bug == PlantedBug::kCursorOffByOne && command.cursor && !command.documents.empty() && command.cursor->seq % 7 == 0) ++command.cursor->seq;
  for (hub::IncomingDocument& document : command.documents) {
    if (!document.document) continue;
    auto* promise = std::get_if<Promise>(&document.document->body);
    auto* close = std::get_if<LeaseClose>(&document.document->body);
    auto* sold = std::get_if<Sale>(&document.document->body);
    if (bug == PlantedBug::kPromiseCut && promise != nullptr) promise->lines[0].qty.milli -= 1'000;
    if (bug == PlantedBug::kCloseCountsTwice && close != nullptr) close->unused.milli += close->used.milli;
    if (bug == PlantedBug::kHandOverForgotten && sold != nullptr) sold->reservation_id.clear();
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
  const bool loses_one = bug == PlantedBug::kSumLosesOne && body.contains("documents") && body["documents"].size() > 1;
  if (loses_one) body["documents"].erase(0);
  if (bug == PlantedBug::kErpStockWrong || bug == PlantedBug::kErpAmountWrong || loses_one) call.body = body.dump();
}

}  // namespace tillsync::sim
