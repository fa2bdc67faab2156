// GET /v1/reconciliation, …/differences, …/stock. Per location and currency what the hub has recorded and what the ERP has acknowledged. The hub's side
// is the event log (documents, gross) and the ledger's changes (units); the ERP's side is postings with its reference.
// Documents are those that move money or stock: sales, returns, stock movements and voids, in live mode. A location's units and
// movements without a currency stand in its first item, so that sums over items count nothing twice. With a business date, `sides` has all
// three: what the tills closed with, the documents, and the journals of acknowledged postings.
#include <map>
#include <nlohmann/json.hpp>

#include "hub/api/api_context.h"
#include "hub/intake/event_reader.h"
#include "hub/ledger/stock_reader.h"
#include "hub/postings/posting_reader.h"
#include "hub/reconcile/comparison_reader.h"
#include "hub/reconcile/day_reader.h"
#include "hub/reconcile/stock_comparison_store.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

struct BookSide {
  std::int64_t documents = 0, gross = 0, units = 0;
  bool operator==(const BookSide&) const = default;
};
struct Books {
  BookSide hub, erp;
  std::int64_t waiting = 0;
};
using BooksByCurrency = std::map<std::string, Books>;

bool moves_money_or_stock(std::string_view contract) {
  contract = contract.substr(0, contract.find('/'));
  return contract == "sale" || contract == "return" || contract == "stock-movement" || contract == "void";
}

/// What has no currency goes to the location's first one.
Books& first_books(BooksByCurrency& books) { return books.empty() ? books[""] : books.begin()->second; }
Books& books_of(BooksByCurrency& books, const std::string& currency) { return currency.empty() ? first_books(books) : books[currency]; }

json book_json(const BookSide& side, const std::string& currency) {
  return {{"documents", side.documents}, {"gross", format_amount({side.gross}, currency)}, {"units", format_quantity({side.units})}};
}

json parts_json(const std::map<std::string, std::int64_t>& parts, const char* label, const std::string& currency) {
  json list = json::array();
  for (const auto& [name, amount] : parts) list.push_back({{label, name}, {"amount", format_amount({amount}, currency)}});
  return list;
}
json figures_json(const SideFigures& figures, std::int64_t documents, const std::string& currency) {
  return {{"documents", documents},
          {"net", format_amount({figures.net}, currency)},
          {"tax", format_amount({figures.tax}, currency)},
          {"gross", format_amount({figures.gross}, currency)},
          {"rounding", format_amount({figures.rounding}, currency)},
          {"taxes", parts_json(figures.taxes, "code", currency)},
          {"tenders", parts_json(figures.tenders, "type", currency)}};
}

const SideFigures& figures_of(const Side& side, const std::string& currency) {
  static const SideFigures none;
  const auto found = side.money.find(currency);
  return found == side.money.end() ? none : found->second;
}

/// is_first: of the location's items; the numbers of documents stand there, because a close counts them without a currency.
json sides_json(const DayComparison& comparison, const std::string& currency, bool is_first) {
  const DaySides& sides = comparison.sides;
  const auto documents = [is_first](const Side& side) { return is_first ? side.documents : 0; };
  const std::optional<SideFigures> pos = sides.pos ? std::optional(figures_of(*sides.pos, currency)) : std::nullopt;
  std::vector<std::string> names = differing_figures(pos, figures_of(sides.hub, currency), figures_of(sides.erp, currency), comparison.said);
  if (is_first && (sides.hub.documents != sides.erp.documents || (sides.pos && sides.pos->documents != sides.hub.documents))) names.insert(names.begin(), "documents");
  json body = {{"pos", nullptr},
               {"hub", figures_json(figures_of(sides.hub, currency), documents(sides.hub), currency)},
               {"erp", figures_json(figures_of(sides.erp, currency), documents(sides.erp), currency)},
               {"equal", sides.pos && names.empty()},
               {"differing", names}};
  if (sides.pos) body["pos"] = figures_json(*pos, documents(*sides.pos), currency);
  return body;
}

/// What a close says in a currency that no document has is an item of its own.
void add_currencies(BooksByCurrency& books, const DaySides& sides) {
  if (!sides.pos) return;
  for (const auto& [currency, figures] : sides.pos->money)
    if (figures != SideFigures{}) books[currency];
}

