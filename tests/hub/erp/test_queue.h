// A table of postings for tests of the forwarder, on a file, so that what a restart finds is what was committed.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <string>

#include "common/base/os.h"
#include "common/contract/masterdata.h"
#include "common/crypto/crypto.h"
#include "common/sql/sqlite.h"
#include "hub/erp/posting_queue.h"

namespace tillsync::hub::test {

inline std::unique_ptr<sql::Connection> open(const std::filesystem::path& file) {
  sql::SqliteOptions options;
  options.path = file;
  auto connection = sql::open_sqlite(options);
  REQUIRE(connection);
  return std::move(*connection);
}

class TestQueue : public PostingQueue {
 public:
  static void create(sql::Connection& connection) {
    REQUIRE(connection.execute_script(
        "CREATE TABLE IF NOT EXISTS queue (no INTEGER PRIMARY KEY, key TEXT, idempotency_key TEXT, payload BLOB, status TEXT,"
        " attempts INTEGER DEFAULT 0, due INTEGER DEFAULT 0, reference TEXT DEFAULT '', code TEXT DEFAULT '') STRICT"));
  }

  static void add(sql::Connection& connection, std::int64_t no, const std::string& key, const std::string& status = "queued",
                  const std::string& sku = "A") {
    const std::string idempotency_key = "key-" + std::to_string(no);
    Posting posting;
    posting.posting_id = "p" + std::to_string(no);
    posting.kind = "sale";
    posting.location = LocationId(key);
    posting.business_date = *parse_date("2010-12-01");
    posting.currency.code = "GBP";
    posting.ordering_key = key;
    posting.idempotency_key = idempotency_key;
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
    const Bytes payload = encode_posting(posting);
    REQUIRE(connection.run("INSERT INTO queue (no, key, idempotency_key, payload, status) VALUES ($1, $2, $3, $4, $5)",
                           {no, std::string_view(key), std::string_view(idempotency_key), sql::Blob{payload}, std::string_view(status)}));
  }

  Result<std::vector<ClaimedPosting>> due(sql::Connection& connection, Instant now, std::size_t limit) override {
    std::vector<ClaimedPosting> found;
    TS_RETURN_IF_ERROR(connection.query(
        "SELECT no, key, idempotency_key, payload, attempts, status = 'unknown' FROM queue q WHERE status IN ('queued', 'retrying', 'unknown')"
        " AND due <= $1 AND NOT EXISTS (SELECT 1 FROM queue b WHERE b.key = q.key AND b.no < q.no AND"
        " b.status NOT IN ('posted', 'queued')) ORDER BY no LIMIT $2",
        {now.micros, static_cast<std::int64_t>(limit)}, [&](const sql::Row& row) {
          found.push_back({.posting_no = row.integer(0),
                           .ordering_key = std::string(row.text(1)),
                           .idempotency_key = std::string(row.text(2)),
                           .correlation_id = "c",
                           .payload = Bytes(row.blob(3)),
                           .attempts = row.integer(4),
                           .look_up = row.integer(5) != 0});
        }));
    return found;
  }
  Result<std::optional<Instant>> next_due(sql::Connection& connection) override {
    std::optional<Instant> next;
    TS_RETURN_IF_ERROR(connection.query("SELECT min(due) FROM queue WHERE status IN ('retrying', 'unknown')", {}, [&](const sql::Row& row) {
      if (!row.is_null(0)) next = Instant{row.integer(0)};
    }));
    return next;
  }
  Result<std::vector<std::int64_t>> claim(sql::Connection& connection, std::span<const std::int64_t> numbers, Instant) override {
    std::vector<std::int64_t> claimed;
    for (const std::int64_t no : numbers) {
      TS_ASSIGN_OR_RETURN(const std::int64_t changed,
                          connection.run("UPDATE queue SET status = 'sending' WHERE no = $1 AND status IN ('queued', 'retrying', 'unknown')", {no}));
      if (changed == 1) claimed.push_back(no);
    }
    return claimed;
  }
  Result<void> record(sql::Connection& connection, std::span<const ForwardResult> results, Instant) override {
    for (const ForwardResult& result : results) {
      constexpr std::string_view kNames[] = {"posted", "refused", "retrying", "unknown", "queued"};
      TS_RETURN_IF_ERROR(connection.run("UPDATE queue SET status = $2, attempts = $3, due = $4, reference = $5, code = $6 WHERE no = $1",
                                        {result.posting_no, kNames[static_cast<std::size_t>(result.status)], result.attempts,
                                         result.next_attempt_at.micros, std::string_view(result.erp_reference),
                                         std::string_view(result.code)}));
    }
    return {};
  }
  Result<void> recover(sql::Connection& connection, Instant) override {
    TS_RETURN_IF_ERROR(connection.run("UPDATE queue SET status = 'unknown', due = 0 WHERE status = 'sending'"));
    return {};
  }
};

}  // namespace tillsync::hub::test
