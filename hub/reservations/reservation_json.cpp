#include "hub/reservations/reservation_json.h"

#include <limits>
#include <map>

#include "common/contract/problem.h"
#include "common/contract/text.h"

namespace tillsync::hub {
namespace {

__extension__ using Int128 = __int128;

void append_text(std::string& json, std::string_view name, std::string_view value) {
  json += json.back() == '{' ? "\"" : ",\"";
  json += name;
  json += "\":";
  append_json_string(json, value);
}
void append_given(std::string& json, std::string_view name, std::string_view value) {
  if (!value.empty()) append_text(json, name, value);
}
void append_raw(std::string& json, std::string_view name, std::string_view value) {
  json += json.back() == '{' ? "\"" : ",\"";
  json += name;
  json += "\":";
  json += value;
}
void append_quantity(std::string& json, std::string_view name, std::int64_t milli) {
  append_text(json, name, format_quantity(Quantity{milli}));
}

void append_line(std::string& json, const Reservation& reservation, const ReservationLine& line) {
  json += '{';
  append_raw(json, "line_no", std::to_string(line.line_no));
  append_text(json, "sku", line.sku.view());
  append_quantity(json, "qty", line.qty.milli);
  append_quantity(json, "granted", granted_milli(reservation, line.line_no));
  append_raw(json, "allocations", "[");
  bool is_first = true;
  for (const ReservationPart& part : reservation.parts) {
    if (part.line_no != line.line_no || part.position == nullptr) continue;
    json += is_first ? "{" : ",{";
    is_first = false;
    append_text(json, "location", part.position->key.location.view());
    append_text(json, "sku", part.position->key.sku.view());
    append_quantity(json, "qty", part.qty_milli);
    append_quantity(json, "open", part.open_milli);
    append_quantity(json, "fulfilled", part.fulfilled_milli);
    json += '}';
  }
  json += "]}";
}

}  // namespace

std::int64_t granted_milli(const Reservation& reservation, std::int64_t line_no) {
  std::map<std::string_view, Int128> by_sku;  // in units of the line's SKU
  for (const ReservationPart& part : reservation.parts) {
    if (part.line_no != line_no) continue;
    const std::string_view sku = part.position == nullptr ? std::string_view() : part.position->key.sku.view();
    by_sku[sku] += static_cast<Int128>(part.open_milli + part.fulfilled_milli) * 1'000 / part.per_unit_milli;
  }
  if (by_sku.empty()) return 0;
  Int128 least = std::numeric_limits<std::int64_t>::max();
  for (const auto& [sku, units] : by_sku) least = std::min(least, units);
  return static_cast<std::int64_t>(least);
}

std::string reservation_json(const Reservation& reservation, Duration wall_offset) {
  const ReservationRequest& request = reservation.request;
  std::string json = "{";
  json.reserve(512);
  append_text(json, "reservation_id", reservation.id);
  append_text(json, "state", to_string(reservation.state));
  append_given(json, "idempotency_key", request.idempotency_key);
  append_text(json, "purpose", request.purpose.empty() ? "web" : request.purpose);
  append_given(json, "channel", request.channel);
  append_given(json, "order_no", request.order_no);
  append_given(json, "contact_ref", request.contact_ref);
  append_given(json, "taken_by", request.taken_by);
  append_raw(json, "priority", std::to_string(request.priority));
  append_given(json, "promised_by", reservation.promised_by.view());
  append_text(json, "created_at", format_instant(reservation.created_at));
  if (reservation.expires_at)
    append_text(json, "expires_at", format_instant(*reservation.expires_at + wall_offset));
  else
    append_raw(json, "expires_at", "null");
  append_given(json, "correlation_id", reservation.correlation_id);
  append_raw(json, "lines", "[");
  for (std::size_t i = 0; i < request.lines.size(); ++i) {
    if (i > 0) json += ',';
    append_line(json, reservation, request.lines[i]);
  }
  json += "]}";
  return json;
}

std::string lease_json(const Lease& lease, Duration wall_offset) {
  std::string json = "{";
  append_text(json, "lease_id", lease.id);
  append_text(json, "agent_id", lease.agent_id.view());
  append_text(json, "location", lease.position->key.location.view());
  append_text(json, "sku", lease.position->key.sku.view());
  append_text(json, "state", to_string(lease.state));
  append_quantity(json, "qty", lease.qty_milli);
  append_quantity(json, "used", lease.used_milli);
  append_quantity(json, "open", lease.open_milli);
  append_raw(json, "ttl_s", std::to_string(lease.ttl_s));
  append_text(json, "granted_at", format_instant(lease.granted_at));
  append_text(json, "expires_at", format_instant(lease.expires_at + wall_offset));
  append_raw(json, "by_policy", lease.is_by_policy ? "true" : "false");
  json += '}';
  return json;
}

std::string shelf_json(const Position& position) {
  std::string json = "{";
  append_text(json, "sku", position.key.sku.view());
  append_quantity(json, "on_hand", position.on_hand_milli);
  append_quantity(json, "reserved", position.reserved_milli);
  append_quantity(json, "leased", position.leased_milli);
  json += '}';
  return json;
}

StockAnswer problem_answer(int status, std::string_view code, std::string_view title, std::string_view detail, std::string_view pointer) {
  return {status, to_problem_json({static_cast<std::uint16_t>(status), std::string(code), std::string(title), std::string(detail), std::string(pointer)})};
}

StockAnswer shortage_answer(const std::vector<LineDemand>& lines, const std::vector<Shortage>& shortages) {
  std::string detail = "less is available than was asked for";
  if (!shortages.empty()) {
    const LineDemand& first = lines[shortages[0].line];
    detail = first.sku.value + ": " + format_quantity(Quantity{first.qty_milli}) + " asked, " +
             format_quantity(Quantity{std::max<std::int64_t>(0, shortages[0].available_milli)}) + " available";
    if (shortages.size() > 1) detail += ", and " + std::to_string(shortages.size() - 1) + " more lines";
  }
  StockAnswer answer = problem_answer(409, "insufficient_stock", "Not enough stock", detail,
                                      shortages.empty() ? "" : "/lines/" + std::to_string(shortages[0].line));
  std::string list = "[";
  for (const Shortage& shortage : shortages) {
    const LineDemand& line = lines[shortage.line];
    list += list.size() == 1 ? "{" : ",{";
    append_raw(list, "line_no", std::to_string(line.line_no));
    append_text(list, "sku", line.sku.view());
    append_quantity(list, "asked", line.qty_milli);
    append_quantity(list, "available", std::max<std::int64_t>(0, shortage.available_milli));
    list += '}';
  }
  answer.body.pop_back();
  answer.body += ",\"lines\":" + list + "]}";
  return answer;
}

}  // namespace tillsync::hub
