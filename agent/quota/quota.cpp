#include "agent/quota/quota.h"

#include <algorithm>

#include "common/contract/codec.h"
#include "common/contract/text.h"

namespace tillsync::agent {
namespace {

std::optional<std::string> text_in(const Value& tree, std::string_view name) {
  const Value* value = tree.find(name);
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(&value->data);
  return text == nullptr ? std::nullopt : std::optional(*text);
}

std::optional<std::int64_t> number_in(const Value& tree, std::string_view name, int scale) {
  const Value* value = tree.find(name);
  if (value == nullptr) return std::nullopt;
  const auto* number = std::get_if<NumberText>(&value->data);
  const auto* text = std::get_if<std::string>(&value->data);
  if (number == nullptr && text == nullptr) return std::nullopt;
  const auto parsed = parse_decimal(number != nullptr ? number->text : *text, scale);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

Header header_of(std::string contract, std::string number, Instant now) {
  Header header;
  header.contract = std::move(contract);
  header.till = TillId(std::string(kAgentTill));
  header.document_no = DocumentNo(std::move(number));
  header.business_date = date_of(now);
  header.occurred_at = now;
  return header;
}

bool may_come_from(const ReservationLine& line, const QuotaLease& lease, const LocationId& own) {
  if (line.locations.empty()) return lease.location == own;
  return std::ranges::find(line.locations, lease.location) != line.locations.end();
}

}  // namespace

std::optional<LeaseItem> read_lease_item(BytesView payload, std::uint64_t item_no, Instant now) {
  const auto tree = parse_tree(payload, Syntax::kJson);
  if (!tree) return std::nullopt;
  const auto id = text_in(*tree, "lease_id"), location = text_in(*tree, "location"), sku = text_in(*tree, "sku"), state = text_in(*tree, "state");
  const auto qty = number_in(*tree, "qty", Quantity::kScale), ttl_s = number_in(*tree, "ttl_s", 0);
  if (!id || !location || !sku || !state || !qty || !ttl_s || *qty < 0 || *ttl_s < 0 || *ttl_s > kHoldSecondsMax) return std::nullopt;
  LeaseItem item;
  item.lease.lease_id = *id;
  item.lease.location = LocationId(*location);
  item.lease.sku = Sku(*sku);
  item.lease.qty_milli = *qty;
  item.lease.ends_at = now + seconds(*ttl_s);
  item.lease.item_no = item_no;
  item.is_ending = *state == "ending";
  item.is_frozen = *state == "frozen";
  item.is_over = *state == "closed" || *state == "forced";
  return item;
}

std::optional<ShelfItem> read_shelf_item(BytesView payload) {
  const auto tree = parse_tree(payload, Syntax::kJson);
  if (!tree) return std::nullopt;
  const auto sku = text_in(*tree, "sku");
  const auto on_hand = number_in(*tree, "on_hand", Quantity::kScale), reserved = number_in(*tree, "reserved", Quantity::kScale);
  if (!sku || !on_hand || !reserved) return std::nullopt;
  return ShelfItem{Sku(*sku), *on_hand, *reserved, number_in(*tree, "leased", Quantity::kScale).value_or(0)};
}

std::optional<std::vector<PromisePart>> plan_promise(const ReservationRequest& request, const std::vector<QuotaLease>& leases,
                                                     const LocationId& own, Instant now) {
  std::vector<PromisePart> parts;
  std::vector<std::int64_t> left(leases.size(), 0);
  for (std::size_t i = 0; i < leases.size(); ++i) {
    if (leases[i].state == QuotaState::kOpen && leases[i].ends_at > now) left[i] = leases[i].left_milli();
  }
  for (std::size_t line = 0; line < request.lines.size(); ++line) {
    std::int64_t wanted = request.lines[line].qty.milli;
    for (std::size_t lease = 0; lease < leases.size() && wanted > 0; ++lease) {
      if (left[lease] <= 0 || leases[lease].sku != request.lines[line].sku || !may_come_from(request.lines[line], leases[lease], own)) continue;
      const std::int64_t taken = std::min(wanted, left[lease]);
      parts.push_back({lease, line, taken});
      left[lease] -= taken;
      wanted -= taken;
    }
    if (wanted > 0) return std::nullopt;
  }
  if (parts.empty()) return std::nullopt;
  return parts;
}

Document promise_document(const ReservationRequest& request, const std::vector<QuotaLease>& leases, const std::vector<PromisePart>& parts,
                          std::string promise_id, Instant now) {
  Promise promise;
  promise.promise_id = promise_id;
  promise.purpose = request.purpose;
  promise.order_no = request.order_no;
  promise.contact_ref = request.contact_ref;
  if (request.hold_until) promise.hold_until = request.hold_until;
  if (request.ttl_s) promise.hold_until = now + seconds(*request.ttl_s);
  for (const PromisePart& part : parts) {
    PromiseLine line;
    line.line_no = static_cast<std::int64_t>(promise.lines.size()) + 1;
    line.lease_id = leases[part.lease].lease_id;
    line.sku = leases[part.lease].sku;
    line.qty = Quantity{part.qty_milli};
    promise.lines.push_back(std::move(line));
  }
  return Document{header_of("promise/1", std::move(promise_id), now), std::move(promise)};
}

Document lease_close_document(const QuotaLease& lease, std::string_view why, Instant now) {
  LeaseClose close;
  close.lease_id = lease.lease_id;
  close.sku = lease.sku;
  close.used = Quantity{lease.used_milli};
  close.unused = Quantity{lease.left_milli()};
  close.reason.emplace();
  close.reason->text = FreeText{std::string(why)};
  return Document{header_of("lease-close/1", lease.lease_id, now), std::move(close)};
}

std::string promise_json(const ReservationRequest& request, const std::vector<QuotaLease>& leases, const std::vector<PromisePart>& parts,
                         std::string_view promise_id, Instant now) {
  const auto text = [](std::string_view value) {
    std::string quoted;
    append_json_string(quoted, value);
    return quoted;
  };
  const auto quantity = [&text](std::int64_t milli) { return text(format_quantity(Quantity{milli})); };
  std::string json = "{\"reservation_id\":" + text(promise_id) + ",\"state\":\"confirmed\",\"idempotency_key\":" + text(request.idempotency_key) +
                     ",\"purpose\":" + text(request.purpose.empty() ? "web" : request.purpose);
  if (!request.order_no.empty()) json += ",\"order_no\":" + text(request.order_no);
  json += ",\"priority\":" + std::to_string(request.priority) + ",\"created_at\":" + text(format_instant(now)) + ",\"expires_at\":";
  if (request.ttl_s) json += text(format_instant(now + seconds(*request.ttl_s)));
  else if (request.hold_until) json += text(format_instant(*request.hold_until));
  else json += "null";
  json += ",\"promised_here\":true,\"lines\":[";
  for (std::size_t i = 0; i < request.lines.size(); ++i) {
    const ReservationLine& line = request.lines[i];
    json += (i == 0 ? "{" : ",{");
    json += "\"line_no\":" + std::to_string(line.line_no) + ",\"sku\":" + text(line.sku.view()) + ",\"qty\":" + quantity(line.qty.milli) + ",\"granted\":" +
            quantity(line.qty.milli) + ",\"allocations\":[";
    bool is_first = true;
    for (const PromisePart& part : parts) {
      if (part.line != i) continue;
      json += (is_first ? "{" : ",{");
      is_first = false;
      json += "\"location\":" + text(leases[part.lease].location.view()) + ",\"sku\":" + text(line.sku.view()) + ",\"qty\":" + quantity(part.qty_milli) +
              ",\"open\":" + quantity(part.qty_milli) + ",\"fulfilled\":\"0\"}";
    }
    json += "]}";
  }
  return json + "]}";
}

RequestAction decide_request(const std::optional<StoredRequest>& stored, const ContentHash& hash, bool is_linked) {
  if (!stored) return is_linked ? RequestAction::kAskHub : RequestAction::kPromise;
  if (stored->hash != hash) return RequestAction::kOtherKey;
  if (stored->state != RequestState::kSent) return RequestAction::kAnswer;
  return is_linked ? RequestAction::kAskHub : RequestAction::kUnknown;
}

}  // namespace tillsync::agent
