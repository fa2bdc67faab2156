// Gathers what a trace is built from, and finds the traces that a text may mean: correlation id, document number, posting, order number, ERP reference, SKU, reservation,
// exception. Index look-ups only, each bounded. Any thread, with the connection of that thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/insight/trace.h"
#include "hub/intake/event_reader.h"

namespace tillsync::hub {

inline constexpr std::size_t kTraceHitsMax = 200;
inline constexpr std::size_t kSkuMovementsMax = 2'000;  // newest movements of a SKU that are looked through

struct TraceHit {
  std::string correlation_id, title, location;
  Instant at;
  std::string state;  // of a document, or of a reservation
  bool operator==(const TraceHit&) const = default;
};

class TraceReader {
 public:
  /// skew_of: hub's clock minus that of the agent, as last measured; nullopt = not known.
  using SkewOf = std::function<std::optional<Duration>(const AgentId&)>;
  TraceReader(sql::Connection& connection, SkewOf skew_of) : connection_(connection), skew_of_(std::move(skew_of)) {}

  /// nullopt: nothing is known under this id (a correlation id, an event id or a reservation id). erp_trouble is the caller's to add.
  Result<std::optional<TraceFacts>> facts(std::string_view correlation_id);
  /// Newest first within each meaning of `q`, the exact ones before the wide ones. limit: 1 … kTraceHitsMax. location "" = everywhere.
  Result<std::vector<TraceHit>> find(std::string_view q, std::string_view location, std::size_t limit);

 private:
  Result<TraceEvent> read_event(const EventSummary& summary);
  Result<void> read_postings(std::int64_t event_no, TraceEvent& event);
  Result<void> read_exceptions(std::int64_t event_no, TraceEvent& event);
  Result<void> read_voided(const EventSummary& summary, TraceEvent& event);
  Result<void> read_closed(TraceEvent& event);
  Result<void> read_reservation(std::string_view reservation_id, TraceFacts& facts);
  Result<TraceHit> hit_of(const EventSummary& summary);

  Result<std::vector<std::int64_t>> events_of(std::string_view q, std::size_t limit);
  Result<std::vector<std::int64_t>> events_of_sku(std::string_view sku, std::size_t limit);

  sql::Connection& connection_;
  SkewOf skew_of_;
};

}  // namespace tillsync::hub
