// /v1/locations, /v1/products, /v1/prices. A put of the same content again changes nothing; a version that is not above the
// stored one is refused (409), the newer one stays.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/limits.h"
#include "common/contract/masterdata.h"
#include "hub/api/api_context.h"
#include "hub/exceptions/exception_store.h"
#include "hub/masterdata/masterdata_store.h"
#include "hub/outbound/outbound_store.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

void refuse(const ApiCall& call, const Problem& problem) {
  call.reply->problem(problem.status, problem.code, problem.title, problem.detail, problem.pointer);
}

template <class Record>
using Parse = std::expected<Record, Problem> (*)(const Value&, std::string_view);

/// Reads a body that is one record or, where `bulk`, a list of them.
template <class Record>
std::expected<std::vector<Record>, Problem> read_records(const ApiCall& call, bool bulk, Parse<Record> parse) {
  const auto tree = parse_tree(call.request.body, Syntax::kJson);
  if (!tree) return std::unexpected(tree.error());
  std::vector<Record> records;
  if (!bulk) {
    auto record = parse(*tree, "");
    if (!record) return std::unexpected(record.error());
    records.push_back(std::move(*record));
    return records;
  }
  const auto* list = std::get_if<ValueArray>(&tree->data);
  if (list == nullptr) return std::unexpected(Problem{422, "wrong_type", "Not understood", "send a JSON array of records", ""});
  if (list->size() > kDocumentsPerRequestMax)
    return std::unexpected(Problem{413, "too_many_documents", "Too many records",
                                   "send at most " + std::to_string(kDocumentsPerRequestMax) + " in one request", ""});
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto record = parse((*list)[i], "/" + std::to_string(i));
    if (!record) return std::unexpected(record.error());
    records.push_back(std::move(*record));
  }
  return records;
}

Result<void> none_stale(const std::vector<PutDecision>& decisions) {
  for (std::size_t i = 0; i < decisions.size(); ++i)
    if (decisions[i].status == PutStatus::kStale)
      return fail(ErrorCode::kConflict, "put", "record " + std::to_string(i) + " has a version that is not above the stored one, " +
                                                   std::to_string(decisions[i].version), "read it again and put your change on top");
  return {};
}

template <class Record>
using Put = Result<std::vector<PutDecision>> (*)(sql::Connection&, const std::vector<Record>&, std::string_view, Instant);

/// The stored record as JSON, for the audit of a change to one.
template <class Record>
using ReadBefore = Result<std::optional<std::string>> (*)(sql::Connection&, const Record&);

Result<std::optional<std::string>> location_before(sql::Connection& connection, const Location& location) {
  TS_ASSIGN_OR_RETURN(const auto stored, MasterdataReader(connection).location(location.id));
  return stored ? std::optional(location_to_json(*stored)) : std::nullopt;
}

Result<std::optional<std::string>> product_before(sql::Connection& connection, const Product& product) {
  TS_ASSIGN_OR_RETURN(const auto stored, MasterdataReader(connection).product(product.sku));
  return stored ? std::optional(product_to_json(*stored)) : std::nullopt;
}

/// Puts the records in one transaction; the answer is the record itself, or how many were stored.
template <class Record>
void put_records(ApiContext& context, ApiCall call, const Route& route, std::vector<Record> records, Put<Record> put, std::string answer_body,
                 ReadBefore<Record> read_before = nullptr) {
  std::vector<std::pair<LocationId, LocationFacts>> facts;
  if constexpr (std::is_same_v<Record, Location>)
    for (const Location& location : records) facts.push_back({location.id, location_facts(location)});
  auto effect = [records = std::move(records), put, who = call.caller.name, answer_body = std::move(answer_body), read_before](
                    sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    std::optional<std::string> before;
    if (read_before != nullptr) {
      TS_ASSIGN_OR_RETURN(before, read_before(connection, records[0]));
    }
    TS_ASSIGN_OR_RETURN(const auto decisions, put(connection, records, who, now));
    TS_RETURN_IF_ERROR(none_stale(decisions));
    StoredAnswer answer{200, answer_body.empty() ? json{{"stored", records.size()}}.dump() : answer_body};
    answer.audit.before = std::move(before);
    answer.is_change = std::ranges::any_of(decisions, [](const PutDecision& decision) { return decision.status != PutStatus::kUnchanged; });
    return answer;
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect),
             [&context, facts = std::move(facts)] {
               for (const auto& [id, shown] : facts) context.agents.put_location(id, shown);
               context.outbound_advanced();
             },
             true);
}

/// A product that is known now settles the exceptions about its SKU.
Result<std::vector<PutDecision>> put_and_settle_products(sql::Connection& connection, const std::vector<Product>& products, std::string_view who,
                                                         Instant now) {
  TS_ASSIGN_OR_RETURN(auto decisions, put_and_deliver_products(connection, products, who, now));
  for (std::size_t i = 0; i < products.size(); ++i) {
    if (decisions[i].status != PutStatus::kCreated) continue;
    TS_RETURN_IF_ERROR(settle_by_cause(connection, "unknown_sku", "sku:" + products[i].sku.value, "the product was put", now));
  }
  return decisions;
}

