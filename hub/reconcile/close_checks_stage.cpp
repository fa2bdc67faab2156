#include "hub/reconcile/close_checks_stage.h"

#include <map>
#include <set>

#include "hub/reconcile/day_reader.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kPutFindings = "UPDATE till_day SET findings = $4 WHERE business_date = $1 AND location = $2 AND till = $3 AND findings <> $4";

/// The days to check, and whether a close of it came.
Result<std::map<TillDayKey, TillCheck>> due_checks(DayReader& reader, const MicroBatch& batch) {
  std::map<TillDayKey, TillCheck> due;
  std::set<TillKey> tills;
  const IncomingDocument* previous = nullptr;
  for (const IncomingDocument& incoming : batch.documents) {
    if (incoming.verdict != Verdict::kNew || !incoming.document) continue;
    const Header& header = incoming.document->header;
    if (previous == nullptr || previous->location != incoming.location || previous->document->header.till != header.till)
      tills.insert({incoming.location, header.till});
    previous = &incoming;
    if (header.business_date && day_type(*incoming.document) == kCloseType) due[{incoming.location, *header.business_date, header.till}].has_new_close = true;
  }
  for (const TillKey& till : tills) {
    TS_ASSIGN_OR_RETURN(const auto dates, reader.dates_with_findings(till));
    for (const Date date : dates) due[{till.location, date, till.till}].had_findings = true;
  }
  return due;
}

}  // namespace

Result<void> CloseChecksStage::load(sql::Connection& connection, const MicroBatch& batch) {
  checks_.clear();
  DayReader reader(connection);
  TS_ASSIGN_OR_RETURN(auto due, due_checks(reader, batch));
  for (auto& [key, check] : due) {
    TS_ASSIGN_OR_RETURN(auto tills, reader.tills(key.day(), key.till));
    check.key = key;
    check.facts = std::move(tills[key.till]);
    checks_.push_back(std::move(check));
  }
  return {};
}

void CloseChecksStage::decide(MicroBatch& batch) {
  result_ = check_tills(checks_, policy_);
  for (ExceptionRaised& raised : result_.raised) batch.exceptions.push_back(std::move(raised));
  for (ExceptionSettled& settled : result_.settled) batch.settled.push_back(std::move(settled));
}

Result<void> CloseChecksStage::write(sql::Connection& connection, const MicroBatch&) { return write_findings(connection, result_); }

Result<void> write_findings(sql::Connection& connection, const CheckResult& result) {
  std::vector<sql::Param> params;
  for (const auto& [key, count] : result.findings)
    params.insert(params.end(), {std::int64_t{key.business_date.days}, key.location.view(), key.till.view(), count});
  TS_RETURN_IF_ERROR(connection.run_each(kPutFindings, 4, params));
  return {};
}

}  // namespace tillsync::hub
