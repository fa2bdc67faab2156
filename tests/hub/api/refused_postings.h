// Many sales and what the ERP says about their postings, for tests of what people do then.
#pragma once

#include <string>
#include <vector>

#include "hub/exceptions/exception_store.h"
#include "hub/postings/posting_store.h"
#include "tests/hub/api/api_stand.h"

namespace tillsync::hub::test {

inline constexpr const char* kCause = "sku:85123A";

/// Sales with the numbers first … first + count - 1, at a known location, of a known product.
inline void add_sales(ApiStand& stand, int count, int first = 1) {
  REQUIRE(stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})").status == 200);
  REQUIRE(stand.call("PUT", "/v1/products/A", R"({"sku":"A","description":"Heart"})").status == 200);
  for (int at = 0; at < count; at += 500) {
    json documents = json::array();
    for (int i = at; i < std::min(count, at + 500); ++i) documents.push_back(ApiStand::sale(std::to_string(first + i)));
    REQUIRE(stand.call("POST", "/v1/documents", documents.dump()).status == 200);
  }
}

/// What the forwarder does with all that is queued, as far as the tables are concerned.
inline Result<void> forward_all(sql::Connection& connection, PostingStatus status, const std::string& code = {}, const std::string& cause = kCause) {
  std::vector<std::int64_t> numbers;
  TS_RETURN_IF_ERROR(connection.query("SELECT posting_no FROM posting WHERE status = 'queued' ORDER BY posting_no", {},
                                      [&numbers](const sql::Row& row) { numbers.push_back(row.integer(0)); }));
  TS_RETURN_IF_ERROR(mark_sending(connection, numbers, os::now()));
  std::vector<PostingResult> results;
  for (const std::int64_t number : numbers) {
    PostingResult& result = results.emplace_back();
    result.posting_no = number;
    result.status = status;
    result.code = code;
    if (status == PostingStatus::kRefused) {
      result.cause = cause;
      result.error = "item 85123A is not known";
    } else {
      result.erp_reference = "JE-" + std::to_string(number);
    }
  }
  TS_ASSIGN_OR_RETURN(const RecordedResults recorded, record_results(connection, results, os::now()));
  TS_RETURN_IF_ERROR(raise_exceptions(connection, recorded.raised, os::now()));
  return settle_exceptions(connection, recorded.settled, os::now());
}
inline void refuse_queued(ApiStand& stand, const std::string& code = "unknown_item", const std::string& cause = kCause) {
  stand.write([&](sql::Connection& connection) { return forward_all(connection, PostingStatus::kRefused, code, cause); });
}
inline void post_queued(ApiStand& stand) {
  stand.write([](sql::Connection& connection) { return forward_all(connection, PostingStatus::kPosted); });
}

/// One number out of the stand's database.
inline std::int64_t number_of(ApiStand& stand, const std::string& query) {
  std::int64_t number = -1;
  stand.write([&](sql::Connection& connection) -> Result<void> {
    return connection.query(query, {}, [&number](const sql::Row& row) { number = row.integer(0); });
  });
  return number;
}
inline std::int64_t postings_in(ApiStand& stand, const std::string& status) {
  return number_of(stand, "SELECT count(*) FROM posting WHERE status = '" + status + "'");
}

/// The open exception of a code; the first one.
inline std::string open_exception(ApiStand& stand, const std::string& code) {
  return stand.items("/v1/exceptions?status=open&code=" + code).at(0).at("exception_id");
}
inline json bulk_body(const std::string& action, const std::string& code = "posting.unknown_item") {
  return {{"action", action}, {"code", code}, {"cause", kCause}, {"reason", "item created"}};
}

}  // namespace tillsync::hub::test
