#include "hub/reservations/reservations.h"

#include <algorithm>
#include <numeric>

#include "hub/ledger/movement_plan.h"
#include "hub/reservations/lease_desk.h"
#include "hub/reservations/reservation_book.h"
#include "hub/reservations/reservation_json.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kHub = "hub";
constexpr std::size_t kTriedTextMax = 10;  // locations that an exception names as tried

std::string quantity(std::int64_t milli) { return format_quantity(Quantity{milli}); }

AllotmentRules rules_of(const ReservationRequest& request) {
  AllotmentRules rules;
  rules.may_split = request.split;
  rules.may_be_partial = request.policy == "partial";
  if (request.sourcing == "most_stock") rules.sourcing = Sourcing::kMostStock;
  if (request.sourcing == "fewest_parcels") rules.sourcing = Sourcing::kFewestParcels;
  return rules;
}

class ReservationDecider {
 public:
  ReservationDecider(MicroBatch& batch, ReservationRows& rows, const ReservationPolicy& policy)
      : batch_(batch), rows_(rows), policy_(policy), book_(batch, rows, decision_), leases_(batch, rows, book_) {}

  ReservationDecision decide() {
    freeze_superseded();
    for (const IncomingDocument& incoming : batch_.documents) take_document(incoming);
    expire();
    rule_shortages();
    for (const LeaseWish& wish : rows_.wishes) leases_.follow_policy(wish);
    answer_requests();
    for (const Position* position : decision_.positions) settle_oversold(*position);
    for (const Position* position : rows_.shelves)
      batch_.outbound.push_back({"location:" + position->key.location.value, "shelf/1", position->key.sku.value, shelf_json(*position)});
    return std::move(decision_);
  }

 private:
  // ---- facts

  /// The leases of agents that have begun a newer history.
  void freeze_superseded() {
    for (const CursorMoved& cursor : batch_.cursors) {
      const auto newest = rows_.epochs.find(cursor.agent_id.value);
      if (newest != rows_.epochs.end()) leases_.freeze(cursor.agent_id, newest->second);
    }
  }

  void take_document(const IncomingDocument& incoming) {
    if (incoming.verdict != Verdict::kNew || !incoming.effective || !incoming.document) return;
    const Body& body = incoming.document->body;
    if (const std::string* named = named_reservation(*incoming.document)) hand_over(incoming, *named);
    else if (const auto* promise = std::get_if<Promise>(&body)) take_promise(incoming, *promise);
    else if (const auto* close = std::get_if<LeaseClose>(&body)) leases_.close(incoming, *close);
  }

  void hand_over(const IncomingDocument& incoming, const std::string& reservation_id) {
    std::vector<AwaitedSale> sold = sold_by(incoming, reservation_id);
    if (sold.empty()) return;
    const auto found = rows_.reservations.find(reservation_id);
    if (found != rows_.reservations.end()) return fulfil(found->second, sold);
    for (AwaitedSale& one : sold) decision_.awaited.push_back(std::move(one));
    book_.raise("reservation_unknown", event_id_text(incoming.event_id), "till:" + incoming.location.value + "/" + incoming.document->header.till.value,
                incoming.location, "it names reservation " + reservation_id + ", which has not come", incoming.event_no);
  }

  std::vector<AwaitedSale> sold_by(const IncomingDocument& incoming, const std::string& reservation_id) const {
    std::vector<AwaitedSale> sold;
    for (const StockChanged& change : batch_.stock_changes) {
      if (change.event_no != incoming.event_no || change.change.milli >= 0 || change.movement == kCountCorrectionMovement) continue;
      sold.push_back({incoming.event_no, reservation_id, {change.location, change.sku}, -std::max(change.change.milli, INT64_MIN + 1)});
    }
    return sold;
  }

