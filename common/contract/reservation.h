// reservation/1: a request for stock. Unlike a document it may be refused, and its identity is its idempotency key. Same field
// lists and codecs as document.h. Pure. Source: CONTRACT "From the back office".
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "common/contract/codec.h"
#include "common/contract/document.h"

namespace tillsync {

struct ReservationLine {
  std::int64_t line_no = 0;
  Sku sku;
  Quantity qty;
  std::vector<LocationId> locations;  // candidates, best first
  std::int64_t order_line = 0;
  UnitPrice unit_price;               // what the ruling by value weighs
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("line_no", s.line_no, Need::kRequired);
    v.field("sku", s.sku, Need::kRequired);
    v.field("qty", s.qty, Need::kRequired);
    v.field("locations", s.locations, Need::kOptional);
    v.field("order_line", s.order_line, Need::kOptional);
    v.field("unit_price", s.unit_price, Need::kOptional);
  }
};

struct ReservationRequest {
  std::string idempotency_key;
  std::string purpose;                // web | collect | ship_from_store | phone_hold | layaway; "" = web
  std::string channel, order_no, contact_ref, taken_by;
  std::int64_t priority = 0;          // higher is decided first and broken later
  std::optional<std::int64_t> ttl_s;  // either of the two; neither: the hub's default
  std::optional<Instant> hold_until;
  std::string policy;                 // all_or_nothing | partial; "" = all_or_nothing
  std::vector<ReservationLine> lines;
  std::string sourcing;               // listed | nearest | most_stock | fewest_parcels; "" = listed where lines name locations, else nearest
  bool split = false;                 // a line may come from several locations
  Extras extras;
  template <class V, class S>
  static void fields(V& v, S& s) {
    v.field("idempotency_key", s.idempotency_key, Need::kIdentity);
    v.field("purpose", s.purpose, Need::kRequired);
    v.field("channel", s.channel, Need::kOptional);
    v.field("order_no", s.order_no, Need::kOptional);
    v.field("contact_ref", s.contact_ref, Need::kOptional);
    v.field("taken_by", s.taken_by, Need::kOptional);
    v.field("priority", s.priority, Need::kOptional);
    v.field("ttl_s", s.ttl_s, Need::kOptional);
    v.field("hold_until", s.hold_until, Need::kOptional);
    v.field("policy", s.policy, Need::kOptional);
    v.field("lines", s.lines, Need::kRequired);
    v.field("sourcing", s.sourcing, Need::kOptional);
    v.field("split", s.split, Need::kOptional);
  }
};

/// Lines of one reservation.
inline constexpr std::size_t kReservationLinesMax = 500;
/// Candidate locations of one line.
inline constexpr std::size_t kReservationLocationsMax = 100;
/// ttl_s, and the time until hold_until.
inline constexpr std::int64_t kHoldSecondsMax = 400 * 86'400;

/// Reads and checks a request: unlike a fact, whatever it says wrong refuses it. Beside the refusals of every document (README):
/// no_lines, too_many_lines (above kReservationLinesMax), too_many_locations, bad_quantity (not above 0), unknown_value,
/// missing_field (a line without SKU), duplicate_line_no, hold_out_of_range (ttl_s not 1 … kHoldSecondsMax, or both ttl_s and
/// hold_until). Unknown fields are kept. Lines without a number are numbered by their place.
std::expected<ReservationRequest, Problem> parse_reservation(const Value& tree, std::string_view pointer_base = "");
/// From a request's body (JSON). key: of an Idempotency-Key header, "" = none; stands in for a missing idempotency_key, and says nothing
/// beside one that is there (has_own_key). idempotency_key_missing (400) without both.
std::expected<ReservationRequest, Problem> read_reservation(BytesView body, std::string_view key, bool& has_own_key);
std::string reservation_to_json(const ReservationRequest& request);
/// Compact array as of encode_document, for storage: [1, fields…].
Bytes encode_reservation(const ReservationRequest& request);
Result<ReservationRequest> decode_reservation(BytesView bytes);

/// SHA-256 over the compact form without the key: the same request under the same key is the same request, however its JSON is written.
ContentHash reservation_hash(const ReservationRequest& request);

}  // namespace tillsync