Result<std::string> reconcile(ApiContext& context, const ApiCall& call) {
  const LocationId location{std::string(call.parameter("location"))};
  std::optional<Date> date;
  if (const auto text = call.parameter("business_date"); !text.empty()) {
    TS_ASSIGN_OR_RETURN(date, parse_date(text));
  }
  const auto connection = context.reads.borrow();
  // One view of the database: the three reads belong together.
  TS_ASSIGN_OR_RETURN(sql::Transaction snapshot, sql::Transaction::begin(*connection));
  TS_ASSIGN_OR_RETURN(const auto events, EventReader(*connection).totals(location, date));
  TS_ASSIGN_OR_RETURN(const auto postings, PostingReader(*connection).totals(location, date));
  std::map<std::string, BooksByCurrency> by_location;
  for (const auto& row : events) {
    if (row.mode != "live" || !moves_money_or_stock(row.contract) || row.currency.empty()) continue;
    BookSide& hub = by_location[row.location.value][row.currency].hub;
    hub.documents += row.documents;
    hub.gross += row.gross.minor;
  }
  for (const auto& row : events)
    if (row.mode == "live" && moves_money_or_stock(row.contract) && row.currency.empty())
      first_books(by_location[row.location.value]).hub.documents += row.documents;
  for (const auto& row : postings) {
    if (row.kind == "till_close" || row.kind == "till_event") continue;  // cash that moved inside, not trade
    if (row.kind == "summed") continue;                                  // its documents stand for it
    Books& books = books_of(by_location[row.location.value], row.currency);
    if (date) books.hub.units += row.units.milli;
    if (is_open(row.status) || is_for_sum(row.status)) books.waiting += row.postings;
    if (row.status != PostingStatus::kPosted) continue;
    books.erp.documents += row.postings;
    books.erp.gross += row.gross.minor;
    books.erp.units += row.units.milli;
  }
  if (!date) {
    TS_ASSIGN_OR_RETURN(const auto units, StockReader(*connection).units_by_location());
    for (const auto& row : units)
      if (location.empty() || row.location == location) first_books(by_location[row.location.value]).hub.units += row.on_hand.milli;
  }
  std::map<std::string, DayComparison> comparisons;
  std::size_t budget = kJournalsReadMax;
  if (date) {
    TS_ASSIGN_OR_RETURN(const auto closed, DayReader(*connection).locations(*date));
    for (const LocationId& one : closed)
      if (location.empty() || one == location) by_location[one.value];
    for (auto& [id, books] : by_location) {
      TS_ASSIGN_OR_RETURN(auto comparison, read_comparison(*connection, {LocationId(id), *date}, budget));
      if (!comparison) continue;
      add_currencies(books, comparison->sides);
      comparisons.emplace(id, std::move(*comparison));
    }
  }
  json items = json::array();
  for (const auto& [id, currencies] : by_location) {
    for (const auto& [currency, books] : currencies) {
      items.push_back({{"location", id},
                       {"currency", currency},
                       {"hub", book_json(books.hub, currency)},
                       {"erp", book_json(books.erp, currency)},
                       {"waiting", books.waiting},
                       {"balanced", books.hub == books.erp},
                       {"sides", nullptr}});
      if (const auto comparison = comparisons.find(id); comparison != comparisons.end() && !currency.empty())
        items.back()["sides"] = sides_json(comparison->second, currency, &books == &currencies.begin()->second);
    }
  }
  return page_json(std::move(items), std::nullopt);
}

json difference_json(const DocumentDifference& difference) {
  json item = {{"kind", to_string(difference.kind)},
               {"event_id", event_id_text(difference.event_id)},
               {"location", difference.location.value},
               {"till", difference.till.value},
               {"contract", difference.contract},
               {"document_no", difference.document_no.value},
               {"currency", difference.currency},
               {"gross", nullptr},
               {"posting_id", nullptr},
               {"status", nullptr},
               {"detail", difference.detail}};
  if (difference.gross) item["gross"] = format_amount({*difference.gross}, difference.currency);
  if (!difference.posting_id.empty()) item["posting_id"] = difference.posting_id;
  if (difference.status) item["status"] = to_string(*difference.status);
  return item;
}

