// Reservations, leases and refusals as JSON, as API and agents are answered. Pure. Shapes: hub/api/openapi.json.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"
#include "hub/reservations/arbitration.h"
#include "hub/reservations/reservation.h"

namespace tillsync::hub {

/// wall_offset: what turns hold time into the wall clock's.
std::string reservation_json(const Reservation& reservation, Duration wall_offset);
std::string lease_json(const Lease& lease, Duration wall_offset);

/// What agents of the location are told of its shelf.
std::string shelf_json(const Position& position);

/// Of a part: in units of its line's SKU, the least that all parts of the line allow.
std::int64_t granted_milli(const Reservation& reservation, std::int64_t line_no);

/// application/problem+json; code becomes urn:tillsync:problem:code.
StockAnswer problem_answer(int status, std::string_view code, std::string_view title, std::string_view detail, std::string_view pointer = "");
/// 409 insufficient_stock with a member `lines`: line_no, sku, asked, available.
StockAnswer shortage_answer(const std::vector<LineDemand>& lines, const std::vector<Shortage>& shortages);

}  // namespace tillsync::hub
