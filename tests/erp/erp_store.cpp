#include "tests/erp/erp_store.h"

#include <nlohmann/json.hpp>

#include "common/base/decimal.h"
#include "common/sql/sqlite.h"
#include "tests/erp/schema.h"

namespace tillsync::erp {
namespace {

using nlohmann::json;

constexpr std::string_view kFind = "SELECT number, body_hash FROM document WHERE idempotency_key = $1";
constexpr std::string_view kLastNumber = "SELECT coalesce(max(number), 0) FROM document";
constexpr std::string_view kBook =
    "INSERT INTO document (number, idempotency_key, body_hash, kind, location, business_date, currency, documents, gross_minor,"
    " units_milli, correlation_id, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
constexpr std::string_view kAddAccount =
    "INSERT INTO account_balance (location, account, currency, debit_minor, credit_minor) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (location, account, currency) DO UPDATE SET debit_minor = debit_minor + excluded.debit_minor,"
    " credit_minor = credit_minor + excluded.credit_minor";
constexpr std::string_view kAddStock =
    "INSERT INTO stock_balance (location, sku, qty_milli) VALUES ($1, $2, $3)"
    " ON CONFLICT (location, sku) DO UPDATE SET qty_milli = qty_milli + excluded.qty_milli";
constexpr std::string_view kSummary =
    "SELECT location, currency, count(*), sum(documents), sum(gross_minor), sum(units_milli) FROM document"
    " GROUP BY location, currency ORDER BY location, currency";
constexpr std::string_view kAccounts =
    "SELECT location, account, currency, debit_minor, credit_minor FROM account_balance ORDER BY location, account, currency";
constexpr std::string_view kItems = "SELECT sku, blocked FROM item";
constexpr std::string_view kPutItem =
    "INSERT INTO item (sku, blocked) VALUES ($1, $2) ON CONFLICT (sku) DO UPDATE SET blocked = excluded.blocked";
constexpr std::string_view kSettings = "SELECT name, value FROM setting";
constexpr std::string_view kPutSetting =
    "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

std::string reference_of(std::int64_t number) {
  std::string digits = std::to_string(number);
  return "ERP-" + std::string(digits.size() < 8 ? 8 - digits.size() : 0, '0') + digits;
}

}  // namespace

Result<ErpStore> ErpStore::open(const std::filesystem::path& file) {
  sql::SqliteOptions options;
  options.path = file;
  TS_ASSIGN_OR_RETURN(auto connection, sql::open_sqlite(options));
  TS_RETURN_IF_ERROR(sql::migrate(*connection, "reference_erp", schema::migrations()));
  return ErpStore(std::move(connection));
}

Result<std::optional<BookedDocument>> ErpStore::find(std::string_view idempotency_key) {
  std::optional<BookedDocument> found;
  TS_RETURN_IF_ERROR(connection_->query(kFind, {idempotency_key}, [&](const sql::Row& row) {
    found = BookedDocument{reference_of(row.integer(0)), Bytes(row.blob(1))};
  }));
  return found;
}

Result<std::string> ErpStore::book(const IncomingPosting& posting, BytesView body_hash, std::string_view body) {
  std::int64_t number = 0;
  TS_RETURN_IF_ERROR(connection_->query(kLastNumber, {}, [&](const sql::Row& row) { number = row.integer(0) + 1; }));
  TS_RETURN_IF_ERROR(connection_->run(
      kBook, {number, std::string_view(posting.idempotency_key), sql::Blob{body_hash}, std::string_view(posting.kind),
              std::string_view(posting.location), std::string_view(posting.business_date), std::string_view(posting.currency),
              posting.documents, posting.gross_minor, posting.units_milli, std::string_view(posting.correlation_id), body}));
  for (const JournalEntry& line : posting.journal) {
    TS_RETURN_IF_ERROR(connection_->run(kAddAccount, {std::string_view(posting.location), std::string_view(line.account),
                                                      std::string_view(posting.currency), line.debit_minor, line.credit_minor}));
  }
  for (const StockEntry& line : posting.stock) {
    TS_RETURN_IF_ERROR(connection_->run(kAddStock, {std::string_view(posting.location), std::string_view(line.sku), line.qty_milli}));
  }
  return reference_of(number);
}

Result<std::string> ErpStore::summary_json() {
  json locations = json::array();
  std::int64_t units_milli = 0;
  TS_RETURN_IF_ERROR(connection_->query(kSummary, {}, [&](const sql::Row& row) {
    if (locations.empty() || locations.back()["location"] != row.text(0)) {
      locations.push_back({{"location", row.text(0)}, {"postings", 0}, {"documents", 0}, {"gross", json::object()}});
      units_milli = 0;
    }
    json& location = locations.back();
    location["postings"] = location["postings"].get<std::int64_t>() + row.integer(2);
    location["documents"] = location["documents"].get<std::int64_t>() + row.integer(3);
    units_milli += row.integer(5);
    location["units"] = format_quantity(Quantity{units_milli});
    if (!row.text(1).empty()) location["gross"][std::string(row.text(1))] = format_amount(Amount{row.integer(4)}, row.text(1));
  }));
  json accounts = json::array();
  TS_RETURN_IF_ERROR(connection_->query(kAccounts, {}, [&](const sql::Row& row) {
    accounts.push_back({{"location", row.text(0)},
                        {"account", row.text(1)},
                        {"currency", row.text(2)},
                        {"debit", format_amount(Amount{row.integer(3)}, row.text(2))},
                        {"credit", format_amount(Amount{row.integer(4)}, row.text(2))}});
  }));
  return json{{"locations", locations}, {"accounts", accounts}}.dump();
}

Result<MasterData> ErpStore::load_master_data() {
  MasterData master;
  TS_RETURN_IF_ERROR(connection_->query(kItems, {}, [&](const sql::Row& row) {
    if (!master.items) master.items.emplace();
    (*master.items)[std::string(row.text(0))] = row.integer(1) != 0;
  }));
  TS_RETURN_IF_ERROR(connection_->query(kSettings, {}, [&](const sql::Row& row) {
    if (row.text(0) == "closed_before") master.closed_before = row.text(1);
  }));
  return master;
}

Result<void> ErpStore::put_item(std::string_view sku, bool blocked) {
  TS_RETURN_IF_ERROR(connection_->run(kPutItem, {sku, std::int64_t{blocked}}));
  return {};
}

Result<void> ErpStore::set_closed_before(std::string_view date) {
  TS_RETURN_IF_ERROR(connection_->run(kPutSetting, {std::string_view("closed_before"), date}));
  return {};
}

}  // namespace tillsync::erp
