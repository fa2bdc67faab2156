// Reads corrections and lays them over postings. Any thread, with the connection of that thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/postings/correction.h"

namespace tillsync::hub {

struct StoredCorrection {
  std::int64_t version = 0;  // 1 = the first
  std::string correction_json, who, reason;
  Instant at;
};

/// In order; empty of a posting that nobody has corrected.
Result<std::vector<StoredCorrection>> corrections_of(sql::Connection& connection, std::int64_t posting_no);

/// submitted: posting.body, decoded. kCorrupt: a stored correction no longer reads.
Result<Posting> effective_posting(Posting submitted, const std::vector<StoredCorrection>& corrections);
/// The same for a body as it is stored.
Result<Posting> effective_posting(sql::Connection& connection, std::int64_t posting_no, BytesView body);

}  // namespace tillsync::hub
