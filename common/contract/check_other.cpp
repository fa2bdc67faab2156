#include <algorithm>
#include <array>

#include "common/contract/check_parts.h"
#include "common/contract/contract_names.h"
#include "common/contract/vocabulary.h"

namespace tillsync {
namespace {

constexpr std::array<std::string_view, 8> kMovementReasons = {"",      "damage",   "theft",     "sample",
                                                              "found", "mislabel", "set_split", "unspecified"};

void check_reason(Warnings& warnings, const std::optional<Reason>& reason, const Path& path) {
  if (!reason || std::ranges::find(kMovementReasons, reason->code) != kMovementReasons.end()) return;
  const Path place = path.member("reason");
  warnings.unknown_value(place.member("code"), reason->code);
}

void check_state(Warnings& warnings, std::string_view name, const std::string& state, const Path& path) {
  if (goods_state(state) == GoodsState::kUnknown) warnings.unknown_value(path.member(name), state);
}

void check_close_totals(Warnings& warnings, const CloseTotals& totals, const Path& path) {
  const int digits = minor_digits(totals.currency.code);
  Sum taxes;
  for (const CloseTax& tax : totals.taxes) taxes.add(tax.amount.minor);
  // A POS may send the tax per code only, or as one sum only.
  const bool is_per_code = !totals.taxes.empty();
  if (is_per_code && totals.tax.minor != 0)
    check_sum(warnings, path.member("tax"), totals.tax, taxes, "the sum of the taxes", digits);
  Sum gross;
  if (is_per_code)
    gross = taxes;
  else
    gross.add(totals.tax.minor);
  gross.add(totals.net.minor);
  check_sum(warnings, path.member("gross"), totals.gross, gross, "net + tax", digits);
}

void check_close_tender(Warnings& warnings, const CloseTender& tender, const Path& path) {
  if (!tender.counted) return;
  Sum over_short;
  over_short.add(tender.counted->minor);
  over_short.subtract(tender.expected.minor);
  check_sum(warnings, path.member("over_short"), tender.over_short, over_short, "counted − expected",
            minor_digits(tender.currency.code));
}

void check_count(Warnings& warnings, std::int64_t count, std::string_view name, const Path& path) {
  if (count < 0) warnings.add("odd_sign", path.member(name), "a number of documents is not negative");
}

}  // namespace

void check_movement(Warnings& warnings, const StockMovement& movement, const Path& root) {
  const MovementType type = movement_type(movement.type);
  if (type == MovementType::kUnknown && !movement.type.empty())
    warnings.unknown_value(root.member("type"), movement.type);
  check_state(warnings, "from_state", movement.from_state, root);
  check_state(warnings, "to_state", movement.to_state, root);
  check_reason(warnings, movement.reason, root);
  if (type == MovementType::kStatusChange && movement.from_state.empty()) warnings.missing(root.member("from_state"));
  if (type == MovementType::kStatusChange && movement.to_state.empty()) warnings.missing(root.member("to_state"));
  if ((type == MovementType::kTransferOut || type == MovementType::kTransferIn) && movement.transfer_no.empty())
    warnings.missing(root.member("transfer_no"));
  if (type == MovementType::kTransferOut && movement.counterpart.empty()) warnings.missing(root.member("counterpart"));
  if (type == MovementType::kCount && movement.count_id.empty()) warnings.missing(root.member("count_id"));
  if (!movement.scope.empty() && movement.scope != "full" && movement.scope != "partial")
    warnings.unknown_value(root.member("scope"), movement.scope);
  if (movement.reverses && movement.reverses->document_no.empty()) {
    const Path reverses = root.member("reverses");
    warnings.missing(reverses.member("document_no"));
  }

  const Path lines = root.member("lines");
  for (std::size_t i = 0; i < movement.lines.size(); ++i) {
    const MovementLine& line = movement.lines[i];
    const Path path = lines.entry(i);
    check_state(warnings, "state", line.state, path);
    check_reason(warnings, line.reason, path);
    // Only an adjustment says its direction with the sign; a movement that takes another one back may too.
    if (line.qty.milli < 0 && type != MovementType::kAdjustment && type != MovementType::kUnknown && !movement.reverses)
      warnings.add("odd_sign", path.member("qty"), "the type says the direction, so it is not negative");
    if (line.unit_cost.micro < 0)
      warnings.add("negative_price", path.member("unit_cost"), format_unit_price(line.unit_cost) + " is below 0");
  }
}

void check_close(Warnings& warnings, const TillClose& close, const Path& root) {
  const Path totals = root.member("totals");
  for (std::size_t i = 0; i < close.totals.size(); ++i) check_close_totals(warnings, close.totals[i], totals.entry(i));
  const Path tenders = root.member("tenders");
  for (std::size_t i = 0; i < close.tenders.size(); ++i)
    check_close_tender(warnings, close.tenders[i], tenders.entry(i));
  const Path counts = root.member("counts");
  check_count(warnings, close.counts.sale, "sale", counts);
  check_count(warnings, close.counts.return_count, "return", counts);
  check_count(warnings, close.counts.void_count, "void", counts);
  check_count(warnings, close.counts.no_sale, "no_sale", counts);
  check_count(warnings, close.counts.training, "training", counts);
  if (close.first_sequence && close.last_sequence && *close.last_sequence < *close.first_sequence)
    warnings.add("odd_range", root.member("last_sequence"), "is before first_sequence");
  const bool holds_cash =
      close.opening_float.minor != 0 || close.cash_in.minor != 0 || close.cash_out.minor != 0 || close.drops.minor != 0;
  if (holds_cash && close.currency.code.empty()) warnings.missing(root.member("currency"));
}

void check_event(Warnings& warnings, const TillEvent& event, const Path& root) {
  if (till_event_type(event.type) == TillEventType::kUnknown && !event.type.empty())
    warnings.unknown_value(root.member("type"), event.type);
  if (event.amount.minor < 0)
    warnings.add("odd_sign", root.member("amount"), "the type says the direction, so it is not negative");
  if (event.amount.minor != 0 && event.currency.code.empty()) warnings.missing(root.member("currency"));
}

void check_void(Warnings& warnings, const Void& void_document, const Path& root) {
  const DocumentRef& voids = void_document.voids;
  const Path path = root.member("voids");
  if (voids.document_no.empty()) warnings.missing(path.member("document_no"));
  const std::string_view name = contract_name(voids.contract);
  if (name.empty())
    warnings.missing(path.member("contract"));
  else if (name != "sale" && name != "return")
    warnings.unknown_value(path.member("contract"), voids.contract);
}

void check_promise(Warnings& warnings, const Promise& promise, const Path& root) {
  if (!promise.purpose.empty() && reservation_purpose(promise.purpose) == ReservationPurpose::kUnknown)
    warnings.unknown_value(root.member("purpose"), promise.purpose);
  const Path lines = root.member("lines");
  for (std::size_t i = 0; i < promise.lines.size(); ++i) {
    if (promise.lines[i].qty.milli <= 0)
      warnings.add("odd_sign", lines.entry(i).member("qty"), "a promise is of more than nothing");
  }
}

void check_lease_close(Warnings& warnings, const LeaseClose& close, const Path& root) {
  if (close.used.milli < 0) warnings.add("odd_sign", root.member("used"), "it counts units, so it is not negative");
  if (close.unused.milli < 0) warnings.add("odd_sign", root.member("unused"), "it counts units, so it is not negative");
}

}  // namespace tillsync
