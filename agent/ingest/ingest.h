// The one function that all doors end in: a request's bytes become rows for the outbox, or the problems that its sender is
// told. Decides nothing about duplicates and conflicts (agent/outbox does, in the transaction) and asks for no time. Pure.
// Any thread.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/outbox/outbox.h"
#include "agent/quota/quota_store.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/contract/codec.h"
#include "common/contract/document.h"
#include "common/contract/problem.h"

namespace tillsync::agent {

/// What a door knows beside the bytes. correlation_id: of the request (X-Correlation-Id), "" = none; it is taken where a
/// document brings none of its own.
struct IngestContext {
  LocationId location;  // the agent's own
  Instant now;
  std::string correlation_id;
};

/// One entry of `refusals` for each document, in order: nullopt where the document passed and has the next row of `rows`.
struct IngestedRequest {
  bool is_array = false;
  std::vector<std::optional<Problem>> refusals;
  std::vector<NewRow> rows;
  std::vector<std::vector<SoldUnits>> sold;  // for each row: what it takes from the shelf

  bool has_refusal() const { return rows.size() < refusals.size(); }
};

/// One document, or an array of 1 to kDocumentsPerRequestMax. A problem here is one of the whole request; one bad document of an
/// array does not stop the others.
std::expected<IngestedRequest, Problem> ingest(BytesView body, Syntax syntax, const IngestContext& context);
/// The same for one document that is parsed already (a line of a spool file). pointer_base as in parse_document.
/// sold: filled with what the document takes from the shelf, where it is not null.
std::expected<NewRow, Problem> ingest_tree(const Value& tree, const IngestContext& context, std::string_view pointer_base = "",
                                           std::vector<SoldUnits>* sold = nullptr);
/// The row of a document that this agent makes itself.
NewRow row_of(const Document& document, const LocationId& location, Instant now);
/// [{"code","pointer","detail"}] with one more.
std::string with_warning(std::string warnings, const Warning& warning);

/// MessagePack begins a map or an array with a byte that no JSON text begins with.
Syntax detect_syntax(BytesView body);

/// The business identity as bytes that order a till's documents by number: its parts with a NUL between, which none contains.
Bytes identity_key(const Identity& identity);

/// The exception that the hub raises for this content under its identity; the row's own payload says which.
ExceptionId exception_of_conflict(const NewRow& row, const LocationId& location);

}  // namespace tillsync::agent
