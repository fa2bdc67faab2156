#include "common/sql/migrate.h"

#include <vector>

#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "common/sql/schema.h"

namespace tillsync::sql {
namespace {

constexpr std::string_view kFindTable = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'";
constexpr std::string_view kListApplied =
    "SELECT number, name, checksum FROM schema_migration WHERE component = $1 ORDER BY number";
constexpr std::string_view kRecord =
    "INSERT INTO schema_migration (component, number, name, checksum, applied_at) VALUES ($1, $2, $3, $4, $5)";

struct Applied {
  std::int64_t number;
  std::string name;
  std::string checksum;
};

std::string checksum_of(const Migration& migration) {
  const Sha256Digest digest = sha256({migration.script});
  return to_hex({digest.data(), digest.size()});
}

std::string operation_of(std::string_view component) { return "migrate " + std::string(component); }

Result<std::vector<Applied>> load_applied(Connection& connection, std::string_view component) {
  bool has_table = false;
  TS_RETURN_IF_ERROR(connection.query(kFindTable, {}, [&](const Row& row) { has_table = row.integer(0) != 0; }));
  std::vector<Applied> applied;
  if (!has_table) return applied;
  TS_RETURN_IF_ERROR(connection.query(kListApplied, {component}, [&](const Row& row) {
    applied.push_back({row.integer(0), std::string(row.text(1)), std::string(row.text(2))});
  }));
  return applied;
}

/// Compares what is recorded with what this program knows. kCorrupt when they differ.
Result<void> check_applied(std::string_view component, const std::vector<Applied>& applied,
                           std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < applied.size(); ++i) {
    if (i >= migrations.size())
      return fail(ErrorCode::kCorrupt, operation_of(component),
                  "the database holds migration " + applied[i].name + ", which this program does not know",
                  "install the newer program, or restore the backup made before it ran");
    if (applied[i].number != migrations[i].number || applied[i].checksum != checksum_of(migrations[i]))
      return fail(ErrorCode::kCorrupt, operation_of(component),
                  "migration " + std::string(migrations[i].name) + " is not the one that was run (" + applied[i].name + ")",
                  "install the program that made this database, or restore a backup");
  }
  return {};
}

Result<void> apply(Connection& connection, std::string_view component, const Migration& migration) {
  if (auto run = connection.execute_script(migration.script); !run) {
    run.error().operation = operation_of(component) + " " + std::string(migration.name) + ": " + run.error().operation;
    return run;
  }
  const std::string checksum = checksum_of(migration);
  TS_RETURN_IF_ERROR(
      connection.run(kRecord, {component, std::int64_t{migration.number}, migration.name, checksum, os::now().micros}));
  return {};
}

}  // namespace

Result<void> migrate(Connection& connection, std::string_view component, std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < migrations.size(); ++i) TS_CHECK(migrations[i].number == static_cast<int>(i) + 1);

  // The common case, nothing to do, takes no write lock and works on a read-only connection.
  TS_ASSIGN_OR_RETURN(std::vector<Applied> applied, load_applied(connection, component));
  TS_RETURN_IF_ERROR(check_applied(component, applied, migrations));
  while (applied.size() < migrations.size()) {
    TS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(connection));
    TS_RETURN_IF_ERROR(connection.execute_script(schema_migration::migrations().front().script));
    // Read again under the lock: another process may have been quicker.
    TS_ASSIGN_OR_RETURN(applied, load_applied(connection, component));
    TS_RETURN_IF_ERROR(check_applied(component, applied, migrations));
    if (applied.size() < migrations.size()) TS_RETURN_IF_ERROR(apply(connection, component, migrations[applied.size()]));
    TS_RETURN_IF_ERROR(transaction.commit());
    TS_ASSIGN_OR_RETURN(applied, load_applied(connection, component));
  }
  return {};
}

}  // namespace tillsync::sql
