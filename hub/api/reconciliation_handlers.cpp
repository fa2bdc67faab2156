// GET /v1/reconciliation: per location and currency what the hub has recorded and what the ERP has acknowledged. The hub's side
// is the event log (documents, gross) and the ledger's changes (units); the ERP's side is postings with its reference.
// Documents are those that move money or stock: sales, returns, stock movements and voids, in live mode. A location's units and
// movements without a currency stand in its first item, so that sums over items count nothing twice.
#include <map>
#include <nlohmann/json.hpp>

#include "hub/api/api_context.h"
#include "hub/intake/event_reader.h"
#include "hub/ledger/stock_reader.h"
#include "hub/postings/posting_reader.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

struct Side {
  std::int64_t documents = 0, gross = 0, units = 0;
  bool operator==(const Side&) const = default;
};
struct Books {
  Side hub, erp;
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

json side_json(const Side& side, const std::string& currency) {
  return {{"documents", side.documents}, {"gross", format_amount({side.gross}, currency)}, {"units", format_quantity({side.units})}};
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
    Side& hub = by_location[row.location.value][row.currency].hub;
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
  json items = json::array();
  for (const auto& [id, currencies] : by_location)
    for (const auto& [currency, books] : currencies)
      items.push_back({{"location", id},
                       {"currency", currency},
                       {"hub", side_json(books.hub, currency)},
                       {"erp", side_json(books.erp, currency)},
                       {"waiting", books.waiting},
                       {"balanced", books.hub == books.erp}});
  return page_json(std::move(items), std::nullopt);
}

}  // namespace

std::vector<Endpoint> reconciliation_endpoints() {
  return {{{"GET", "/v1/reconciliation", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) {
             if (const auto body = reconcile(context, call))
               call.reply->json(200, *body);
             else
               call.reply->failure(body.error());
           }}};
}

}  // namespace tillsync::hub
