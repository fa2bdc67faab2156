#include "hub/api/bulk_store.h"

#include <algorithm>

#include "hub/reconcile/till_day.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;
using sql::Param;
using sql::Row;

const std::string kSelect =
    "SELECT operation_no, operation_id, caller, route, key, request, position, upto, selected, counts, items, started_at, finished_at, body_hash,"
    " kind, state, row_kind, starts_at, ended_by, trouble"
    " FROM bulk_operation";
const std::string kSelectUnfinished = kSelect + " WHERE caller = $1 AND route = $2 AND key = $3 AND finished_at IS NULL /* for update */";
const std::string kSelectById = kSelect + " WHERE operation_id = $1";
const std::string kSelectPage = kSelect + " WHERE $1 = 0 OR operation_no < $1 ORDER BY operation_no DESC LIMIT $2";
constexpr std::string_view kInsert =
    "INSERT INTO bulk_operation (operation_id, caller, route, key, body_hash, request, position, upto, selected, counts, items, started_at, finished_at,"
    " kind, state, row_kind, starts_at, selection)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, NULL, $13, $14, $15, $16, $17)";
constexpr std::string_view kUpdate =
    "UPDATE bulk_operation SET position = $2, counts = $3, items = $4, finished_at = $5, started_at = $6, state = $7, ended_by = $8, trouble = $9"
    " WHERE operation_no = $1";
constexpr std::string_view kSelectSelection = "SELECT selection FROM bulk_operation WHERE operation_no = $1";
const std::string kSelectAllUnfinished = kSelect + " WHERE finished_at IS NULL ORDER BY operation_no";
constexpr std::string_view kSelectNo = "SELECT operation_no FROM bulk_operation WHERE operation_id = $1";
constexpr int kBodyHashColumn = 13;

std::string text_of(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

BulkOperation read_operation(const Row& row) {
  BulkOperation operation;
  operation.operation_no = row.integer(0);
  operation.operation_id = row.text(1);
  operation.scope = {std::string(row.text(2)), std::string(row.text(3)), std::string(row.text(4))};
  operation.request = row.text(5);
  operation.position = row.integer(6);
  operation.upto = row.integer(7);
  operation.selected = row.integer(8);
  const json counts = json::parse(row.text(9), nullptr, false);
  for (const auto& [outcome, count] : counts.items())
    if (count.is_number_integer()) operation.counts[outcome] = count.get<std::int64_t>();
  operation.items = json::parse(row.text(10), nullptr, false);
  if (!operation.items.is_array()) operation.items = json::array();
  operation.started_at = Instant{row.integer(11)};
  if (!row.is_null(12)) operation.finished_at = Instant{row.integer(12)};
  operation.kind = row.text(14);
  operation.state = row.text(15);
  operation.row_kind = row.text(16);
  if (!row.is_null(17)) operation.starts_at = Instant{row.integer(17)};
  operation.ended_by = row.text(18);
  operation.trouble = row.text(19);
  return operation;
}

}  // namespace

json operation_json(const BulkOperation& operation) {
  json body = {{"operation_id", operation.operation_id},
               {"status", !operation.state.empty() ? operation.state : operation.finished_at ? "finished" : "unfinished"},
               {"selected", operation.selected},
               {"done", 0},
               {"left_alone", json::object()},
               {"items", operation.items},
               {"started_at", format_instant(operation.started_at)},
               {"finished_at", nullptr}};
  std::int64_t failed = 0;
  for (const auto& [outcome, count] : operation.counts) {
    (outcome == "done" ? body["done"] : body["left_alone"][outcome]) = count;
    if (outcome != "done") failed += count;
  }
  body["failed"] = failed;
  // What is selected by instants is not counted before.
  body["left"] = std::max<std::int64_t>(0, operation.selected - failed - body["done"].get<std::int64_t>());
  if (operation.finished_at) body["finished_at"] = format_instant(*operation.finished_at);
  return body;
}

