// A small ERP for tests and the demo: HTTP door, worker and tables put together. Durable: an answer is given after COMMIT with
// synchronous=FULL, so that kill -9 loses nothing. Tests may run it inside their own process.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/http/server.h"
#include "tests/erp/erp_loop.h"

namespace tillsync::erp {

struct ReferenceErpOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0 = any free one
  std::filesystem::path data;
  std::vector<std::filesystem::path> strict_items;  // lines "SKU" or "SKU,blocked"; any: other items are refused
};

class ReferenceErp {
 public:
  static Result<std::unique_ptr<ReferenceErp>> start(const ReferenceErpOptions& options);
  std::uint16_t port() const { return server_->port(); }
  /// "http://127.0.0.1:PORT/postings"
  std::string postings_url() const;
  ~ReferenceErp();

 private:
  ReferenceErp() = default;
  /// The way from the server's thread to the loop; shut before the loop goes, since kept connections may still bring requests.
  struct Gate {
    std::mutex mutex;
    ErpLoop* loop = nullptr;
  };
  std::string address_;
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  std::unique_ptr<ErpLoop> loop_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace tillsync::erp
