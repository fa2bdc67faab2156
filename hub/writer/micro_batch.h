// What travels through the writer's stages: the documents of one micro-batch and the typed facts that stages hand to the
// stages behind them. Stages never call each other; a new capability is a new stage or a new fact. Writer thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/contract/codec.h"
#include "common/contract/document.h"
#include "common/contract/masterdata.h"
#include "common/wire/messages.h"
#include "hub/writer/requests.h"

namespace tillsync::hub {

/// Intake's ruling over one document.
enum class Verdict : std::uint8_t {
  kUndecided = 0,
  kNew = 1,
  kDuplicate = 2,   // same identity, same content: nothing is written but the agent's cursor
  kConflict = 3,    // same identity, other content: recorded, one exception per (identity, hash)
  kOpaque = 4,      // bytes that this hub cannot decode: recorded, exception
};

/// One document on its way in, from an agent (agent_id, epoch, seq, chain set) or from the API (source set).
struct IncomingDocument {
  AgentId agent_id;
  EpochId epoch;
  std::uint64_t seq = 0;
  ChainHash chain;
  std::string source;  // "" = POS through an agent; else WMS, 3PL, ERP
  LocationId location;
  wire::EventKind kind = wire::EventKind::kDocument;
  Instant agent_received_at;
  std::string correlation_id;
  ContentHash content_hash;
  Bytes payload;
  std::optional<Duration> clock_skew;  // hub's clock minus the agent's, as last measured; nullopt = not known

  // Set by prepare() on the thread that received it, before the writer's transaction.
  std::optional<Document> document;   // nullopt: opaque
  std::string decode_error;
  EventId event_id;
  std::vector<Warning> warnings;      // check_document
  bool effective = false;             // may move stock and money: decodes, no unknown critical field, not training

  // Set by the intake stage.
  Verdict verdict = Verdict::kUndecided;
  std::int64_t event_no = 0;          // of this document's event row; of the first one for a duplicate
};

/// Decodes, identifies and checks a document. A zero content hash (the API has none) is computed; what does not decode gets
/// an event id of its own, derived from location and bytes. Pure; any thread.
void prepare(IncomingDocument& document);

/// A change of stock that the ledger has booked.
struct StockChanged {
  std::size_t document;      // index into MicroBatch::documents: whose arrival brought it
  std::int64_t event_no = 0; // under which it is booked: the document's own, or of a void that waited for this document
  LocationId location;
  Sku sku;
  std::string state, owner, lot;
  Quantity change, on_hand;  // on_hand: after it
  std::string movement;      // "sale", "return", "receipt", "count_correction", …
  UnitPrice unit_cost;
};

/// A void or reversal takes effect: in its own batch, or in the batch that brings the original it has waited for.
struct DocumentReversed {
  std::int64_t event_no = 0;           // of the void
  EventId event_id;
  std::int64_t original_event_no = 0;
  EventId original_event_id;
};

/// What a document or posting is worth: its gross without sign, in minor units.
struct ExceptionWorth {
  std::int64_t minor = 0;
  std::string currency;
  bool operator==(const ExceptionWorth&) const = default;
};

/// Something for the exceptions list. Same (code, subject) twice is one exception.
struct ExceptionRaised {
  std::string code;           // of hub/exceptions/catalogue.h
  std::string subject;        // what it is about, with code the key of the exception: event id text, or a derived id
  std::string cause_key;      // groups equal causes: "sku:85123A"
  LocationId location;
  std::optional<std::int64_t> event_no;
  std::string pointer;        // JSON pointer into the document
  std::string detail;
  std::string exception_id;   // "" = derived from (code, subject)
  std::optional<ExceptionWorth> worth;  // nullopt: of the batch's document with this event_no, where it is a sale or a return
};

/// What was an exception has settled itself (the original of a void came). Nothing happens when none is open.
struct ExceptionSettled {
  std::string code, subject;
  std::string why;
};

/// The period of the event's business date is closed at its location: its posting is to bear another date.
struct PostingDated {
  std::int64_t event_no = 0;
  Date posting_date;
};
/// The event's posting may not be sent until somebody decides: it is held.
struct PostingBlocked {
  std::int64_t event_no = 0;
  std::string why;
};

/// A posting to queue; the postings stage makes them, the store writes them.
struct PostingQueued {
  std::int64_t event_no = 0;
  std::int64_t behind_event_no = 0;  // of a void that waited: its original, behind which it is sent
  int part = 0;                      // of a document with several postings: 1, 2, … of those beside its own
  Posting posting;
  std::string lane;                  // location/till: what takes its turn at the ERP; "" = the ordering key
  bool is_collected = false;         // to be summed with others of its day (hub/postings/summed.h)
  bool balanced = true;       // false: kept as held, with an exception, never sent
  std::string problem;
  std::string blocked;        // why it may not be sent yet: held, "" = it may
};

/// A declared gap: the agent no longer holds these.
struct GapDeclared {
  AgentId agent_id;
  LocationId location;
  wire::Gap gap;
};

/// Where an agent's epoch stands after this batch.
struct CursorMoved {
  AgentId agent_id;
  EpochId epoch;
  std::uint64_t seq = 0;
  ChainHash chain;
};

/// Something for the agents of a scope (hub/outbound/outbound_item.h); a newer item of the same scope, kind and key replaces it.
struct OutboundQueued {
  std::string scope, kind, key;
  Bytes payload;
};

struct MicroBatch {
  Instant now;  // hub's clock
  std::vector<IncomingDocument> documents;
  std::vector<GapDeclared> gaps;
  std::vector<CursorMoved> cursors;
  std::vector<StockRequest> requests;
  std::vector<StockAnswer> answers;  // one per request, by the reservations stage

  // Facts, in the order of the stages.
  std::vector<StockChanged> stock_changes;
  std::vector<DocumentReversed> reversals;
  std::vector<PostingDated> posting_dates;
  std::vector<PostingBlocked> posting_blocks;
  std::vector<PostingQueued> postings;
  std::vector<ExceptionRaised> exceptions;
  std::vector<ExceptionSettled> settled;
  std::vector<OutboundQueued> outbound;
};

}  // namespace tillsync::hub
