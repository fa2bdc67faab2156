#include "hub/api/record_json.h"

#include <nlohmann/json.hpp>

#include "hub/exceptions/catalogue.h"
#include "hub/exceptions/runbooks.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

std::string status_text(const ExceptionRecord& record) {
  if (record.status == CaseStatus::kOpen && !record.assignee.empty()) return "assigned";
  return std::string(to_string(record.status));
}

}  // namespace

json exception_json(const ExceptionRecord& record, Instant now) {
  const CatalogueEntry& entry = catalogue_entry(record.code);
  json item = {{"exception_id", record.exception_id},
               {"code", record.code},
               {"title", entry.title},
               {"subject", record.subject},
               {"cause_key", record.cause_key},
               {"location", record.location.value},
               {"status", status_text(record)},
               {"owner", record.owner},
               {"assignee", record.assignee},
               {"meaning", entry.meaning},
               {"remedy", entry.remedy},
               {"runbook", runbook_path(record.code)},
               {"pointer", record.pointer},
               {"detail", record.detail},
               {"count", record.occurrences},
               {"raised_at", format_instant(record.raised_at)},
               {"last_raised_at", format_instant(record.last_raised_at)},
               {"due_at", format_instant(record.due_at)},
               {"is_overdue", record.status == CaseStatus::kOpen && record.due_at < now},
               {"worth", nullptr},
               {"event_no", nullptr},
               {"closed_at", nullptr}};
  if (record.event_no) item["event_no"] = *record.event_no;
  if (record.closed_at) item["closed_at"] = format_instant(*record.closed_at);
  if (record.worth) item["worth"] = {{"amount", format_amount(Amount{record.worth->minor}, record.worth->currency)}, {"currency", record.worth->currency}};
  return item;
}

json posting_record_json(const PostingRecord& record) {
  json item = {{"posting_id", record.posting_id},
               {"posting_no", record.posting_no},
               {"idempotency_key", record.idempotency_key},
               {"kind", record.kind},
               {"location", record.location.value},
               {"business_date", nullptr},
               {"currency", record.currency},
               {"ordering_key", record.ordering_key},
               {"status", to_string(record.status)},
               {"attempts", record.attempts},
               {"next_try_at", nullptr},
               {"gross", format_amount(record.gross, record.currency)},
               {"units", format_quantity(record.units)},
               {"erp_reference", record.erp_reference},
               {"last_error", record.last_error},
               {"created_at", format_instant(record.created_at)},
               {"updated_at", format_instant(record.updated_at)}};
  if (record.business_date) item["business_date"] = format_date(*record.business_date);
  if (record.next_try_at) item["next_try_at"] = format_instant(*record.next_try_at);
  return item;
}

json worth_json(const std::map<std::string, std::int64_t>& minor_by_currency) {
  if (minor_by_currency.empty()) return nullptr;
  json worth = json::object();
  for (const auto& [currency, minor] : minor_by_currency) worth[currency] = format_amount(Amount{minor}, currency);
  return worth;
}

}  // namespace tillsync::hub
