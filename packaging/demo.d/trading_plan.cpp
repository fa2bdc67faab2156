#include "packaging/demo.d/trading_plan.h"

#include <algorithm>
#include <set>

#include "packaging/demo.d/line_meaning.h"
#include "packaging/demo.d/stores.h"

namespace tillsync::demo {
namespace {

constexpr std::int64_t kDayMicros = 86'400'000'000;
constexpr std::int64_t kLastSecondMicros = 86'399'000'000;

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return result;
}

Location make_location(const LocationId& id, std::string name, std::string_view kind, int tills) {
  Location location;
  location.id = id;
  location.name.value = std::move(name);
  location.kind = kind;
  location.time_zone = "UTC";
  location.status = "open";
  for (int n = 1; n <= tills; ++n) {
    LocationTill till;
    till.id = till_id(id, n);
    location.tills.push_back(std::move(till));
  }
  return location;
}

/// What the file calls a product: the first description that came with a price, because a line without one may hold a note
/// of the stock room ("damages").
struct ProductName {
  std::string description;
  bool priced = false;
};

}  // namespace

void name_erp_items(std::vector<Product>& products) {
  std::map<std::string, int> seen;
  for (auto& product : products) {
    const std::string folded = upper(product.sku.value);
    const int n = ++seen[folded];
    product.erp_item = n == 1 ? folded : folded + "~" + std::to_string(n);
  }
}

Result<TradingPlan> TradingPlan::make(const RetailTable& table, const TradeRules& rules) {
  TradingPlan plan(table, rules);
  if (table.invoice_count() == 0) return fail(ErrorCode::kInvalid, "plan the trade", "the file has a header and no row");
  Demand demand;
  std::map<std::string, std::string> names;           // location id to country
  std::map<std::string, ProductName> product_names;   // by SKU
  for (std::size_t n = 0; n < table.invoice_count(); ++n) {
    const Invoice invoice = table.invoice(n);
    const LocationId id = location_of_country(invoice.country);
    names.try_emplace(id.value, invoice.country);
    plan.first_dates_.try_emplace(id.value, date_of(invoice.at));
    for (const auto& line : invoice.lines) {
      ProductName& name = product_names[line.stock_code];
      const bool priced = line.price.micro > 0;
      if (line.description.empty() || (!name.description.empty() && (name.priced || !priced))) continue;
      name = {line.description, priced};
    }
    TS_ASSIGN_OR_RETURN(const auto documents, documents_of(invoice, rules));
    for (const auto& document : documents) demand.add(document);
  }
  plan.supply_ = plan_supply(demand, rules.seed);
  for (const auto& [id, name] : names) {
    const LocationId location{id};
    plan.locations_.push_back(make_location(location, name, "store", till_count(location, rules.gb_tills)));
  }
  if (!plan.supply_.deliveries.empty()) plan.locations_.push_back(make_location(warehouse(), "Warehouse", "warehouse", 1));
  for (const auto& [sku, name] : product_names) {
    Product product;
    product.sku = Sku(sku);
    product.description.value = name.description.empty() ? sku : name.description;
    product.uom = "each";
    product.kind = line_meaning(sku).kind;
    product.version = 1;
    plan.products_.push_back(std::move(product));
  }
  name_erp_items(plan.products_);
  plan.rewind();
  return plan;
}

const Location& TradingPlan::location(const LocationId& id) const {
  const auto found = std::find_if(locations_.begin(), locations_.end(), [&](const Location& entry) { return entry.id == id; });
  TS_CHECK(found != locations_.end());
  return *found;
}

TillBook& TradingPlan::book(const LocationId& location, const TillId& till) {
  return books_.try_emplace(till.value, location, till).first->second;
}

void TradingPlan::enter(std::vector<Document>& day, Document document) {
  book(document.header.location, document.header.till).enter(document);
  day.push_back(std::move(document));
}

void TradingPlan::rewind() {
  next_invoice_ = 0;
  books_.clear();
}

Result<std::vector<Document>> TradingPlan::next_day() {
  std::vector<Document> day;
  if (next_invoice_ == table_->invoice_count()) return day;
  const Date date = date_of(table_->invoice(next_invoice_).at);
  for (const auto& [id, first_date] : first_dates_) {
    if (first_date != date) continue;
    const LocationId store{id};
    for (auto& document : opening_documents(store, till_id(store, 1), date, supply_.openings.at(id))) enter(day, std::move(document));
  }
  for (const auto& delivery : supply_.deliveries) {
    if (delivery.sent != date) continue;
    enter(day, receipt_document(delivery));
    enter(day, transfer_out_document(delivery));
  }
  for (const auto& delivery : supply_.deliveries)
    if (delivery.received == date) enter(day, transfer_in_document(delivery));
  for (; next_invoice_ < table_->invoice_count(); ++next_invoice_) {
    const Invoice invoice = table_->invoice(next_invoice_);
    if (date_of(invoice.at) != date) break;
    TS_ASSIGN_OR_RETURN(auto documents, documents_of(invoice, rules_));
    for (auto& document : documents) enter(day, std::move(document));
  }
  std::set<LocationId> active;
  for (const auto& document : day) active.insert(document.header.location);
  for (const auto& id : active)
    for (const auto& till : location(id).tills)
      day.push_back(book(id, till.id).close(date, {date.days * kDayMicros + kLastSecondMicros}));
  return day;
}

Result<SumsByLocation> TradingPlan::total() {
  rewind();
  SumsByLocation sums;
  for (;;) {
    TS_ASSIGN_OR_RETURN(const auto day, next_day());
    if (day.empty()) break;
    for (const auto& document : day) sums[document.header.location.value].add(sums_of(document));
  }
  rewind();
  return sums;
}

}  // namespace tillsync::demo
