// /v1/stock: what is on hand, with the age of the information (seconds since the newest agent of the location was heard), and the check
// of its sums; /v1/availability: what can be promised of it.
#include <nlohmann/json.hpp>

#include "hub/api/api_context.h"
#include "hub/api/effect_audit.h"
#include "hub/ledger/stock_reader.h"
#include "hub/reservations/availability_reader.h"
#include "hub/reservations/stock_request.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

Result<std::string> list_stock(ApiContext& context, const ApiCall& call) {
  StockFilter filter;
  filter.location = LocationId(std::string(call.parameter("location")));
  filter.sku = Sku(std::string(call.parameter("sku")));
  filter.state = call.parameter("state");
  TS_ASSIGN_OR_RETURN(filter.limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(filter.after, page_after(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const StockPage page, StockReader(*connection).list(filter));
  const Instant now = context.now();
  json items = json::array();
  for (const auto& record : page.stock) {
    json item = {{"location", record.location.value}, {"sku", record.sku.value}, {"state", record.state.empty() ? "sellable" : record.state},
                 {"owner", record.owner},             {"lot", record.lot},       {"on_hand", format_quantity(record.on_hand)},
                 {"counted_at", nullptr},             {"as_of", nullptr},        {"age_s", nullptr}};
    if (record.counted_at) item["counted_at"] = format_instant(*record.counted_at);
    if (const auto at = context.agents.last_heard(record.location)) {
      item["as_of"] = format_instant(*at);
      item["age_s"] = std::max<std::int64_t>(0, (now - *at).micros / 1'000'000);
    }
    items.push_back(std::move(item));
  }
  return page_json(std::move(items), page.next ? std::optional(std::to_string(*page.next)) : std::nullopt);
}

// ---- availability

std::vector<std::string> parameters(const ApiCall& call, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : call.request.query) {
    if (key == name && !value.empty()) values.push_back(value);
  }
  return values;
}

Result<std::string> show_availability(ApiContext& context, const ApiCall& call) {
  AvailabilityQuery query;
  for (std::string& sku : parameters(call, "sku")) query.skus.emplace_back(std::move(sku));
  for (std::string& location : parameters(call, "location")) query.locations.emplace_back(std::move(location));
  if (const auto age = call.request.parameter("max_age_s")) {
    const auto number = parse_decimal(*age, 0);
    if (!number || *number < 0) return fail(ErrorCode::kInvalid, "read max_age_s", "max_age_s is a whole number of seconds");
    query.max_age_s = *number;
  }
  const auto connection = context.reads.borrow();
  return AvailabilityReader(*connection, context.availability)
      .answer(query, [&context](const LocationId& location) { return context.agents.last_heard(location); }, context.dark_after, context.now());
}

/// A cursor is this process's mark and a number of its list: behind a restart, or too far behind, everything is read anew.
Result<std::string> list_availability_changes(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  const std::string_view after = call.parameter("after");
  const std::string mark = context.availability_mark + ".";
  std::optional<std::vector<SkuChange>> changes;
  std::uint64_t next = context.availability.last_change();
  if (after.starts_with(mark)) {
    const auto number = parse_decimal(after.substr(mark.size()), 0);
    if (number && *number >= 0) changes = context.availability.changes(static_cast<std::uint64_t>(*number), limit);
    if (changes && changes->empty()) next = static_cast<std::uint64_t>(*number);
  }
  json items = json::array();
  if (changes) {
    for (const SkuChange& change : *changes) {
      items.push_back({{"sku", change.sku.value}});
      next = change.no;
    }
  }
  return json{{"items", items}, {"next", mark + std::to_string(next)}, {"reset", !changes.has_value()}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

// ---- self-check

Result<std::string> verify_stock(ApiContext& context) {
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto balances, StockReader(*connection).verify());
  TS_ASSIGN_OR_RETURN(const auto sums, ReservationReader(*connection).verify());
  json items = json::array();
  for (const StockDifference& difference : balances)
    items.push_back({{"what", "on_hand"}, {"location", difference.stock.location.value}, {"sku", difference.stock.sku.value}, {"id", difference.stock.lot},
                     {"stored", format_quantity(difference.stock.on_hand)}, {"records", format_quantity(difference.entries_sum)}});
  for (const SumDifference& difference : sums)
    items.push_back({{"what", difference.what}, {"location", difference.location.value}, {"sku", difference.sku.value}, {"id", difference.id},
                     {"stored", format_quantity(difference.stored)}, {"records", format_quantity(difference.records)}});
  return json{{"items", std::move(items)}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

void repair_stock(ApiContext& context, const ApiCall& call) {
  auto wanted = read_correction(call.request.body);
  if (!wanted) return call.reply->problem(wanted.error().status, wanted.error().code, wanted.error().title, wanted.error().detail, wanted.error().pointer);
  StockRequest request;
  request.scope = request.who = call.caller.name;
  request.correlation_id = call.correlation_id;
  request.demand = std::move(*wanted);
  DecideRequest command{std::move(request), [reply = call.reply](Result<StockAnswer> decided) {
                          if (!decided) return reply->failure(decided.error());
                          reply->answer(decided->status, std::move(decided->body));
                        }};
  command.record = [audit = EffectAudit(call)](sql::Connection& connection, const StockAnswer& decided, Instant now) {
    return audit.record(connection, StoredAnswer{decided.status, decided.body}, now);
  };
  if (const auto submitted = context.writer.submit(Priority::kRequest, std::move(command)); !submitted) call.reply->failure(submitted.error());
}

}  // namespace

std::vector<Endpoint> stock_endpoints() {
  return {
      {{"GET", "/v1/stock", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_stock(context, call)); }},
      {{"GET", "/v1/stock/verify", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, verify_stock(context)); }},
      {{"POST", "/v1/stock/repair", Role::kAdministrator, Repeat::kIdempotent}, [](ApiContext& context, const ApiCall& call) { repair_stock(context, call); }},
      {{"GET", "/v1/availability", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, show_availability(context, call)); }},
      {{"GET", "/v1/availability/changes", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, list_availability_changes(context, call)); }},
  };
}

}  // namespace tillsync::hub
