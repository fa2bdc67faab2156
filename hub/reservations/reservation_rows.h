// Reads single rows of this folder's tables into the types of reservation.h. Any connection. Used by the store, which keeps what it
// reads for a batch, and by the reader.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/reservations/reservation.h"

namespace tillsync::hub {

/// Gives the place in memory of a position that a row names.
using PositionOf = std::function<Result<Position*>(const PositionKey& key)>;

/// With its parts; nullopt: no such id.
Result<std::optional<Reservation>> read_reservation(sql::Connection& connection, std::string_view id, const PositionOf& position_of);
Result<std::optional<Lease>> read_lease(sql::Connection& connection, std::string_view id, const PositionOf& position_of);
/// On hand of what may be promised, and the sums of its row; safety stock is left alone.
Result<void> read_position(sql::Connection& connection, Position& position);

}  // namespace tillsync::hub
