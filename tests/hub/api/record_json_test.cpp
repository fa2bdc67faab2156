// Exceptions and postings as they are shown.
#include "hub/api/record_json.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tillsync;
using namespace tillsync::hub;
using nlohmann::json;

TEST_CASE("record json: an exception is overdue while it is open and its time has passed", "[api]") {
  ExceptionRecord record;
  record.code = "unknown_sku";
  record.due_at = Instant{1'000'000};
  record.worth = ExceptionWorth{931'000, "GBP"};
  CHECK(exception_json(record, Instant{1'000'000}).at("is_overdue") == false);
  const json shown = exception_json(record, Instant{1'000'001});
  CHECK(shown.at("is_overdue") == true);
  CHECK(shown.at("worth") == json{{"amount", "9310.00"}, {"currency", "GBP"}});
  record.status = CaseStatus::kResolved;
  record.worth.reset();
  CHECK(exception_json(record, Instant{2'000'000}).at("is_overdue") == false);
  CHECK(exception_json(record, Instant{2'000'000}).at("worth").is_null());
}

TEST_CASE("record json: worth is told per currency with its own decimals, nothing is null", "[api]") {
  CHECK(worth_json({}).is_null());
  CHECK(worth_json({{"GBP", 123}, {"JPY", 123}}) == json{{"GBP", "1.23"}, {"JPY", "123"}});
}
