#include "hub/access/audit_store.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kInsertEntry =
    "INSERT INTO audit_record (at, who, role, address, action, object, before, after, reason, correlation_id)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
constexpr std::string_view kSelect =
    "SELECT audit_no, at, who, role, address, action, object, before, after, reason, correlation_id FROM audit_record WHERE audit_no < $1";
// Each condition stands in the statement only when it is asked for, so that its index is used.
constexpr std::string_view kWho = " AND who = $2";
constexpr std::string_view kAction = " AND action >= $3 AND action < $3 || char(1114111)";
constexpr std::string_view kObject = " AND (object = $4 OR (object > $4 || '/' AND object < $4 || '0'))";  // '0' comes behind '/'
constexpr std::string_view kText =
    " AND (instr(object, $5) OR instr(reason, $5) OR instr(coalesce(before, ''), $5) OR instr(coalesce(after, ''), $5) OR correlation_id = $5)";
constexpr std::string_view kFrom = " AND at >= $6";
constexpr std::string_view kTo = " AND at < $7";
constexpr std::string_view kOrder = " ORDER BY audit_no DESC LIMIT $8";

sql::Param text_or_null(const std::optional<std::string>& text) { return text ? sql::Param(std::string_view(*text)) : sql::Param(nullptr); }

std::optional<std::string> optional_text(const sql::Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return std::string(row.text(column));
}

}  // namespace

Result<void> insert_audit(sql::Connection& connection, const AuditStamp& stamp, const AuditChange& change, Instant now) {
  TS_RETURN_IF_ERROR(connection.run(
      kInsertEntry, {now.micros, std::string_view(stamp.who), std::string_view(stamp.role), std::string_view(stamp.address), std::string_view(stamp.action),
                std::string_view(change.object), text_or_null(change.before), text_or_null(change.after), std::string_view(change.reason),
                std::string_view(stamp.correlation_id)}));
  return {};
}

Result<std::vector<AuditRecord>> list_audit(sql::Connection& connection, const AuditFilter& filter) {
  std::string statement(kSelect);
  if (!filter.who.empty()) statement += kWho;
  if (!filter.action.empty()) statement += kAction;
  if (!filter.object.empty()) statement += kObject;
  if (!filter.q.empty()) statement += kText;
  if (filter.from) statement += kFrom;
  if (filter.to) statement += kTo;
  statement += kOrder;
  std::vector<AuditRecord> records;
  TS_RETURN_IF_ERROR(connection.query(
      statement,
      {filter.after.value_or(INT64_MAX), std::string_view(filter.who), std::string_view(filter.action), std::string_view(filter.object),
       std::string_view(filter.q), filter.from.value_or(Instant{}).micros, filter.to.value_or(kInstantMax).micros, static_cast<std::int64_t>(filter.limit)},
      [&](const sql::Row& row) {
        records.push_back({row.integer(0),
                           Instant{row.integer(1)},
                           {std::string(row.text(2)), std::string(row.text(3)), std::string(row.text(4)), std::string(row.text(5)), std::string(row.text(10))},
                           {std::string(row.text(6)), optional_text(row, 7), optional_text(row, 8), std::string(row.text(9))}});
      }));
  return records;
}

}  // namespace tillsync::hub
