// The posting queue's writes: new postings from the stage, and the steps of the forwarder and of people, which run in tasks of
// the writer. Writer thread, in its transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/postings/posting_state.h"
#include "hub/writer/micro_batch.h"

namespace tillsync::hub {

/// Further postings of a document have numbers above all documents' own ones, and below those of sums.
inline constexpr std::int64_t kPartNoBase = std::int64_t{1} << 60;

/// Creates or upgrades the tables of this folder.
Result<void> migrate_postings(sql::Connection& connection);

/// Queues them; unbalanced ones are held. kConflict: an event has a posting already.
Result<void> insert_postings(sql::Connection& connection, std::span<const PostingQueued> postings, Instant now);

/// Queues a summed posting under its own number.
Result<void> insert_summed(sql::Connection& connection, const Posting& posting, std::int64_t posting_no, Instant now);

/// What became of one attempt or look-up.
struct PostingResult {
  std::int64_t posting_no = 0;
  PostingStatus status = PostingStatus::kPosted;  // posted, retrying, unknown, refused; queued: not sent, or a look-up found nothing
  std::string erp_reference;                      // of a posted one
  std::string error;                              // text of the ERP or the fault
  std::string code, cause;                        // of a refused one: connectors/README.md; what it depends on, "sku:85123A"
  std::optional<Instant> next_try_at;             // of retrying and unknown
};
/// Marks postings as on their way, before they are sent. Returns the numbers of those that may be sent: others were changed
/// by someone else in between.
Result<std::vector<std::int64_t>> mark_sending(sql::Connection& connection, std::span<const std::int64_t> posting_nos, Instant now);
/// Takes results in bulk; returns how many were taken. A result that does not follow the posting's state is left out. A refused
/// one raises posting.<code> of the catalogue, else posting.refused; a posted one settles what stood open about it (through `raised`, `settled`, for the caller to
/// hand to hub/exceptions in the same transaction).
/// Codes of refusals that have an exception of their own; others raise posting.refused.
std::string_view exception_of_refusal(std::string_view code);
struct RecordedResults {
  std::size_t taken = 0;
  std::vector<ExceptionRaised> raised;
  std::vector<ExceptionSettled> settled;
};
Result<RecordedResults> record_results(sql::Connection& connection, std::span<const PostingResult> results, Instant now);

/// At start, before anything is sent: what was on its way has an unknown outcome, to be looked up at look_up_at. Returns how many.
Result<std::size_t> recover_postings(sql::Connection& connection, Instant now, Instant look_up_at);

/// Releases what is held because the period of that day was closed: it is queued, with another posting date where one is given (none: the
/// business date stands). What is held because it does not balance stays so. Returns the posting ids; the caller settles their exceptions.
Result<std::vector<std::string>> release_period(sql::Connection& connection, const LocationId& location, Date business_date,
                                                std::optional<Date> posting_date, std::string_view who, std::string_view reason, Instant now);

/// A person's step; who and why are recorded.
Result<PostingActionStatus> act_on_posting(sql::Connection& connection, std::string_view posting_id, PostingAction action,
                                           std::string_view who, std::string_view reason, Instant now);
/// Queues a posting whose correction has just been recorded, whatever held it. The caller has decided that it may be
/// (decide_correction).
Result<void> queue_posting(sql::Connection& connection, std::int64_t posting_no, std::string_view who, std::string_view why, Instant now);

/// Codes of all exceptions whose subject is a posting.
std::span<const std::string_view> posting_exception_codes();

}  // namespace tillsync::hub
