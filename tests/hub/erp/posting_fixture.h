// A hub's database with nothing in it but postings, for tests of the way to the ERP.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "common/contract/masterdata.h"
#include "common/sql/sqlite.h"
#include "hub/erp/breaker_store.h"
#include "hub/exceptions/exception_store.h"
#include "hub/masterdata/masterdata_store.h"
#include "hub/postings/posting_store.h"

namespace tillsync::hub::test {

inline std::unique_ptr<sql::Connection> open(const std::filesystem::path& file) {
  sql::SqliteOptions options;
  options.path = file;
  auto connection = sql::open_sqlite(options);
  REQUIRE(connection);
  return std::move(*connection);
}

inline std::unique_ptr<sql::Connection> open_with_schema(const std::filesystem::path& file) {
  auto connection = open(file);
  REQUIRE(migrate_postings(*connection));
  REQUIRE(migrate_exceptions(*connection));
  REQUIRE(migrate_erp(*connection));
  REQUIRE(migrate_masterdata(*connection));
  return connection;
}

/// A balanced posting of 1.00 GBP and one unit. Its location is the ordering key, so that the ERP's sums show the keys.
inline PostingQueued posting(std::int64_t no, const std::string& key, const std::string& sku = "A") {
  PostingQueued queued;
  queued.event_no = no;
  Posting& posting = queued.posting;
  posting.posting_id = "p_" + std::to_string(no);
  posting.kind = "sale";
  posting.location = LocationId(key);
  posting.business_date = *parse_date("2010-12-01");
  posting.currency.code = "GBP";
  posting.ordering_key = key;
  posting.idempotency_key = posting.posting_id;
  posting.journal.resize(2);
  posting.journal[0].account = "cash";
  posting.journal[0].debit.minor = 100;
  posting.journal[1].account = "sales";
  posting.journal[1].credit.minor = 100;
  posting.stock.resize(1);
  posting.stock[0].sku = Sku(sku);
  posting.stock[0].qty.milli = -1'000;
  posting.documents = {"e_" + std::to_string(no)};
  posting.gross.minor = 100;
  posting.correlation_id = CorrelationId("c");
  return queued;
}

inline void queue(sql::Connection& connection, const std::vector<PostingQueued>& postings) {
  REQUIRE(connection.begin());
  REQUIRE(insert_postings(connection, postings, Instant{}));
  // The tests call a posting by the number of its event.
  for (const auto& queued : postings)
    REQUIRE(connection.run("UPDATE posting SET posting_no = $1 WHERE event_no = $1", {queued.event_no}));
  REQUIRE(connection.commit());
}

inline std::string value(sql::Connection& connection, const std::string& column, std::int64_t posting_no) {
  std::string found;
  REQUIRE(connection.query("SELECT CAST(" + column + " AS TEXT) FROM posting WHERE posting_no = $1", {posting_no},
                           [&](const sql::Row& row) { found = row.text(0); }));
  return found;
}

inline std::int64_t count(sql::Connection& connection, const std::string& status) {
  std::int64_t found = 0;
  REQUIRE(connection.query("SELECT count(*) FROM posting WHERE status = $1", {std::string_view(status)},
                           [&](const sql::Row& row) { found = row.integer(0); }));
  return found;
}

inline std::int64_t open_exceptions(sql::Connection& connection, const std::string& code) {
  std::int64_t found = 0;
  REQUIRE(connection.query("SELECT count(*) FROM exception_case WHERE code = $1 AND status = 'open'", {std::string_view(code)},
                           [&](const sql::Row& row) { found = row.integer(0); }));
  return found;
}

}  // namespace tillsync::hub::test
