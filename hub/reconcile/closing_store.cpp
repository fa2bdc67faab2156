#include "hub/reconcile/closing_store.h"

#include <algorithm>

#include "hub/exceptions/exception_store.h"
#include "hub/postings/posting_store.h"
#include "hub/postings/summed_store.h"
#include "hub/reconcile/certificate.h"
#include "hub/reconcile/day_facts_reader.h"
#include "hub/reconcile/day_store.h"

namespace tillsync::hub {
namespace {

using sql::Blob;
using sql::Row;

constexpr std::string_view kSelectNextNo = "SELECT coalesce(max(certificate_no), 0) + 1 FROM close_certificate";
constexpr std::string_view kInsertCertificate =
    "INSERT INTO close_certificate (certificate_no, location, business_date, body, signature, public_key, issued_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
constexpr std::string_view kSelectCertificates =
    "SELECT certificate_no, body, signature, public_key, issued_at FROM close_certificate WHERE location = $1 AND business_date = $2 ORDER BY certificate_no DESC";
constexpr std::string_view kSelectLocked =
    "SELECT business_date FROM business_day WHERE location = $1 AND business_date >= $2 AND is_locked = 1 ORDER BY business_date";

std::unexpected<Error> no_reason(const DayKey& day, std::string_view what) {
  return fail(ErrorCode::kInvalid, std::string(what) + " " + day_subject(day), "say why, in \"reason\"");
}

Result<std::vector<Date>> locked_from(sql::Connection& connection, const LocationId& location, Date from) {
  std::vector<Date> locked;
  TS_RETURN_IF_ERROR(connection.query(kSelectLocked, {location.view(), std::int64_t{from.days}},
                                      [&locked](const Row& row) { locked.push_back(Date{static_cast<std::int32_t>(row.integer(0))}); }));
  return locked;
}

Result<std::size_t> release(sql::Connection& connection, const DayKey& day, std::optional<Date> posting_date, const DayPerson& person, const std::string& why, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto released, release_period(connection, day.location, day.business_date, posting_date, person.who, person.reason, now));
  std::vector<ExceptionSettled> settled;
  for (const std::string& posting_id : released) settled.push_back({"period.closed", posting_id, why});
  TS_RETURN_IF_ERROR(settle_exceptions(connection, settled, now));
  return released.size();
}

}  // namespace

Result<ClosingResult> close_day(sql::Connection& connection, const DayKey& day, const DayPerson& person, bool is_forced, const DayPolicy& policy,
                                const BacklogsByLocation& agents, const SignatureKeyPair& keys, Instant now) {
  if (is_forced && person.reason.empty()) return no_reason(day, "close");
  if (day.business_date.days > date_of(now).days + 1)
    return fail(ErrorCode::kInvalid, "close " + day_subject(day), "the business date has not begun anywhere");
  TS_ASSIGN_OR_RETURN(DayFacts facts, read_day_facts(connection, day, agents));
  if (!facts.location && facts.tills.empty()) return fail(ErrorCode::kNotFound, "close " + day_subject(day), "there is no location " + day.location.value);
  if (facts.lock && facts.lock->state == DayLockState::kClosed)
    return fail(ErrorCode::kConflict, "close " + day_subject(day), "it is closed already, by certificate " + std::to_string(facts.lock->certificate_no));
  const DayVerdict verdict = judge_day(facts, policy, now);
  ClosingResult result;
  if (!verdict.may_close && !is_forced) {
    result.blockers = verdict.blockers;
    return result;
  }
  if (!policy.sums_for.empty() && facts.postings.collected > 0) {
    TS_RETURN_IF_ERROR(sum_day(connection, policy.sums_for, day.location, day.business_date, now));
    TS_ASSIGN_OR_RETURN(facts, read_day_facts(connection, day, agents));
  }
  CertificateHead head;
  TS_RETURN_IF_ERROR(connection.query(kSelectNextNo, {}, [&head](const Row& row) { head.number = row.integer(0); }));
  if (facts.lock) head.supersedes = facts.lock->certificate_no;
  head.issued_at = now;
  head.issued_by = person.who;
  head.is_forced = !verdict.may_close;
  head.reason = person.reason;
  const std::string text = certificate_text(head, facts, verdict);
  const Signature signature = sign(text, keys);
  TS_RETURN_IF_ERROR(connection.run(kInsertCertificate, {head.number, day.location.view(), std::int64_t{day.business_date.days}, std::string_view(text),
                                                         Blob{signature.view()}, Blob{keys.public_key.view()}, now.micros}));
  DayStep step;
  step.lock = DayLock{DayLockState::kClosed, true, head.number, now};
  step.is_forced = head.is_forced;
  step.who = person.who;
  step.reason = person.reason;
  TS_RETURN_IF_ERROR(write_day_step(connection, day, step, now));
  TS_RETURN_IF_ERROR(settle_exceptions(connection, {{"day.reopened", day_subject(day), "closed again by certificate " + std::to_string(head.number)}}, now));
  result.is_closed = true;
  result.certificate_no = head.number;
  return result;
}

Result<std::size_t> reopen_day(sql::Connection& connection, const DayKey& day, const DayPerson& person, Instant now) {
  if (person.reason.empty()) return no_reason(day, "reopen");
  TS_ASSIGN_OR_RETURN(const auto lock, load_day_lock(connection, day));
  if (!lock) return fail(ErrorCode::kNotFound, "reopen " + day_subject(day), "it was never closed");
  if (!lock->is_locked) return fail(ErrorCode::kConflict, "reopen " + day_subject(day), "its period is open already");
  DayStep step;
  step.lock = *lock;
  step.lock.state = DayLockState::kReopened;
  step.lock.is_locked = false;
  step.who = person.who;
  step.reason = person.reason;
  TS_RETURN_IF_ERROR(write_day_step(connection, day, step, now));
  return release(connection, day, std::nullopt, person, "the period was opened", now);
}

Result<Release> release_day(sql::Connection& connection, const DayKey& day, const DayPerson& person, std::optional<Date> posting_date, Instant now) {
  if (person.reason.empty()) return no_reason(day, "release postings of");
  TS_ASSIGN_OR_RETURN(const auto locked, locked_from(connection, day.location, posting_date.value_or(day.business_date)));
  Release done;
  done.posting_date = next_open_date(posting_date.value_or(day.business_date), locked);
  if (posting_date && done.posting_date != *posting_date)
    return fail(ErrorCode::kConflict, "release postings of " + day_subject(day), "the period of " + format_date(*posting_date) + " is closed as well",
                "the next open one is " + format_date(done.posting_date));
  const std::optional<Date> other = done.posting_date == day.business_date ? std::nullopt : std::optional(done.posting_date);
  TS_ASSIGN_OR_RETURN(done.postings, release(connection, day, other, person, "posted with date " + format_date(done.posting_date), now));
  return done;
}

Result<std::vector<CertificateRecord>> read_certificates(sql::Connection& connection, const DayKey& day) {
  std::vector<CertificateRecord> records;
  TS_RETURN_IF_ERROR(connection.query(kSelectCertificates, {day.location.view(), std::int64_t{day.business_date.days}}, [&records](const Row& row) {
    records.push_back({row.integer(0), std::string(row.text(1)), Signature::from_view(row.blob(2)).value_or(Signature{}),
                       SignaturePublicKey::from_view(row.blob(3)).value_or(SignaturePublicKey{}), Instant{row.integer(4)}});
  }));
  return records;
}

}  // namespace tillsync::hub
