// A hub's database with every table, to be filled row by row.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "common/contract/document.h"
#include "common/crypto/crypto.h"
#include "hub/app/hub_database.h"

namespace tillsync::hub::test {

inline const Instant kInsightNow = parse_instant("2010-12-02T09:00:00Z").value_or(Instant{});

class InsightDatabase {
 public:
  InsightDatabase() {
    std::filesystem::create_directories(folder_);
    auto opened = open_database(folder_ / "hub.db", 4);
    REQUIRE(opened);
    connection_ = std::move(*opened);
  }
  ~InsightDatabase() {
    connection_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  InsightDatabase(const InsightDatabase&) = delete;
  InsightDatabase& operator=(const InsightDatabase&) = delete;

  sql::Connection& operator*() { return *connection_; }
  std::filesystem::path path() const { return folder_ / "hub.db"; }
  void run(const std::string& script) {
    const auto done = connection_->execute_script(script);
    if (!done) FAIL(to_string(done.error()));
  }
  std::int64_t number(const std::string& query) {
    std::int64_t value = -1;
    const auto done = connection_->query(query, {}, [&value](const sql::Row& row) { value = row.integer(0); });
    if (!done) FAIL(to_string(done.error()));
    return value;
  }

  /// A sale as intake would have it; its event id.
  EventId add_event(std::int64_t no, const std::string& document_no, const std::string& correlation = "", const std::string& location = "GB", Instant received = kInsightNow) {
    const EventId id = event_id_of({LocationId(location), TillId(location + "-1"), tillsync::Series(), "sale", DocumentNo(document_no)});
    const Bytes hash(32, '\0');
    const auto done = connection_->run(
        "INSERT INTO event (event_no, event_id, verdict, contract, location, till, series, document_no, business_date, occurred_at, agent_received_at, received_at, correlation_id,"
        " content_hash, mode, source, payload) VALUES ($1, $2, 'new', 'sale', $3, $4, '', $5, $6, $7, $8, $9, $10, $11, 'live', '', $11)",
        {no, sql::Blob{id.view()}, std::string_view(location), std::string_view(location + "-1"), std::string_view(document_no), std::int64_t{date_of(received).days},
         (received - seconds(60)).micros, (received - seconds(59)).micros, received.micros, std::string_view(correlation), sql::Blob{hash}});
    if (!done) FAIL(to_string(done.error()));
    return id;
  }
  void add_posting(std::int64_t event_no, const std::string& id, const std::string& status, const std::string& reference = "", const std::string& currency = "GBP") {
    run("INSERT INTO posting (posting_no, event_no, posting_id, kind, location, business_date, currency, ordering_key, status, is_open, attempts, gross_minor, units_milli, erp_reference, last_error,"
        " created_at, updated_at, body) VALUES (" + std::to_string(2 * event_no) + ", " + std::to_string(event_no) + ", '" + id + "', 'sale', 'GB', 14945, '" + currency + "', 'GB/GB-1', '" + status +
        "', " + (status == "posted" ? "0" : "1") + ", 0, 1530, -6000, '" + reference + "', '', " + std::to_string(kInsightNow.micros) + ", " + std::to_string(kInsightNow.micros) + ", x'')");
  }
  void add_exception(std::int64_t no, const std::string& code, const std::string& cause, Instant due, const std::string& event_no = "NULL", const std::string& status = "open",
                     const std::string& subject = "") {
    const std::string of = subject.empty() ? "s" + std::to_string(no) : subject;
    run("INSERT INTO exception_case (exception_no, exception_id, code, subject, generation, owner, cause_key, location, event_no, pointer, detail, occurrences, status, assignee, raised_at,"
        " last_raised_at, due_at) VALUES (" + std::to_string(no) + ", 'x_" + std::to_string(no) + "', '" + code + "', '" + of + "', 1, 'master_data', '" + cause + "', 'GB', " + event_no +
        ", '', 'why', 1, '" + status + "', '', " + std::to_string(kInsightNow.micros) + ", " + std::to_string(kInsightNow.micros) + ", " + std::to_string(due.micros) + ");"
        "INSERT INTO exception_step (exception_no, action, who, reason, at) VALUES (" + std::to_string(no) + ", 'raised', 'hub', '', " + std::to_string(kInsightNow.micros + 1) + ")");
  }

 private:
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / random_secret("tillsync-insight-");
  std::unique_ptr<sql::Connection> connection_;
};

}  // namespace tillsync::hub::test
