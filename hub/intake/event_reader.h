// Reads the event log: for the API and console (on a connection of their own), for the sync loop (epoch_position) and for
// stages that need an earlier document. Any thread, with the connection of that thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/contract/document.h"
#include "common/sql/sql.h"
#include "hub/writer/micro_batch.h"

namespace tillsync::hub {

inline constexpr std::size_t kEventPageMax = 500;  // entries of one page

/// Empty fields do not filter.
struct EventFilter {
  std::string location, till, document_no, correlation_id;
  std::string contract;               // name, with or without version
  std::optional<std::int64_t> after;  // `next` of the page before
  bool newest_first = false;
  std::size_t limit = 50;             // 1 … kEventPageMax
};

struct EventSummary {
  std::int64_t event_no = 0;
  EventId event_id;
  bool is_opaque = false;
  std::string contract, mode, source;
  LocationId location;
  TillId till;
  Series series;
  DocumentNo document_no;
  std::optional<Date> business_date;
  std::optional<Instant> occurred_at, agent_received_at;
  Instant received_at;
  std::string correlation_id;  // the event id's text where the document has none
  ContentHash content_hash;
  AgentId agent_id;            // empty: put in at the hub
  std::uint64_t seq = 0;
};

struct EventPage {
  std::vector<EventSummary> events;
  std::optional<std::int64_t> next;  // absent on the last page
};

struct EventDetail {
  EventSummary summary;
  std::string document_json;  // "" of an opaque one
  Bytes payload;
};

/// A second content under the identity of `event_id`.
struct ConflictRecord {
  std::string exception_id;
  ContentHash content_hash;
  Instant received_at;
  std::string document_json;
};

/// Sums of the event log per location, business date, contract, mode and currency.
struct EventTotalRow {
  LocationId location;
  std::optional<Date> business_date;
  std::string contract, mode, currency;
  std::int64_t documents = 0;
  Amount gross;  // sales positive, returns negative
};

class EventReader {
 public:
  explicit EventReader(sql::Connection& connection) : connection_(connection) {}

  /// kInvalid: limit out of bounds.
  Result<EventPage> list(const EventFilter& filter);
  Result<std::optional<EventDetail>> find(const EventId& event_id);
  Result<std::vector<ConflictRecord>> conflicts(const EventId& event_id);
  /// The document of an event; nullopt when there is no such event or it is opaque. kCorrupt: it no longer decodes.
  Result<std::optional<Document>> document(std::int64_t event_no);
  /// Quick where the id is indexed; else it reads the newest kEventIdsUnindexedMax events.
  Result<std::optional<std::int64_t>> event_no_of(const EventId& event_id);
  /// Always quick. For the stages.
  Result<std::optional<std::int64_t>> event_no_of(const Identity& identity);
  /// Of all documents that bear a number, at whatever location; at most `limit`.
  Result<std::vector<std::int64_t>> event_nos_of_document(std::string_view document_no, std::size_t limit);
  Result<std::optional<EventSummary>> summary(std::int64_t event_no);
  /// location empty = all; by location, date, contract.
  Result<std::vector<EventTotalRow>> totals(const LocationId& location = {}, std::optional<Date> business_date = {});
  /// For the sync loop: where the hub stands in an agent's epoch; nullopt = it knows nothing of it.
  Result<std::optional<CursorMoved>> epoch_position(const AgentId& agent_id, const EpochId& epoch);

 private:
  sql::Connection& connection_;
};

}  // namespace tillsync::hub
