// Documents at a POS door, JSON or MessagePack: refused with a reason, or taken as something that every later reader understands in the
// same way.
#include "agent/ingest/ingest.h"
#include "common/contract/codec.h"
#include "tests/fuzz/fuzz.h"

using namespace tillsync;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView body = fuzz::bytes_of(data, size);
  const agent::IngestContext context{LocationId("GB"), Instant{1'300'000'000'000'000}, ""};
  const auto request = agent::ingest(body, agent::detect_syntax(body), context);
  if (!request) {
    TS_CHECK(!request.error().code.empty() && request.error().status >= 400);
    return 0;
  }
  for (const agent::NewRow& row : request->rows) {
    const auto stored = decode_document(row.payload);
    TS_CHECK(stored.has_value());
    TS_CHECK(content_hash(*stored) == row.content_hash);
    TS_CHECK(event_id_of(identity_of(*stored, context.location)) == row.event_id);
    // By another door it is the same document.
    const auto as_json = agent::ingest(document_to_json(*stored), Syntax::kJson, context);
    TS_CHECK(as_json && as_json->rows.size() == 1);
    TS_CHECK(as_json->rows[0].content_hash == row.content_hash);
  }
  return 0;
}
