// GET /v1/stock: what is on hand, with the age of the information: seconds since the newest agent of the location was heard.
#include <map>
#include <nlohmann/json.hpp>

#include "hub/api/api_context.h"
#include "hub/ledger/stock_reader.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

std::map<std::string, Instant> last_heard_by_location(const ApiContext& context) {
  std::map<std::string, Instant> heard;
  for (const auto& row : context.agents.all()) {
    if (!row.status.last_seen) continue;
    auto& at = heard[row.agent.location.value];
    at = std::max(at, *row.status.last_seen);
  }
  return heard;
}

Result<std::string> list_stock(ApiContext& context, const ApiCall& call) {
  StockFilter filter;
  filter.location = LocationId(std::string(call.parameter("location")));
  filter.sku = Sku(std::string(call.parameter("sku")));
  filter.state = call.parameter("state");
  TS_ASSIGN_OR_RETURN(filter.limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(filter.after, page_after(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const StockPage page, StockReader(*connection).list(filter));
  const auto heard = last_heard_by_location(context);
  const Instant now = context.now();
  json items = json::array();
  for (const auto& record : page.stock) {
    json item = {{"location", record.location.value}, {"sku", record.sku.value}, {"state", record.state.empty() ? "sellable" : record.state},
                 {"owner", record.owner},             {"lot", record.lot},       {"on_hand", format_quantity(record.on_hand)},
                 {"counted_at", nullptr},             {"as_of", nullptr},        {"age_s", nullptr}};
    if (record.counted_at) item["counted_at"] = format_instant(*record.counted_at);
    if (const auto at = heard.find(record.location.value); at != heard.end()) {
      item["as_of"] = format_instant(at->second);
      item["age_s"] = std::max<std::int64_t>(0, (now - at->second).micros / 1'000'000);
    }
    items.push_back(std::move(item));
  }
  return page_json(std::move(items), page.next ? std::optional(std::to_string(*page.next)) : std::nullopt);
}

}  // namespace

std::vector<Endpoint> stock_endpoints() {
  return {{{"GET", "/v1/stock", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) {
             if (const auto body = list_stock(context, call))
               call.reply->json(200, *body);
             else
               call.reply->failure(body.error());
           }}};
}

}  // namespace tillsync::hub
