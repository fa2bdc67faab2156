// The agent's durable queue from the hub: products, prices, orders to pick, configuration. Each consumer (till) has its own
// cursor. The newest item of a kind and key replaces the older one, so that the queue is also the look-up for products and
// prices, and a new till reads it from 0. Writer and reader threads as in outbox.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
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
  /// The newest item of a kind and key.
  Result<std::optional<Bytes>> newest(std::string_view kind, std::string_view key);
  /// The last no that is durable here; what the hub is told.
  Result<std::uint64_t> last_no();

 private:
  sql::Connection& connection_;
};

class Inbox {
 public:
  static Result<std::unique_ptr<Inbox>> open(sql::Connection& connection);
  /// Inside the caller's transaction. Items up to last_no change nothing: they were here already.
  Result<void> append(std::span<const wire::InboxItem> items);
  /// A consumer that acknowledges is one that `prune` waits for. Never moves back; kInvalid beyond last_no.
  Result<void> acknowledge(std::string_view consumer, std::uint64_t no, Instant now);
  /// Drops items that every consumer seen since then has acknowledged, a bounded number per call; products, prices and the configuration stay, for
  /// look-ups. Without such a consumer nothing is dropped: the till that will read it may not be installed yet.
  Result<std::uint64_t> prune(Instant consumers_seen_since);

 private:
  explicit Inbox(sql::Connection& connection) : connection_(connection) {}
  sql::Connection& connection_;
};

}  // namespace tillsync::agent