  /// What was sold takes from what is held of the same SKU: at the same place, where on hand and reserved fall together; what is not held
  /// there, from where it is held, because the customer has been served and does not come for it any more.
  void fulfil(Reservation& reservation, const std::vector<AwaitedSale>& sold) {
    if (!is_open(reservation.state)) return;
    bool has_begun = false;
    for (const AwaitedSale& one : sold) {
      std::int64_t left = one.qty_milli;
      for (const bool is_here : {true, false}) {
        for (std::size_t index = 0; index < reservation.parts.size() && left > 0; ++index) {
          const ReservationPart& part = reservation.parts[index];
          if (part.position == nullptr || part.open_milli == 0 || part.position->key.sku != one.key.sku) continue;
          if ((part.position->key.location == one.key.location) != is_here) continue;
          if (!std::exchange(has_begun, true)) book_.step(reservation, "fulfil", reservation.state, {std::string(kHub), "handed over", one.event_no});
          const std::int64_t taken = std::min(left, part.open_milli);
          book_.take(reservation, index, taken, true);
          left -= taken;
        }
      }
    }
    if (has_begun) finish_fulfilment(reservation);
  }

  /// The last step was a fulfilment: when nothing is open any more, it was the last one.
  void finish_fulfilment(Reservation& reservation) {
    if (reservation.open_milli() > 0) return;
    reservation.state = ReservationState::kFulfilled;
    decision_.steps.back().state = ReservationState::kFulfilled;
    book_.set_expiry(reservation, std::nullopt);
  }

  void take_promise(const IncomingDocument& incoming, const Promise& promise) {
    Reservation* reservation = leases_.promise(incoming, promise);
    if (reservation == nullptr) return;
    // The rulings of this batch were loaded before it was there.
    for (std::size_t index = 0; index < reservation->parts.size(); ++index) {
      const auto judged = rows_.candidates.find(reservation->parts[index].position);
      if (judged != rows_.candidates.end()) judged->second.push_back({reservation, index, false, {}});
    }
    std::vector<AwaitedSale> sold;
    for (const std::vector<AwaitedSale>* waiting : {static_cast<const std::vector<AwaitedSale>*>(&rows_.awaited), static_cast<const std::vector<AwaitedSale>*>(&decision_.awaited)}) {
      for (const AwaitedSale& one : *waiting) {
        if (one.reservation_id == reservation->id) sold.push_back(one);
      }
    }
    if (sold.empty()) return;
    std::erase_if(decision_.awaited, [&](const AwaitedSale& one) { return one.reservation_id == reservation->id; });
    decision_.awaited_done.push_back(reservation->id);
    fulfil(*reservation, sold);
  }

  // ---- time

  bool is_over(const Reservation& reservation) const {
    return is_breakable(reservation.state) && reservation.expires_at && *reservation.expires_at <= rows_.hold_now;
  }
  void expire(Reservation& reservation) { book_.end(reservation, "expire", ReservationState::kExpired, {std::string(kHub), "its time is over", {}}); }

  void expire() {
    for (const std::string& id : rows_.due_reservations) {
      const auto found = rows_.reservations.find(id);
      if (found != rows_.reservations.end() && is_over(found->second)) expire(found->second);
    }
    for (const std::string& id : rows_.due_leases) {
      const auto found = rows_.leases.find(id);
      if (found != rows_.leases.end() && found->second.expires_at <= rows_.hold_now) leases_.expire(found->second);
    }
  }

  // ---- rulings

  void rule_shortages() {
    for (Position* position : in_order_of_keys()) {
      if (position->shortage_milli() == 0) {
        settle_oversold(*position);
        continue;
      }
      const std::vector<RulingCandidate>& candidates = rows_.candidates.at(position);
      const Ruling ruling = rule(*position, candidates, policy_);
      for (const RulingStep& step : ruling.steps) carry_out(*position, candidates[step.candidate], step);
      if (ruling.uncovered_milli == 0) continue;
      for (Lease* lease : rows_.leases_at[position]) leases_.recall(*lease);
      book_.raise("oversold", subject_of(*position), "sku:" + position->key.sku.value, position->key.location,
                  quantity(ruling.uncovered_milli) + " more is promised than is on hand, and none of it may be broken: " +
                      quantity(position->leased_milli) + " leased, " + quantity(position->reserved_milli) + " reserved");
    }
  }