Result<std::optional<BulkOperation>> find_unfinished(sql::Connection& connection, const IdempotencyScope& scope, BytesView body_hash) {
  std::optional<BulkOperation> operation;
  bool is_other = false;
  TS_RETURN_IF_ERROR(connection.query(kSelectUnfinished, {std::string_view(scope.caller), std::string_view(scope.route), std::string_view(scope.key)},
                                      [&](const Row& row) {
                                        operation = read_operation(row);
                                        is_other = row.blob(kBodyHashColumn) != body_hash;
                                      }));
  if (is_other)
    return fail(ErrorCode::kConflict, "use idempotency key", "this Idempotency-Key was used with another body", "take a new key for a new request");
  return operation;
}

Result<void> insert_operation(sql::Connection& connection, BulkOperation& operation, BytesView body_hash) {
  return insert_background_operation(connection, operation, body_hash, {});
}

Result<void> insert_background_operation(sql::Connection& connection, BulkOperation& operation, BytesView body_hash, BytesView selection) {
  const std::string counts = text_of(operation.counts), items = text_of(operation.items);
  TS_RETURN_IF_ERROR(connection.run(
      kInsert, {std::string_view(operation.operation_id), std::string_view(operation.scope.caller), std::string_view(operation.scope.route),
                std::string_view(operation.scope.key), sql::Blob{body_hash}, std::string_view(operation.request), operation.position, operation.upto,
                operation.selected, std::string_view(counts), std::string_view(items), operation.started_at.micros,
                std::string_view(operation.kind), std::string_view(operation.state), std::string_view(operation.row_kind),
                operation.starts_at ? Param(operation.starts_at->micros) : Param(nullptr), sql::Blob{selection}}));
  return connection.query(kSelectNo, {std::string_view(operation.operation_id)}, [&operation](const Row& row) { operation.operation_no = row.integer(0); });
}

Result<void> update_operation(sql::Connection& connection, const BulkOperation& operation) {
  const std::string counts = text_of(operation.counts), items = text_of(operation.items);
  TS_RETURN_IF_ERROR(connection.run(kUpdate, {operation.operation_no, operation.position, std::string_view(counts), std::string_view(items),
                                              operation.finished_at ? Param(operation.finished_at->micros) : Param(nullptr), operation.started_at.micros,
                                              std::string_view(operation.state), std::string_view(operation.ended_by), std::string_view(operation.trouble)}));
  return {};
}

Result<std::optional<BulkOperation>> find_operation(sql::Connection& connection, std::string_view operation_id) {
  std::optional<BulkOperation> operation;
  TS_RETURN_IF_ERROR(connection.query(kSelectById, {operation_id}, [&operation](const Row& row) { operation = read_operation(row); }));
  return operation;
}

Result<std::vector<std::int64_t>> selection_of(sql::Connection& connection, std::int64_t operation_no) {
  std::vector<std::int64_t> numbers;
  TS_RETURN_IF_ERROR(connection.query(kSelectSelection, {operation_no}, [&numbers](const Row& row) { numbers = unpack_event_nos(row.blob(0)); }));
  return numbers;
}

Result<std::vector<BulkOperation>> unfinished_operations(sql::Connection& connection) {
  std::vector<BulkOperation> operations;
  TS_RETURN_IF_ERROR(connection.query(kSelectAllUnfinished, {}, [&operations](const Row& row) { operations.push_back(read_operation(row)); }));
  return operations;
}

Result<std::vector<BulkOperation>> list_operations(sql::Connection& connection, std::int64_t before, std::size_t limit) {
  std::vector<BulkOperation> operations;
  TS_RETURN_IF_ERROR(connection.query(kSelectPage, {before, static_cast<std::int64_t>(limit)},
                                      [&operations](const Row& row) { operations.push_back(read_operation(row)); }));
  return operations;
}

}  // namespace tillsync::hub
