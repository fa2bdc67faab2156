#include "hub/ledger/movement_plan.h"

#include <algorithm>

#include "common/contract/vocabulary.h"

namespace tillsync::hub {
namespace {

/// The smallest number has no opposite; it is absurd as a quantity and on the exceptions list as such.
std::int64_t with_sign(std::int64_t milli, std::int64_t sign) {
  return sign < 0 && milli == INT64_MIN ? INT64_MAX : sign * milli;
}

/// Adds a line's change, one per lot.
void add_changes(MovementPlan& plan, PlannedChange change, Quantity qty, const std::vector<Lot>& lots, std::int64_t sign) {
  if (lots.empty()) {
    change.change_milli = with_sign(qty.milli, sign);
    if (qty.milli != 0) plan.changes.push_back(std::move(change));
    return;
  }
  for (auto& [lot, milli] : split_by_lot(qty, lots)) {
    if (milli == 0) continue;
    PlannedChange part = change;
    part.key.lot = std::move(lot);
    part.change_milli = with_sign(milli, sign);
    plan.changes.push_back(std::move(part));
  }
}

/// Adds the changes of the parts where the line's SKU is a bundle, else its own.
void add_line(MovementPlan& plan, PlannedChange change, Quantity qty, const std::vector<Lot>& lots, std::int64_t sign, const BundleMap& bundles) {
  const auto bundle = bundles.find(change.key.sku.value);
  if (bundle == bundles.end()) return add_changes(plan, std::move(change), qty, lots, sign);
  for (const PartNeed& need : bundle->second) {
    PlannedChange part = change;
    part.key.sku = need.sku;
    part.unit_cost_micro = 0;
    add_changes(plan, std::move(part), Quantity{part_quantity(qty.milli, need)}, {}, sign);
  }
}

/// Whether the sale says itself what it has taken of the bundle of this line.
bool lists_parts(const std::vector<SaleLine>& lines, const SaleLine& line, const std::vector<PartNeed>& parts, const GtinMap& gtins) {
  if (line.line_no == 0) return false;
  return std::ranges::any_of(lines, [&](const SaleLine& child) {
    if (child.parent_line_no != line.line_no || &child == &line || line_kind(child.kind) != LineKind::kGoods) return false;
    return std::ranges::find(parts, sku_of(child.sku, child.gtin, gtins), &PartNeed::sku) != parts.end();
  });
}

void plan_sale(MovementPlan& plan, const Sale& sale, const LocationId& location, const GtinMap& gtins, const BundleMap& bundles, bool is_return) {
  for (std::size_t index = 0; index < sale.lines.size(); ++index) {
    const SaleLine& line = sale.lines[index];
    if (line_kind(line.kind) != LineKind::kGoods || goods_state(line.state) == GoodsState::kNoGoods) continue;
    Sku sku = sku_of(line.sku, line.gtin, gtins);
    if (sku.empty()) {
      if (line.qty.milli != 0) plan.unknown_lines.push_back({index});
      continue;
    }
    if (const auto bundle = bundles.find(sku.value); bundle != bundles.end() && lists_parts(sale.lines, line, bundle->second, gtins)) continue;
    PlannedChange change;
    change.key = StockKey{location, std::move(sku), state_text(line.state), {}, {}};
    change.movement = is_return ? kReturnMovement : kSaleMovement;
    change.line_no = line.line_no;
    add_line(plan, std::move(change), line.qty, line.lots, is_return ? 1 : -1, bundles);
  }
}

struct Direction {
  std::string_view movement;
  std::int64_t sign;
};
std::optional<Direction> direction_of(MovementType type) {
  switch (type) {
    case MovementType::kReceipt: return Direction{kReceiptMovement, 1};
    case MovementType::kTransferOut: return Direction{kTransferOutMovement, -1};
    case MovementType::kTransferIn: return Direction{kTransferInMovement, 1};
    case MovementType::kAdjustment: return Direction{kAdjustmentMovement, 1};
    case MovementType::kOpening: return Direction{kOpeningMovement, 1};
    case MovementType::kStatusChange: return Direction{kStatusChangeMovement, 1};
    case MovementType::kCount:
    case MovementType::kUnknown: return std::nullopt;
  }
  return std::nullopt;
}

void plan_movement(MovementPlan& plan, const StockMovement& movement, const LocationId& location, const GtinMap& gtins, const BundleMap& bundles) {
  const MovementType type = movement_type(movement.type);
  const auto direction = direction_of(type);
  if (!direction) return;
  for (std::size_t index = 0; index < movement.lines.size(); ++index) {
    const MovementLine& line = movement.lines[index];
    Sku sku = sku_of(line.sku, line.gtin, gtins);
    if (sku.empty()) {
      if (line.qty.milli != 0) plan.unknown_lines.push_back({index});
      continue;
    }
    PlannedChange change;
    change.key = StockKey{location, std::move(sku), state_text(line.state), line.owner, {}};
    change.movement = direction->movement;
    change.line_no = line.line_no == 0 ? static_cast<std::int64_t>(index) + 1 : line.line_no;
    change.unit_cost_micro = line.unit_cost.micro;
    if (type == MovementType::kStatusChange) {
      PlannedChange out = change;
      out.key.state = state_text(movement.from_state);
      change.key.state = state_text(movement.to_state);
      add_line(plan, std::move(out), line.qty, line.lots, -1, bundles);
    }
    add_line(plan, std::move(change), line.qty, line.lots, direction->sign, bundles);
  }
}

}  // namespace

BookedAt booked_at(std::optional<Instant> said, const IncomingDocument& incoming, Instant now) {
  const Instant receipt = incoming.agent_received_at.micros == 0 ? now : incoming.agent_received_at;
  if (!said) return {receipt, false};
  if (*said > receipt + kAheadOfReceiptMax) return {receipt, true};
  return {*said, false};
}

Sku sku_of(const Sku& sku, const std::string& gtin, const GtinMap& gtins) {
  if (!sku.empty() || gtin.empty()) return sku;
  const auto found = gtins.find(gtin);
  return found == gtins.end() ? Sku() : found->second;
}

std::string state_text(std::string_view state) { return std::string(state.empty() ? std::string_view("sellable") : state); }

std::vector<std::pair<std::string, std::int64_t>> split_by_lot(Quantity qty, const std::vector<Lot>& lots) {
  std::vector<std::pair<std::string, std::int64_t>> parts;
  if (lots.size() == 1 && lots[0].qty.milli == 0) {
    parts.emplace_back(lots[0].lot, qty.milli);
    return parts;
  }
  std::int64_t rest = qty.milli;
  for (const Lot& lot : lots) {
    const auto left = checked_add(rest, lot.qty.milli == INT64_MIN ? INT64_MAX : -lot.qty.milli);
    if (!left) continue;  // absurd: the whole line then stays under ""
    rest = *left;
    parts.emplace_back(lot.lot, lot.qty.milli);
  }
  if (rest != 0) parts.emplace_back(std::string(), rest);
  return parts;
}

MovementPlan plan_movements(const Document& document, const LocationId& location, const GtinMap& gtins, const BundleMap& bundles) {
  MovementPlan plan;
  if (const auto* sale = std::get_if<Sale>(&document.body)) plan_sale(plan, *sale, location, gtins, bundles, false);
  else if (const auto* returned = std::get_if<Return>(&document.body)) plan_sale(plan, *returned, location, gtins, bundles, true);
  else if (const auto* movement = std::get_if<StockMovement>(&document.body); movement != nullptr && !movement->reverses)
    plan_movement(plan, *movement, location, gtins, bundles);
  return plan;
}

bool is_count(const Document& document) {
  const auto* movement = std::get_if<StockMovement>(&document.body);
  return movement != nullptr && !movement->reverses && movement_type(movement->type) == MovementType::kCount;
}

const DocumentRef* reversed_reference(const Document& document) {
  if (const auto* cancelled = std::get_if<Void>(&document.body)) return &cancelled->voids;
  const auto* movement = std::get_if<StockMovement>(&document.body);
  return movement != nullptr && movement->reverses ? &*movement->reverses : nullptr;
}

std::vector<Identity> referenced_identities(const DocumentRef& reference, const Document& referring, const LocationId& location) {
  Identity identity;
  identity.location = reference.location.empty() ? location : reference.location;
  identity.till = reference.till.empty() ? referring.header.till : reference.till;
  identity.series = reference.series.empty() ? referring.header.series : reference.series;
  identity.document_no = reference.document_no;
  const std::string named = reference.contract.substr(0, reference.contract.find('/'));
  std::vector<std::string_view> contracts;
  if (!named.empty()) contracts = {named};
  else if (std::holds_alternative<Void>(referring.body)) contracts = {"sale", "return"};
  else contracts = {"stock-movement"};
  std::vector<Identity> identities;
  for (const std::string_view contract : contracts) {
    identity.contract = contract;
    identities.push_back(identity);
  }
  return identities;
}

}  // namespace tillsync::hub