  void settle_oversold(const Position& position) {
    if (position.is_oversold && position.shortage_milli() == 0) book_.settle("oversold", subject_of(position), "enough is on hand again");
  }

  std::vector<Position*> in_order_of_keys() const {
    std::vector<Position*> positions;
    for (const auto& [position, candidates] : rows_.candidates) positions.push_back(position);
    std::ranges::sort(positions, [](const Position* a, const Position* b) { return a->key < b->key; });
    return positions;
  }

  static std::string subject_of(const Position& position) { return position.key.location.value + "/" + position.key.sku.value; }

  void carry_out(const Position& position, const RulingCandidate& candidate, const RulingStep& step) {
    Reservation& reservation = *candidate.reservation;
    const std::string why = "less is on hand at " + position.key.location.value + " than is promised of " + position.key.sku.value;
    if (step.act == RulingAct::kMove) {
      const ReservationPart part = reservation.parts[candidate.part];
      book_.step(reservation, "move", reservation.state, {std::string(kHub), why + "; comes from " + step.to->key.location.value, {}});
      book_.take(reservation, candidate.part, step.milli, false);
      book_.add_part(reservation, part.line_no, step.to, step.milli, part.per_unit_milli);
      return;
    }
    if (step.act == RulingAct::kShrink) {
      book_.step(reservation, "shrink", reservation.state, {std::string(kHub), why, {}});
      book_.take(reservation, candidate.part, step.milli, false);
      const bool is_empty = reservation.open_milli() == 0 && std::ranges::none_of(reservation.parts, [](const ReservationPart& part) { return part.fulfilled_milli > 0; });
      if (is_empty) book_.end(reservation, "break", ReservationState::kBroken, {std::string(kHub), why, {}});
    } else {
      book_.end(reservation, "break", ReservationState::kBroken, {std::string(kHub), why, {}});
    }
    raise_broken(position, candidate, step);
  }

  /// What whoever speaks with the customer needs: the order, the contact, what is missing, what was tried.
  void raise_broken(const Position& position, const RulingCandidate& candidate, const RulingStep& step) {
    const Reservation& reservation = *candidate.reservation;
    std::string detail = quantity(step.milli) + " of " + position.key.sku.value + " at " + position.key.location.value + " cannot be kept";
    if (!reservation.request.order_no.empty()) detail += " for order " + reservation.request.order_no;
    if (!reservation.request.channel.empty()) detail += " of channel " + reservation.request.channel;
    detail += "; task: tell the customer";
    if (!reservation.request.contact_ref.empty()) detail += " (" + reservation.request.contact_ref + ")";
    detail += "; tried: ";
    if (!reservation.promised_by.empty()) detail += "nothing, the customer comes to this place for it";
    else if (!candidate.can_move) detail += "nothing, a bundle comes from one place";
    else if (candidate.alternatives.empty()) detail += "no other location may deliver it";
    else {
      for (std::size_t i = 0; i < candidate.alternatives.size() && i < kTriedTextMax; ++i) {
        const Position& other = *candidate.alternatives[i];
        detail += (i == 0 ? "" : ", ") + other.key.location.value + " has " + quantity(std::max<std::int64_t>(0, other.available_milli()));
      }
      if (candidate.alternatives.size() > kTriedTextMax) detail += ", and " + std::to_string(candidate.alternatives.size() - kTriedTextMax) + " more";
    }
    book_.raise("reservation_broken", reservation.id, "sku:" + position.key.sku.value, position.key.location, std::move(detail));
  }

  // ---- requests

