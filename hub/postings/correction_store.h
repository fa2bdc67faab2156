// Records a correction and queues its posting again, in one transaction. Writer thread; the preview on any thread with a
// connection of its own.
#pragma once

#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/contract/value.h"
#include "common/sql/sql.h"
#include "hub/postings/correction.h"

namespace tillsync::hub {

/// What correct_posting would do, without doing it. kInvalid: the correction's form; kLimitExceeded: longer than kCorrectionBytesMax.
Result<CorrectionDecision> preview_correction(sql::Connection& connection, std::string_view posting_id, const Value& correction, std::string_view reason);

/// When it may be (decide_correction): the correction is recorded as the posting's next version and the posting is queued, with
/// who and why in both records. Else nothing is written. The errors of preview_correction.
Result<CorrectionDecision> correct_posting(sql::Connection& connection, std::string_view posting_id, const Value& correction, std::string_view who,
                                           std::string_view reason, Instant now);

/// The posting's next version, without a word about its state: for those who have decided by another rule (release_period).
Result<std::int64_t> record_correction(sql::Connection& connection, std::int64_t posting_no, const Correction& correction, std::string_view currency,
                                       std::string_view who, std::string_view reason, Instant now);

}  // namespace tillsync::hub
