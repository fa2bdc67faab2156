#include "hub/postings/correction_store.h"

#include "common/contract/codec.h"
#include "hub/postings/correction_reader.h"
#include "hub/postings/posting_reader.h"
#include "hub/postings/posting_store.h"

namespace tillsync::hub {
namespace {

using sql::Row;

constexpr std::string_view kSelectPosting = "SELECT status, body FROM posting WHERE posting_no = $1 /* for update */";
constexpr std::string_view kInsertCorrection =
    "INSERT INTO posting_correction (posting_no, version, correction, who, reason, at) VALUES ($1, $2, $3, $4, $5, $6)";
constexpr std::string_view kSelectNewest = "SELECT coalesce(max(version), 0) FROM posting_correction WHERE posting_no = $1";

struct Weighed {
  std::int64_t posting_no = 0;
  Correction correction;
  CorrectionDecision decision;
};

Result<Weighed> weigh(sql::Connection& connection, std::string_view posting_id, const Value& tree, std::string_view reason) {
  Weighed weighed;
  TS_ASSIGN_OR_RETURN(const auto posting_no, PostingReader(connection).posting_no_of(posting_id));
  if (!posting_no) return weighed;
  weighed.posting_no = *posting_no;
  std::optional<PostingStatus> status;
  Bytes body;
  TS_RETURN_IF_ERROR(connection.query(kSelectPosting, {*posting_no}, [&](const Row& row) {
    status = posting_status(row.text(0));
    body = row.blob(1);
  }));
  TS_ASSIGN_OR_RETURN(Posting submitted, decode_posting(body));
  TS_ASSIGN_OR_RETURN(const auto earlier, corrections_of(connection, *posting_no));
  TS_ASSIGN_OR_RETURN(const Posting current, effective_posting(std::move(submitted), earlier));
  auto correction = parse_correction(tree, current.currency.code, "/correction");
  if (!correction) return fail(ErrorCode::kInvalid, "correct posting", correction.error().pointer + ": " + correction.error().detail);
  if (correction_to_json(*correction, current.currency.code).size() > kCorrectionBytesMax)
    return fail(ErrorCode::kLimitExceeded, "correct posting", "a correction has " + std::to_string(kCorrectionBytesMax) + " bytes at most");
  weighed.decision = decide_correction(status, current, earlier.size(), *correction, reason);
  weighed.correction = std::move(*correction);
  return weighed;
}

}  // namespace

Result<CorrectionDecision> preview_correction(sql::Connection& connection, std::string_view posting_id, const Value& correction, std::string_view reason) {
  TS_ASSIGN_OR_RETURN(Weighed weighed, weigh(connection, posting_id, correction, reason));
  return std::move(weighed.decision);
}

Result<CorrectionDecision> correct_posting(sql::Connection& connection, std::string_view posting_id, const Value& correction, std::string_view who,
                                           std::string_view reason, Instant now) {
  TS_ASSIGN_OR_RETURN(Weighed weighed, weigh(connection, posting_id, correction, reason));
  if (weighed.decision.status != CorrectionStatus::kDone) return std::move(weighed.decision);
  TS_ASSIGN_OR_RETURN(const std::int64_t version, record_correction(connection, weighed.posting_no, weighed.correction,
                                                                    weighed.decision.effective.currency.code, who, reason, now));
  const std::string detail = "correction " + std::to_string(version) + ": " + std::string(reason);
  TS_RETURN_IF_ERROR(queue_posting(connection, weighed.posting_no, who, detail, now));
  return std::move(weighed.decision);
}

Result<std::int64_t> record_correction(sql::Connection& connection, std::int64_t posting_no, const Correction& correction, std::string_view currency,
                                       std::string_view who, std::string_view reason, Instant now) {
  std::int64_t version = 0;
  TS_RETURN_IF_ERROR(connection.query(kSelectNewest, {posting_no}, [&version](const Row& row) { version = row.integer(0) + 1; }));
  const std::string json = correction_to_json(correction, currency);
  TS_RETURN_IF_ERROR(connection.run(kInsertCorrection, {posting_no, version, std::string_view(json), who, reason, now.micros}));
  return version;
}

}  // namespace tillsync::hub
