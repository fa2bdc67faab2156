// Spool files: a table is refused with its line, or becomes documents that the doors take or refuse.
#include "agent/ingest/ingest.h"
#include "agent/ingest/sale_csv.h"
#include "common/contract/codec.h"
#include "tests/fuzz/fuzz.h"

using namespace tillsync;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto documents = agent::documents_in_csv(fuzz::bytes_of(data, size));
  if (!documents) {
    TS_CHECK(!documents.error().detail.empty());
    return 0;
  }
  for (const auto& document : *documents) {
    if (!document.tree) continue;
    const auto row = agent::ingest_tree(*document.tree, {LocationId("GB"), Instant{1'300'000'000'000'000}, ""});
    if (row) TS_CHECK(decode_document(row->payload).has_value());
  }
  return 0;
}
