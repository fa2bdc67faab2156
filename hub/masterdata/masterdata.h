// What putting a location, product or price means, given what is stored: created, updated, unchanged or stale. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/bytes.h"
#include "common/contract/masterdata.h"

namespace tillsync::hub {

enum class PutStatus {
  kCreated,
  kUpdated,
  kUnchanged,  // the stored content, whatever version was named: nothing is written
  kStale,      // a version that is not above the stored one, with other content: refused, the newer one stays
};

struct StoredVersion {
  std::int64_t version = 0;
  Bytes document;
};
struct PutDecision {
  PutStatus status = PutStatus::kUnchanged;
  std::int64_t version = 0;  // that the record has afterwards
};

/// given_version 0: the sender does not count; the hub gives the next one. `document` must be encoded with version 0, so that
/// the number alone makes no new content.
PutDecision decide_put(const std::optional<StoredVersion>& stored, std::int64_t given_version, BytesView document);

/// The key of a price: one price per SKU, place, currency, start and promotion.
std::string price_key(const Price& price);

}  // namespace tillsync::hub