/// The cursor of a page: the event behind which to go on, and its location: "123@GB".
struct DifferenceCursor {
  std::int64_t event_no = 0;
  std::string location;
};
Result<DifferenceCursor> difference_cursor(const ApiCall& call) {
  DifferenceCursor cursor;
  const std::string_view after = call.parameter("after");
  if (after.empty()) return cursor;
  const std::size_t at = after.find('@');
  const auto number = parse_decimal(after.substr(0, at), 0);
  if (at == std::string_view::npos || !number || *number < 0) return fail(ErrorCode::kInvalid, "read after", "after must be the `next` of an earlier page");
  return DifferenceCursor{*number, std::string(after.substr(at + 1))};
}

Result<std::string> list_differences(ApiContext& context, const ApiCall& call) {
  if (call.parameter("business_date").empty()) return fail(ErrorCode::kInvalid, "list differences", "business_date is needed, as YYYY-MM-DD");
  TS_ASSIGN_OR_RETURN(const Date date, parse_date(call.parameter("business_date")));
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(const DifferenceCursor cursor, difference_cursor(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const sql::Transaction snapshot, sql::Transaction::begin(*connection));
  std::set<LocationId> locations;
  if (const LocationId one{std::string(call.parameter("location"))}; !one.empty()) {
    locations.insert(one);
  } else {
    TS_ASSIGN_OR_RETURN(locations, DayReader(*connection).locations(date));
  }
  json items = json::array();
  std::optional<std::string> next;
  for (const LocationId& location : locations) {
    if (location.value < cursor.location) continue;
    if (items.size() >= limit) {
      next = "0@" + location.value;
      break;
    }
    TS_ASSIGN_OR_RETURN(const DifferencePage page, read_differences(*connection, {location, date}, location.value == cursor.location ? cursor.event_no : 0, limit - items.size()));
    for (const DocumentDifference& difference : page.differences) items.push_back(difference_json(difference));
    if (!page.next) continue;
    next = std::to_string(*page.next) + "@" + location.value;
    break;
  }
  return page_json(std::move(items), std::move(next));
}

Result<std::string> list_stock_comparisons(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(auto rows, stock_comparisons(*connection, call.parameter("after"), limit + 1));
  const bool has_more = rows.size() > limit;
  if (has_more) rows.pop_back();
  json items = json::array();
  for (const StockComparisonRow& row : rows)
    items.push_back({{"location", row.location.value}, {"compared_at", format_instant(row.compared_at)}, {"erp_as_of", format_instant(row.erp_as_of)}, {"items", row.items},
                     {"differing", row.differing}, {"hub_has_more", format_quantity(row.excess)}, {"hub_has_less", format_quantity(row.shortage)}});
  return page_json(std::move(items), has_more ? std::optional(rows.back().location.value) : std::nullopt);
}

Result<std::string> list_sku_differences(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(auto rows, sku_differences(*connection, LocationId(call.parameters[0]), call.parameter("after"), limit + 1));
  const bool has_more = rows.size() > limit;
  if (has_more) rows.pop_back();
  json items = json::array();
  for (const SkuDifference& row : rows) {
    items.push_back({{"sku", row.sku.value}, {"hub", nullptr}, {"erp", nullptr}});
    if (row.hub) items.back()["hub"] = format_quantity(*row.hub);
    if (row.erp) items.back()["erp"] = format_quantity(*row.erp);
  }
  return page_json(std::move(items), has_more ? std::optional(rows.back().sku.value) : std::nullopt);
}

}  // namespace

std::vector<Endpoint> reconciliation_endpoints() {
  return {{{"GET", "/v1/reconciliation/stock", Role::kViewer, Repeat::kSafe},
           [](ApiContext& context, const ApiCall& call) { answer(call, list_stock_comparisons(context, call)); }},
          {{"GET", "/v1/reconciliation/stock/{location}", Role::kViewer, Repeat::kSafe},
           [](ApiContext& context, const ApiCall& call) { answer(call, list_sku_differences(context, call)); }},
          {{"GET", "/v1/reconciliation/differences", Role::kViewer, Repeat::kSafe},
           [](ApiContext& context, const ApiCall& call) { answer(call, list_differences(context, call)); }},
          {{"GET", "/v1/reconciliation", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) {
             if (const auto body = reconcile(context, call))
               call.reply->json(200, *body);
             else
               call.reply->failure(body.error());
           }}};
}

}  // namespace tillsync::hub
