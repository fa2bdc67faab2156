// Closing, reopening and releasing a day: the steps of people. Tasks of the writer, in its transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/crypto/signature.h"
#include "common/sql/sql.h"
#include "hub/reconcile/day_facts_reader.h"

namespace tillsync::hub {

struct DayPerson {
  std::string who, reason;
};

struct ClosingResult {
  bool is_closed = false;
  std::int64_t certificate_no = 0;
  std::vector<Blocker> blockers;  // of a refusal: what stands in the way
};
/// Issues a certificate and locks the period; where postings are summed, sums what is collected of the day before, and the certificate names how many are
/// in sums that the ERP has not acknowledged yet. Refused where something stands in the way, unless forced: then the reason is needed and recorded,
/// and stands in the certificate with what was missing. kConflict: it is closed. kInvalid: forced without a reason, or a date that has not begun anywhere.
Result<ClosingResult> close_day(sql::Connection& connection, const DayKey& day, const DayPerson& person, bool is_forced, const DayPolicy& policy,
                                const BacklogsByLocation& agents, const SignatureKeyPair& keys, Instant now);

/// Opens the period: its certificate no longer stands, and what was held for it is queued. kNotFound: it was never closed; kConflict: its period is
/// open; kInvalid: no reason. Returns how many postings were released.
Result<std::size_t> reopen_day(sql::Connection& connection, const DayKey& day, const DayPerson& person, Instant now);

/// Gives the postings that are held for a closed period another posting date and queues them. none: the next open date. kConflict: the
/// period of that date is closed; kInvalid: no reason.
struct Release {
  Date posting_date;
  std::size_t postings = 0;
};
Result<Release> release_day(sql::Connection& connection, const DayKey& day, const DayPerson& person, std::optional<Date> posting_date, Instant now);

struct CertificateRecord {
  std::int64_t number = 0;
  std::string text;  // canonical JSON
  Signature signature;
  SignaturePublicKey public_key;
  Instant issued_at;
};
/// Newest first.
Result<std::vector<CertificateRecord>> read_certificates(sql::Connection& connection, const DayKey& day);

}  // namespace tillsync::hub
