// Asks hub and ERP for their side of the balance, and waits until what is still on its way has arrived. I/O; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "packaging/demo.d/balance.h"
#include "packaging/demo.d/http_client.h"

namespace tillsync::demo {

struct BalanceOptions {
  std::string hub_url;     // "http://127.0.0.1:7080"
  std::string hub_token;   // of an administrator or auditor
  std::string erp_url;     // "http://127.0.0.1:9000"
  std::int64_t patience_s = 120;  // how long nothing may move before the wait is given up
};

class BalanceClient {
 public:
  explicit BalanceClient(BalanceOptions options) : options_(std::move(options)) {}

  /// Waits until hub and ERP have as many documents as the POS and nothing waits to be posted; then compares. When nothing has
  /// moved for patience_s it compares what is there. An unreachable hub or ERP is waited for as well; kUnavailable
  /// when it stays away.
  Result<std::vector<BalanceRow>> settle(const SumsByLocation& pos);

 private:
  Result<HubBooks> hub_books();
  Result<void> add_closes(SumsByLocation& sums);
  Result<SumsByLocation> erp_sums();

  BalanceOptions options_;
  HttpClient hub_, erp_;
};

}  // namespace tillsync::demo
