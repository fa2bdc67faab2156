// GET /v1/events, /v1/events/{id}.
#include <nlohmann/json.hpp>

#include "hub/api/api_context.h"
#include "hub/intake/event_reader.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

json summary_json(const EventSummary& event) {
  json item = {{"event_id", event_id_text(event.event_id)},
               {"event_no", event.event_no},
               {"contract", event.is_opaque ? "opaque" : event.contract},
               {"location", event.location.value},
               {"till", event.till.value},
               {"series", event.series.value},
               {"document_no", event.document_no.value},
               {"mode", event.mode},
               {"source", event.source},
               {"received_at", format_instant(event.received_at)},
               {"correlation_id", event.correlation_id},
               {"content_hash", event.content_hash.hex()},
               {"agent_id", event.agent_id.value},
               {"seq", event.seq},
               {"business_date", nullptr},
               {"occurred_at", nullptr},
               {"agent_received_at", nullptr}};
  if (event.business_date) item["business_date"] = format_date(*event.business_date);
  if (event.occurred_at) item["occurred_at"] = format_instant(*event.occurred_at);
  if (event.agent_received_at) item["agent_received_at"] = format_instant(*event.agent_received_at);
  return item;
}

Result<std::string> list_events(ApiContext& context, const ApiCall& call) {
  EventFilter filter;
  filter.location = call.parameter("location");
  filter.till = call.parameter("till");
  filter.document_no = call.parameter("document_no");
  filter.correlation_id = call.parameter("correlation_id");
  filter.contract = call.parameter("contract");
  filter.newest_first = call.parameter("sort") == "-event_no";
  TS_ASSIGN_OR_RETURN(filter.limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(filter.after, page_after(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const EventPage page, EventReader(*connection).list(filter));
  json items = json::array();
  for (const auto& event : page.events) items.push_back(summary_json(event));
  return page_json(std::move(items), page.next ? std::optional(std::to_string(*page.next)) : std::nullopt);
}

Result<std::string> show_event(ApiContext& context, const ApiCall& call) {
  const auto id = parse_event_id(call.parameters[0]);
  if (!id) return fail(ErrorCode::kNotFound, "show event", "there is no event " + call.parameters[0]);
  const auto connection = context.reads.borrow();
  EventReader reader(*connection);
  TS_ASSIGN_OR_RETURN(const auto event, reader.find(*id));
  if (!event) return fail(ErrorCode::kNotFound, "show event", "there is no event " + call.parameters[0]);
  TS_ASSIGN_OR_RETURN(const auto conflicts, reader.conflicts(*id));
  json body = summary_json(event->summary);
  body["document"] = event->document_json.empty() ? json(nullptr) : json::parse(event->document_json, nullptr, false);
  body["conflicts"] = json::array();
  for (const auto& conflict : conflicts)
    body["conflicts"].push_back({{"exception_id", conflict.exception_id},
                                 {"content_hash", conflict.content_hash.hex()},
                                 {"received_at", format_instant(conflict.received_at)},
                                 {"document", conflict.document_json.empty() ? json(nullptr) : json::parse(conflict.document_json, nullptr, false)}});
  return body.dump();
}

}  // namespace

std::vector<Endpoint> event_endpoints() {
  return {
      {{"GET", "/v1/events", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_events(context, call)); }},
      {{"GET", "/v1/events/{id}", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, show_event(context, call)); }},
  };
}

}  // namespace tillsync::hub
