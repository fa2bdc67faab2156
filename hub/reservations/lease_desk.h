// What is decided about leases: promises that use them, their close, what freezes them, and what people and the policy ask for. Pure.
// Used by reservations.cpp only. Source: ARCHITECTURE section 6 "Quota leases".
#pragma once

#include "hub/reservations/reservation_book.h"

namespace tillsync::hub {

class LeaseDesk {
 public:
  LeaseDesk(MicroBatch& batch, ReservationRows& rows, ReservationBook& book) : batch_(batch), rows_(rows), book_(book) {}

  /// A new epoch of an agent: what it promised under the old one may be lost, so its leases wait for a person.
  void freeze(const AgentId& agent_id, const EpochId& epoch);
  /// Moves units from leased to reserved, without arbitration. What goes beyond the lease, or names none, is reserved all the same: it
  /// has happened. nullptr: an id that is taken.
  Reservation* promise(const IncomingDocument& incoming, const Promise& promise);
  void close(const IncomingDocument& incoming, const LeaseClose& close);
  /// Its time is over: the agent is asked to close it; nothing is freed.
  void expire(Lease& lease);
  /// Too little is left at its position: the agent is asked for what it has not promised.
  void recall(Lease& lease);

  StockAnswer grant(const StockRequest& request, const GrantLease& wanted, Position* position);
  StockAnswer step(const StockRequest& request, const StepLease& wanted);
  void follow_policy(const LeaseWish& wish);

 private:
  void use(const IncomingDocument& incoming, const Promise& promise, Reservation& reservation, const PromiseLine& line);
  Lease& grant(const std::string& id, const AgentId& agent_id, Position& position, std::int64_t qty_milli, std::int64_t ttl_s, const ContentHash& hash,
               bool is_by_policy, const Cause& cause);
  void end(Lease& lease, std::string_view verb, const Cause& cause);
  void renew(Lease& lease, std::int64_t ttl_s, const Cause& cause);
  EpochId epoch_of(const AgentId& agent_id) const;

  MicroBatch& batch_;
  ReservationRows& rows_;
  ReservationBook& book_;
};

}  // namespace tillsync::hub
