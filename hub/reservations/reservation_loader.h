// Loads the rows that a micro-batch touches: what requests and facts name, what time has ended, and, where facts may have left too
// little, whoever holds units there. Writer thread. Used by the store; the reader asks for what a SKU is made of.
#pragma once

#include <string>

#include "hub/reservations/lease_plan.h"
#include "hub/reservations/reservation_store.h"

namespace tillsync::hub {

class ReservationLoader {
 public:
  ReservationLoader(sql::Connection& connection, const SafetyStocks& safety, KnownCatalogue& known, const ReservationPolicy& policy, ReservationRows& rows)
      : connection_(connection), safety_(safety), known_(known), policy_(policy), rows_(rows) {}

  /// In memory from here on.
  Result<Position*> position(const PositionKey& key);

  Result<void> load_documents(const MicroBatch& batch);
  Result<void> load_requests(const MicroBatch& batch);
  Result<void> load_due();
  Result<void> load_suspects(const MicroBatch& batch);
  Result<void> load_differences();
  /// What the policy wants of the leases of one agent.
  Result<void> load_wishes(const LeaseHolder& holder);

 private:
  Result<void> load_epoch(const AgentId& agent_id);
  Result<Reservation*> reservation(const std::string& id);
  Result<Lease*> lease(const std::string& id);
  Result<const ProductFacts*> product(const Sku& sku);
  Result<const std::vector<LocationId>*> sources();

  Result<void> load_promise(const IncomingDocument& incoming, const Promise& promise);
  Result<void> load_leases_of(const AgentId& agent_id);
  Result<void> load_demands(const StockRequest& asked, const ReservationRequest& request, std::vector<LineDemand>& demands);
  Result<std::vector<LocationId>> locations_of(const StockRequest& asked, const ReservationRequest& request, const ReservationLine& line);
  Result<void> load_candidates(Position& position);
  Result<void> load_candidate(Position& position, Reservation& reservation);
  Result<std::vector<std::string>> ids(std::string_view statement, std::initializer_list<sql::Param> params);

  sql::Connection& connection_;
  const SafetyStocks& safety_;
  KnownCatalogue& known_;
  const ReservationPolicy& policy_;
  ReservationRows& rows_;
};

}  // namespace tillsync::hub
