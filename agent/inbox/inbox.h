// The agent's durable queue from the hub: products, prices, orders to pick, configuration. Each consumer (till) has its own
// cursor; products and prices are also kept by key for look-ups. Writer and reader threads as in outbox.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "common/wire/messages.h"

namespace tillsync::agent {

class InboxReader {
 public:
  explicit InboxReader(sql::Connection& connection) : connection_(connection) {}
  /// Items behind `after`, oldest first.
  Result<std::vector<wire::InboxItem>> items(std::uint64_t after, std::size_t count_max);
  /// The consumer's acknowledged cursor; 0 for a new one.
  Result<std::uint64_t> cursor(std::string_view consumer);
  /// By SKU, else by GTIN (a pack's GTIN finds its SKU). The payload is product/1 as encode_product wrote it.
  Result<std::optional<Bytes>> product(std::string_view sku_or_gtin);
  /// The last no that is durable here; what the hub is told.
  Result<std::uint64_t> last_no();

 private:
  sql::Connection& connection_;
};

class Inbox {
 public:
  static Result<std::unique_ptr<Inbox>> open(sql::Connection& connection);
  /// Inside the caller's transaction. Items with a no that is here already change nothing.
  Result<void> append(const std::vector<wire::InboxItem>& items);
  Result<void> acknowledge(std::string_view consumer, std::uint64_t no);
  /// Drops items that every consumer seen in the last `consumer_days` has acknowledged.
  Result<std::uint64_t> prune(std::int64_t consumer_days);

 private:
  explicit Inbox(sql::Connection& connection) : connection_(connection) {}
  sql::Connection& connection_;
};

}  // namespace tillsync::agent
