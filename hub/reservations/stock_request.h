// Bodies of requests for stock, as API and agents send them (JSON), to what the stage decides. Pure.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/contract/problem.h"
#include "hub/writer/requests.h"

namespace tillsync::hub {

/// What agents may ask, as a method of wire::Request: "reservations.create", ".confirm", ".pick", ".ready", ".release", ".extend", ".break".
std::optional<ReservationVerb> reservation_verb(std::string_view text);
inline constexpr std::string_view kReservationMethods = "reservations.";
inline constexpr std::string_view kCreateMethod = "reservations.create";
inline constexpr std::string_view kAvailabilityMethod = "availability";
/// unsupported (501) for another method.
std::expected<StockDemand, Problem> read_agent_request(std::string_view method, BytesView body);

/// As read_reservation.
std::expected<ReserveStock, Problem> read_reserve(BytesView body, std::string_view key, bool& has_own_key);

/// {} or {"ttl_s" | "hold_until", "reason"}. id: of the path; "" = the body's reservation_id. An extension needs one of the first two.
std::expected<StepReservation, Problem> read_step(ReservationVerb verb, std::string_view id, BytesView body);

/// {"agent_id", "sku", "qty", "ttl_s", "location", "reason"}; ttl_s is kLeaseSecondsMin … kLeaseSecondsMax, a day when not given. location "":
/// the caller puts the agent's own.
std::expected<GrantLease, Problem> read_grant(BytesView body, std::string_view key);
std::optional<LeaseVerb> lease_verb(std::string_view text);  // renew | shrink | end | force
/// {"qty": of shrink, "ttl_s": of renew, "reason"}.
std::expected<StepLease, Problem> read_lease_step(LeaseVerb verb, std::string_view id, BytesView body);

/// {"skus": [text], "locations": [text], "max_age_s": number}.
struct AvailabilityRequest {
  std::vector<Sku> skus;
  std::vector<LocationId> locations;
  std::optional<std::int64_t> max_age_s;
};
std::expected<AvailabilityRequest, Problem> read_availability(BytesView body);

/// {"items": [{"location", "sku", "qty"}]}: without location or sku for all of them, qty null takes the entry away.
std::expected<PutSafetyStock, Problem> read_safety_stock(BytesView body);
/// {"reason"}.
std::expected<CorrectPositions, Problem> read_correction(BytesView body);

inline constexpr std::int64_t kLeaseSecondsDefault = 86'400;
inline constexpr std::size_t kSafetyEntriesMax = 5'000;        // of one request
inline constexpr std::size_t kRequestReasonBytesMax = 1'000;   // of a reason that a person gives

}  // namespace tillsync::hub