/// A location that is described now settles the exception about it.
Result<std::vector<PutDecision>> put_and_settle_locations(sql::Connection& connection, const std::vector<Location>& locations, std::string_view who,
                                                          Instant now) {
  TS_ASSIGN_OR_RETURN(auto decisions, put_and_deliver_locations(connection, locations, who, now));
  for (std::size_t i = 0; i < locations.size(); ++i) {
    if (decisions[i].status != PutStatus::kCreated) continue;
    TS_RETURN_IF_ERROR(settle_by_cause(connection, "unknown_location", "location:" + locations[i].id.value, "the location was put", now));
  }
  return decisions;
}

void put_location(ApiContext& context, ApiCall call, const Route& route) {
  auto records = read_records<Location>(call, false, &parse_location);
  if (!records) return refuse(call, records.error());
  if ((*records)[0].id.value != call.parameters[0])
    return refuse(call, {422, "wrong_identity", "Not understood", "the body's id is not the one in the path", "/id"});
  std::string answer_body = location_to_json((*records)[0]);
  put_records<Location>(context, std::move(call), route, std::move(*records), &put_and_settle_locations, std::move(answer_body), &location_before);
}

void put_product(ApiContext& context, ApiCall call, const Route& route) {
  auto records = read_records<Product>(call, false, &parse_product);
  if (!records) return refuse(call, records.error());
  if ((*records)[0].sku.value != call.parameters[0])
    return refuse(call, {422, "wrong_identity", "Not understood", "the body's sku is not the one in the path", "/sku"});
  std::string answer_body = product_to_json((*records)[0]);
  put_records<Product>(context, std::move(call), route, std::move(*records), &put_and_settle_products, std::move(answer_body), &product_before);
}

template <class Record>
void put_bulk(ApiContext& context, ApiCall call, const Route& route, Parse<Record> parse, Put<Record> put) {
  auto records = read_records<Record>(call, true, parse);
  if (!records) return refuse(call, records.error());
  put_records<Record>(context, std::move(call), route, std::move(*records), put, "");
}

Result<std::string> list_locations(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  const std::string after(call.parameter("after"));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto locations, MasterdataReader(*connection).locations());
  json items = json::array();
  std::optional<std::string> next;
  for (const auto& location : locations) {
    if (location.id.value <= after) continue;
    if (items.size() == limit) {
      next = items.back().at("id").get<std::string>();
      break;
    }
    items.push_back(json::parse(location_to_json(location)));
  }
  return page_json(std::move(items), next);
}

Result<std::string> show_location(ApiContext& context, const ApiCall& call) {
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto location, MasterdataReader(*connection).location(LocationId(call.parameters[0])));
  if (!location) return fail(ErrorCode::kNotFound, "show location", "there is no location " + call.parameters[0]);
  return location_to_json(*location);
}

Result<std::string> show_product(ApiContext& context, const ApiCall& call) {
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto product, MasterdataReader(*connection).product(Sku(call.parameters[0])));
  if (!product) return fail(ErrorCode::kNotFound, "show product", "there is no product " + call.parameters[0]);
  return product_to_json(*product);
}

}  // namespace

std::vector<Endpoint> masterdata_endpoints() {
  static constexpr Route kPutLocation{"PUT", "/v1/locations/{id}", Role::kOperator, Repeat::kIdempotent};
  static constexpr Route kPutProduct{"PUT", "/v1/products/{sku}", Role::kOperator, Repeat::kIdempotent};
  static constexpr Route kPutProducts{"PUT", "/v1/products", Role::kOperator, Repeat::kIdempotent};
  static constexpr Route kPutPrices{"PUT", "/v1/prices", Role::kOperator, Repeat::kIdempotent};
  return {
      {{"GET", "/v1/locations", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_locations(context, call)); }},
      {{"GET", "/v1/locations/{id}", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { call.reply->document(show_location(context, call)); }},
      {kPutLocation, [](ApiContext& context, ApiCall call) { put_location(context, std::move(call), kPutLocation); }},
      {kPutProducts,
       [](ApiContext& context, ApiCall call) { put_bulk<Product>(context, std::move(call), kPutProducts, &parse_product, &put_and_settle_products); }},
      {{"GET", "/v1/products/{sku}", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { call.reply->document(show_product(context, call)); }},
      {kPutProduct, [](ApiContext& context, ApiCall call) { put_product(context, std::move(call), kPutProduct); }},
      {kPutPrices, [](ApiContext& context, ApiCall call) { put_bulk<Price>(context, std::move(call), kPutPrices, &parse_price, &put_and_deliver_prices); }},
  };
}

}  // namespace tillsync::hub
