// What a document says about stock, line by line, before balances and counts are looked at. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/contract/document.h"
#include "hub/ledger/stock.h"
#include "hub/masterdata/product_facts.h"
#include "hub/writer/micro_batch.h"

namespace tillsync::hub {

/// Names of movements in stock_entry, facts and postings.
inline constexpr std::string_view kSaleMovement = "sale", kReturnMovement = "return", kReceiptMovement = "receipt",
                                  kTransferOutMovement = "transfer_out", kTransferInMovement = "transfer_in",
                                  kAdjustmentMovement = "adjustment", kOpeningMovement = "opening",
                                  kStatusChangeMovement = "status_change", kVoidMovement = "void", kCountMovement = "count",
                                  kCountCorrectionMovement = "count_correction";

/// A document dated further than this after its receipt is booked at its receipt.
inline constexpr Duration kAheadOfReceiptMax = seconds(5 * 60);

struct BookedAt {
  Instant at;
  bool is_clamped = false;  // the document's own time was too far ahead of its receipt
};
/// `said`: the document's or line's time. Receipt: the agent's clock, or the hub's where there was no agent.
BookedAt booked_at(std::optional<Instant> said, const IncomingDocument& incoming, Instant now);

struct PlannedChange {
  StockKey key;
  std::int64_t change_milli = 0;
  std::string_view movement;
  std::int64_t line_no = 0;
  std::int64_t unit_cost_micro = 0;
  Balance* balance = nullptr;  // of the key, once it is loaded
};
/// A goods line whose SKU nobody can tell.
struct UnknownLine {
  std::size_t index = 0;  // in lines[]
};
struct MovementPlan {
  std::vector<PlannedChange> changes;
  std::vector<UnknownLine> unknown_lines;
};

/// Bar code → SKU, for lines without a SKU; only codes of exactly one product.
using GtinMap = std::unordered_map<std::string, Sku>;

/// Bundle → what one unit of it is made of.
using BundleMap = std::unordered_map<std::string, std::vector<PartNeed>>;

/// Sales, returns and movements other than counts and reversals; nothing for other documents. One change per lot of a line;
/// what its lots do not cover goes to lot "". A bundle moves its parts, without lots and costs, which are not said of each; where lines of
/// a sale that name it as their parent are parts of it, those lines move and it does not.
MovementPlan plan_movements(const Document& document, const LocationId& location, const GtinMap& gtins, const BundleMap& bundles);

/// The SKU of a line, by its bar code where it names none; empty when nobody can tell.
Sku sku_of(const Sku& sku, const std::string& gtin, const GtinMap& gtins);
/// "" is sellable.
std::string state_text(std::string_view state);

/// Lots of a line of `qty`: (lot, quantity); the rest under "". A lone lot without a quantity takes all.
std::vector<std::pair<std::string, std::int64_t>> split_by_lot(Quantity qty, const std::vector<Lot>& lots);

bool is_count(const Document& document);
/// Movements with `reverses`, and voids: they take back another document instead of booking lines.
const DocumentRef* reversed_reference(const Document& document);
/// The identities that a reference may mean, most likely first: empty parts are those of the document that refers.
std::vector<Identity> referenced_identities(const DocumentRef& reference, const Document& referring, const LocationId& location);

}  // namespace tillsync::hub
