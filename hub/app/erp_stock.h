// Asks the ERP for its stock through the forwarder's connection, for the daily comparison (hub/reconcile/stock_comparison.h).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/erp/conversation.h"
#include "hub/reconcile/stock_comparison.h"

namespace tillsync::hub {

/// SKUs of one question.
inline constexpr std::size_t kAskedSkusMax = 1'000;

/// As ForwarderLoop::ask_on_hand; done may be dropped, which is an answer too.
using AskOnHand = std::function<void(std::vector<std::string> locations, std::vector<std::string> skus, std::function<void(const Result<std::vector<OnHandAtErp>>&)> done)>;

/// Blocks its thread while the ERP answers, as long as the connector's own time-outs let it. reads: of that thread.
class ErpStockQuestions : public ErpStockSource {
 public:
  ErpStockQuestions(std::unique_ptr<sql::Connection> reads, AskOnHand ask, std::function<Instant()> now)
      : reads_(std::move(reads)), ask_(std::move(ask)), now_(std::move(now)) {}
  /// Asks for every SKU of which the hub has a record at the location.
  Result<ErpStock> on_hand(const LocationId& location) override;

 private:
  std::unique_ptr<sql::Connection> reads_;
  AskOnHand ask_;
  std::function<Instant()> now_;
};

}  // namespace tillsync::hub
