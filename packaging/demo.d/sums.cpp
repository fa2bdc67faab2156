#include "packaging/demo.d/sums.h"

#include <nlohmann/json.hpp>

#include "common/contract/vocabulary.h"

namespace tillsync::demo {
namespace {

using nlohmann::json;

bool is_training(const Document& document) { return document.header.mode == "training"; }

void add_goods(const Sale& ticket, int sign, std::vector<std::pair<Sku, Quantity>>& changes) {
  for (const auto& line : ticket.lines) {
    if (line_kind(line.kind) != LineKind::kGoods) continue;
    changes.emplace_back(line.sku, Quantity{line.qty.milli * sign});
  }
}

Result<std::string> decimal_text(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return value.dump();
  return fail(ErrorCode::kInvalid, "read sums", "a decimal string was expected and is " + value.dump());
}

}  // namespace

void LocationSums::add(const LocationSums& other) {
  documents += other.documents;
  closes += other.closes;
  for (const auto& [currency, minor] : other.gross_minor) gross_minor[currency] += minor;
  units_milli += other.units_milli;
}

std::vector<std::pair<Sku, Quantity>> stock_changes(const Document& document) {
  std::vector<std::pair<Sku, Quantity>> changes;
  if (is_training(document)) return changes;
  if (const auto* sale = std::get_if<Sale>(&document.body)) {
    add_goods(*sale, -1, changes);
  } else if (const auto* returned = std::get_if<Return>(&document.body)) {
    add_goods(*returned, 1, changes);
  } else if (const auto* movement = std::get_if<StockMovement>(&document.body)) {
    const int sign = movement_type(movement->type) == MovementType::kTransferOut ? -1 : 1;
    for (const auto& line : movement->lines) changes.emplace_back(line.sku, Quantity{line.qty.milli * sign});
  }
  return changes;
}

LocationSums sums_of(const Document& document) {
  LocationSums sums;
  if (is_training(document) || std::holds_alternative<TillEvent>(document.body)) return sums;
  if (std::holds_alternative<TillClose>(document.body)) {
    sums.closes = 1;
    return sums;
  }
  sums.documents = 1;
  for (const auto& [sku, change] : stock_changes(document)) sums.units_milli += change.milli;
  if (const auto* sale = std::get_if<Sale>(&document.body))
    sums.gross_minor[sale->currency.code] += sale->totals.gross.minor;
  else if (const auto* returned = std::get_if<Return>(&document.body))
    sums.gross_minor[returned->currency.code] -= returned->totals.gross.minor;
  return sums;
}

std::string sums_to_json(const SumsByLocation& sums) {
  json locations = json::array();
  for (const auto& [location, row] : sums) {
    json gross = json::object();
    for (const auto& [currency, minor] : row.gross_minor) gross[currency] = format_amount({minor}, currency);
    locations.push_back(
        {{"location", location}, {"documents", row.documents}, {"closes", row.closes}, {"gross", gross}, {"units", format_quantity({row.units_milli})}});
  }
  return json{{"locations", std::move(locations)}}.dump(1);
}

Result<SumsByLocation> sums_from_json(std::string_view text) {
  const json whole = json::parse(text, nullptr, false);
  if (!whole.is_object() || !whole.contains("locations") || !whole["locations"].is_array())
    return fail(ErrorCode::kInvalid, "read sums", "there is no list of locations");
  SumsByLocation sums;
  for (const auto& row : whole["locations"]) {
    if (!row.is_object() || !row.contains("location") || !row["location"].is_string())
      return fail(ErrorCode::kInvalid, "read sums", "an entry names no location");
    const auto location = row["location"].get<std::string>();
    if (!row.contains("documents") || !row["documents"].is_number_integer())
      return fail(ErrorCode::kInvalid, "read sums of " + location, "there is no number of documents");
    LocationSums one;
    one.documents = row["documents"].get<std::int64_t>();
    if (const auto closes = row.find("closes"); closes != row.end() && closes->is_number_integer()) one.closes = closes->get<std::int64_t>();
    const json gross = row.value("gross", json::object());
    if (!gross.is_object()) return fail(ErrorCode::kInvalid, "read sums of " + location, "gross is no object");
    for (const auto& [currency, amount] : gross.items()) {
      TS_ASSIGN_OR_RETURN(const std::string decimal, decimal_text(amount));
      TS_ASSIGN_OR_RETURN(one.gross_minor[currency], parse_decimal(decimal, minor_digits(currency)));
    }
    TS_ASSIGN_OR_RETURN(const std::string units, decimal_text(row.value("units", json("0"))));
    TS_ASSIGN_OR_RETURN(one.units_milli, parse_decimal(units, Quantity::kScale));
    sums[location].add(one);
  }
  return sums;
}

Result<HubBooks> hub_books_from_json(std::string_view text) {
  constexpr std::string_view kOperation = "read the hub's reconciliation";
  const json whole = json::parse(text, nullptr, false);
  if (!whole.is_object() || !whole.contains("items") || !whole["items"].is_array())
    return fail(ErrorCode::kInvalid, std::string(kOperation), "there is no list of items");
  HubBooks books;
  for (const auto& item : whole["items"]) {
    const json side = item.is_object() ? item.value("hub", json()) : json();
    if (!side.is_object() || !item.value("location", json()).is_string() || !item.value("currency", json()).is_string() ||
        !side.value("documents", json()).is_number_integer())
      return fail(ErrorCode::kInvalid, std::string(kOperation), "an item is not of the form of the API: " + item.dump());
    const auto currency = item["currency"].get<std::string>();
    LocationSums one;
    one.documents = side["documents"].get<std::int64_t>();
    TS_ASSIGN_OR_RETURN(const std::string gross, decimal_text(side.value("gross", json("0"))));
    TS_ASSIGN_OR_RETURN(const std::int64_t minor, parse_decimal(gross, minor_digits(currency)));
    if (minor != 0) one.gross_minor[currency] = minor;
    TS_ASSIGN_OR_RETURN(const std::string units, decimal_text(side.value("units", json("0"))));
    TS_ASSIGN_OR_RETURN(one.units_milli, parse_decimal(units, Quantity::kScale));
    books.sums[item["location"].get<std::string>()].add(one);
    if (item.value("waiting", json()).is_number_integer()) books.waiting += item["waiting"].get<std::int64_t>();
  }
  return books;
}

Result<EventPage> event_page_from_json(std::string_view text) {
  const json whole = json::parse(text, nullptr, false);
  if (!whole.is_object() || !whole.contains("items") || !whole["items"].is_array())
    return fail(ErrorCode::kInvalid, "read the hub's events", "there is no list of items");
  EventPage page;
  for (const auto& item : whole["items"]) {
    if (!item.is_object() || !item.value("location", json()).is_string())
      return fail(ErrorCode::kInvalid, "read the hub's events", "an event names no location");
    page.locations.push_back(item["location"].get<std::string>());
  }
  if (whole.value("next", json()).is_string()) page.next = whole["next"].get<std::string>();
  return page;
}

}  // namespace tillsync::demo
