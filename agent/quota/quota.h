// What an agent may promise on its own: leases, and what a till's request for stock comes to. Pure. Source: ARCHITECTURE section 6
// "Quota leases".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/contract/document.h"
#include "common/contract/reservation.h"

namespace tillsync::agent {

enum class QuotaState : std::uint8_t { kOpen, kFrozen, kClosed };

struct QuotaLease {
  std::string lease_id;
  LocationId location;
  Sku sku;
  std::int64_t qty_milli = 0, used_milli = 0;
  QuotaState state = QuotaState::kOpen;
  Instant ends_at;  // agent's clock: the hub frees nothing by time, so that a wrong clock here sells nothing twice
  std::uint64_t item_no = 0;

  std::int64_t left_milli() const { return qty_milli - used_milli; }
};

/// An inbox item "lease/1" (JSON, as the hub's lease_json); nullopt for what cannot be read.
struct LeaseItem {
  QuotaLease lease;         // state kOpen; used_milli 0
  bool is_ending = false;   // the hub asks for its close
  bool is_over = false;     // closed or forced: forget it
  bool is_frozen = false;
};
std::optional<LeaseItem> read_lease_item(BytesView payload, std::uint64_t item_no, Instant now);
/// An inbox item "shelf/1": {"sku", "on_hand", "reserved", "leased"}.
struct ShelfItem {
  Sku sku;
  std::int64_t on_hand_milli = 0, reserved_milli = 0, leased_milli = 0;
};
std::optional<ShelfItem> read_shelf_item(BytesView payload);

/// Out of which leases a request is covered, whole; nullopt when it is not, or when it may not be promised here. Leases end by `now`.
/// A line without locations means this location's stock; then the leases of other places where the request names them.
struct PromisePart {
  std::size_t lease = 0;  // index
  std::size_t line = 0;
  std::int64_t qty_milli = 0;
};
std::optional<std::vector<PromisePart>> plan_promise(const ReservationRequest& request, const std::vector<QuotaLease>& leases,
                                                     const LocationId& own, Instant now);

/// The documents that tell the hub. Both are numbered by what they are about, so that each is one for ever.
Document promise_document(const ReservationRequest& request, const std::vector<QuotaLease>& leases, const std::vector<PromisePart>& parts,
                          std::string promise_id, Instant now);
Document lease_close_document(const QuotaLease& lease, std::string_view why, Instant now);

/// The till's answer to a promise, in the shape of the hub's.
std::string promise_json(const ReservationRequest& request, const std::vector<QuotaLease>& leases, const std::vector<PromisePart>& parts,
                         std::string_view promise_id, Instant now);

/// The till of both documents: no till's, the agent itself.
inline constexpr std::string_view kAgentTill = "agent";

/// What is stored of a request with the same key.
enum class RequestState : std::uint8_t { kSent, kAnswered, kPromised };
struct StoredRequest {
  ContentHash hash;
  RequestState state = RequestState::kSent;
  int status = 0;
  std::string answer;
};
enum class RequestAction : std::uint8_t {
  kAnswer,    // the stored answer again
  kOtherKey,  // the key was used for something else
  kAskHub,
  kPromise,   // out of leases, if they cover it
  kUnknown,   // it was sent and the line is gone: nobody here knows
};
RequestAction decide_request(const std::optional<StoredRequest>& stored, const ContentHash& hash, bool is_linked);

}  // namespace tillsync::agent