  void answer_requests() {
    batch_.answers.resize(batch_.requests.size());
    std::vector<std::size_t> order(batch_.requests.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    // What frees or keeps comes before what takes; what takes, by priority; each in the order of arrival.
    const auto rank = [this](std::size_t index) {
      const auto* wanted = std::get_if<ReserveStock>(&batch_.requests[index].demand);
      if (wanted != nullptr) return std::pair(1, -wanted->request.priority);
      return std::pair(std::holds_alternative<GrantLease>(batch_.requests[index].demand) ? 1 : 0, std::int64_t{0});
    };
    std::ranges::stable_sort(order, {}, rank);
    for (const std::size_t index : order)
      batch_.answers[index] = std::visit([&](const auto& wanted) { return answer(index, batch_.requests[index], wanted); }, batch_.requests[index].demand);
  }

  StockAnswer answer(std::size_t index, const StockRequest& asked, const ReserveStock& wanted) {
    const std::string id = reservation_id_of(asked.scope, wanted.request.idempotency_key);
    if (const auto found = rows_.reservations.find(id); found != rows_.reservations.end()) return repeat(found->second, wanted);
    const std::vector<LineDemand>& demands = rows_.demands[index];
    const Allotment allotment = allot(demands, rules_of(wanted.request));
    Reservation reservation;
    reservation.id = id;
    reservation.scope = asked.scope;
    reservation.hash = wanted.hash;
    reservation.request = wanted.request;
    reservation.correlation_id = asked.correlation_id;
    if (!allotment.is_granted) {
      StockAnswer refusal = shortage_answer(demands, allotment.shortages);
      reservation.state = ReservationState::kRefused;
      reservation.answer = refusal.body;
      book_.open(std::move(reservation), "refuse", {asked.who, "not enough stock", {}});
      return refusal;
    }
    reservation.state = ReservationState::kHeld;
    reservation.expires_at = hold_end(wanted.request.ttl_s, wanted.request.hold_until).value_or(rows_.hold_now + seconds(policy_.hold_default_s));
    Reservation& kept = book_.open(std::move(reservation), "hold", {asked.who, "", {}});
    add_parts(kept, demands, allotment);
    return {201, reservation_json(kept, rows_.wall_offset)};
  }

  void add_parts(Reservation& reservation, const std::vector<LineDemand>& demands, const Allotment& allotment) {
    for (const LineDemand& line : demands) {
      if (!line.needs_stock) book_.add_part(reservation, line.line_no, nullptr, line.qty_milli, 1'000);
    }
    for (const Allocation& allocation : allotment.allocations) {
      const LineDemand& line = demands[allocation.line];
      for (std::size_t part = 0; part < line.needs.size(); ++part)
        book_.add_part(reservation, line.line_no, line.sources[allocation.source].positions[part], part_quantity(allocation.qty_milli, line.needs[part]),
                       line.needs[part].per_unit_milli);
    }
  }

  StockAnswer repeat(const Reservation& reservation, const ReserveStock& wanted) const {
    if (reservation.hash != wanted.hash)
      return problem_answer(422, "idempotency_key_reused", "Idempotency-Key was used for something else",
                            "this key was used for another reservation; take a new key for a new request");
    if (reservation.state == ReservationState::kRefused) return {409, reservation.answer};
    return {201, reservation_json(reservation, rows_.wall_offset)};
  }

  std::optional<Instant> hold_end(const std::optional<std::int64_t>& ttl_s, const std::optional<Instant>& hold_until) const {
    if (ttl_s) return rows_.hold_now + seconds(*ttl_s);
    if (!hold_until) return std::nullopt;
    const Duration span = std::clamp(*hold_until - batch_.now, Duration{0}, seconds(kHoldSecondsMax));
    return rows_.hold_now + span;
  }

  StockAnswer answer(std::size_t /*index*/, const StockRequest& asked, const StepReservation& wanted) {
    const auto found = rows_.reservations.find(wanted.reservation_id);
    if (found == rows_.reservations.end() || found->second.state == ReservationState::kRefused)
      return problem_answer(404, "not_found", "Not found", "no reservation " + wanted.reservation_id);
    Reservation& reservation = found->second;
    // A store steps what it asked for, or what lies on its own shelf.
    const bool is_its_own = asked.location.empty() || reservation.scope == asked.scope || std::ranges::any_of(reservation.parts, [&](const ReservationPart& part) {
                              return part.position != nullptr && part.position->key.location == asked.location;
                            });
    if (!is_its_own) return problem_answer(403, "forbidden", "Not allowed", "the reservation is another store's: " + wanted.reservation_id);
    if (is_over(reservation)) expire(reservation);
    const auto next = next_state(reservation.state, wanted.verb);
    if (!next) return problem_answer(409, "wrong_state", "Not now", "cannot " + std::string(to_string(wanted.verb)) + " the reservation: " + next.error());
    const Cause cause{asked.who, wanted.reason, {}};
    switch (wanted.verb) {
      case ReservationVerb::kConfirm:
      case ReservationVerb::kPick:
      case ReservationVerb::kReady:
        if (*next == reservation.state) break;
        book_.step(reservation, to_string(wanted.verb), *next, cause);
        book_.set_expiry(reservation, wanted.verb == ReservationVerb::kConfirm ? hold_end(wanted.ttl_s, wanted.hold_until) : std::nullopt);
        break;
      case ReservationVerb::kExtend:
        book_.step(reservation, "extend", *next, cause);
        book_.set_expiry(reservation, hold_end(wanted.ttl_s, wanted.hold_until));
        break;
      case ReservationVerb::kRelease:
      case ReservationVerb::kBreak:
        if (*next != reservation.state) book_.end(reservation, to_string(wanted.verb), *next, cause);
        break;
    }
    return {200, reservation_json(reservation, rows_.wall_offset)};
  }

  StockAnswer answer(std::size_t index, const StockRequest& asked, const GrantLease& wanted) { return leases_.grant(asked, wanted, rows_.lease_positions[index]); }
  StockAnswer answer(std::size_t /*index*/, const StockRequest& asked, const StepLease& wanted) { return leases_.step(asked, wanted); }

  StockAnswer answer(std::size_t /*index*/, const StockRequest& /*asked*/, const PutSafetyStock& wanted) {
    decision_.safety_stock.insert(decision_.safety_stock.end(), wanted.entries.begin(), wanted.entries.end());
    return {200, "{\"entries\":" + std::to_string(wanted.entries.size()) + "}"};
  }

  StockAnswer answer(std::size_t /*index*/, const StockRequest& asked, const CorrectPositions& wanted) {
    for (const PositionDifference& difference : rows_.differences)
      book_.correct(*difference.position, difference.reserved_change_milli, difference.leased_change_milli);
    decision_.corrections = std::exchange(rows_.differences, {});
    decision_.corrected_by = asked.who;
    decision_.correction_reason = wanted.reason;
    return {200, "{\"corrected\":" + std::to_string(decision_.corrections.size()) + "}"};
  }

  MicroBatch& batch_;
  ReservationRows& rows_;
  const ReservationPolicy& policy_;
  ReservationDecision decision_;
  ReservationBook book_;
  LeaseDesk leases_;
};

}  // namespace

const std::string* named_reservation(const Document& document) {
  if (const auto* sale = std::get_if<Sale>(&document.body); sale != nullptr && !sale->reservation_id.empty()) return &sale->reservation_id;
  const auto* movement = std::get_if<StockMovement>(&document.body);
  const bool is_shipment = movement != nullptr && !movement->reverses && movement->reference.starts_with(kReservationIdPrefix);
  return is_shipment ? &movement->reference : nullptr;
}

ReservationDecision decide_reservations(MicroBatch& batch, ReservationRows& rows, const ReservationPolicy& policy) {
  return ReservationDecider(batch, rows, policy).decide();
}

}  // namespace tillsync::hub
