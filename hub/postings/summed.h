// Postings summed per location, business date and currency, as most retailers post: one entry a day and store instead of one a receipt.
// Customers on account, movements of goods and what does not balance stay as they are. Pure. Source: CONTRACT "posting/1".
#pragma once

#include <span>
#include <string>

#include "common/base/error.h"
#include "common/contract/masterdata.h"

namespace tillsync::hub {

/// Documents of one summed posting; more go to the next batch.
inline constexpr std::size_t kSumDocumentsMax = 10'000;

/// Whether a document's posting may be part of a sum.
bool is_summable(const Posting& posting);

/// What makes a summed posting: connector, location, date, currency and the number of the batch. A late document goes to the next batch,
/// never into a changed amount under an old key.
struct SumKey {
  std::string connector;
  LocationId location;
  Date business_date;
  Currency currency;
  std::int64_t batch_no = 1;
};
/// "p_" + base32, the same on every hub; also its idempotency key.
std::string summed_posting_id(const SumKey& key);

/// One line per account, tender, tax and rate with what remains of debit and credit; stock per SKU, state, owner and movement. The parts are
/// of one location, business date and currency. kLimitExceeded: a sum that 64 bits do not hold.
Result<Posting> sum_postings(const SumKey& key, std::span<const Posting> parts);

}  // namespace tillsync::hub
