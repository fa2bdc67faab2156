// The queue from the hub to its agents. Writes inside a writer's Task, in the transaction of the change itself; reads on any
// connection (the sync loop delivers from its own).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "common/wire/messages.h"
#include "hub/masterdata/masterdata_store.h"
#include "hub/outbound/outbound_item.h"

namespace tillsync::hub {

class OutboundStore {
 public:
  explicit OutboundStore(sql::Connection& connection) : connection_(connection) {}
  static Result<void> migrate(sql::Connection& connection);

  /// Replaces older items of the same scope, kind and key. A number is never given twice, not even by a database that was put back
  /// from a copy: it grows with `now` (milliseconds).
  Result<void> queue(std::span<const OutboundItem> items, Instant now);

  /// What an agent has not got: behind `after`, oldest first, at most kBatchEventsMax items and kBatchBytesMax / 2 bytes (but at least
  /// one item). The group is that of its location.
  Result<std::vector<wire::InboxItem>> items(const AgentId& agent_id, const LocationId& location, std::uint64_t after);
  /// The number of the newest item of all; cheap to compare with a cursor.
  Result<std::uint64_t> last_no();

  /// The agent has stored everything up to no. Never moves back. For people.
  Result<void> acknowledge(const AgentId& agent_id, std::uint64_t no, Instant now);
  Result<std::uint64_t> acknowledged(const AgentId& agent_id);

  /// After a restore of the database: gives every item a new number above `no`, so that agents whose cursor stands there get
  /// everything again.
  Result<void> renumber_above(std::uint64_t no);
  /// Whether an agent may have been given `cursor` by another life of this database, from before it was put back: beyond what it is
  /// known to have, among the present numbers, and no item of that number. Rarely true without that: when a crash lost the record of a
  /// delivery and the item was replaced since; numbering anew is harmless then.
  Result<bool> is_cursor_doubtful(const AgentId& agent_id, std::uint64_t cursor);

 private:
  sql::Connection& connection_;
};

/// The puts of hub/masterdata, and what is new by them queued for the agents, in the same transaction.
Result<std::vector<PutDecision>> put_and_deliver_locations(sql::Connection& connection, const std::vector<Location>& locations,
                                                           std::string_view changed_by, Instant now);
Result<std::vector<PutDecision>> put_and_deliver_products(sql::Connection& connection, const std::vector<Product>& products,
                                                          std::string_view changed_by, Instant now);
Result<std::vector<PutDecision>> put_and_deliver_prices(sql::Connection& connection, const std::vector<Price>& prices,
                                                        std::string_view changed_by, Instant now);

}  // namespace tillsync::hub
