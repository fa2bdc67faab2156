#include "hub/exceptions/cause_reader.h"

#include <catch2/catch.hpp>

#include "hub/exceptions/exception_store.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

ExceptionRaised refusal_of(const std::string& posting, const std::string& sku, const std::string& location = "GB") {
  ExceptionRaised raised;
  raised.code = "posting.unknown_item";
  raised.subject = posting;
  raised.cause_key = "sku:" + sku;
  raised.location = LocationId(location);
  return raised;
}

CauseFilter of(std::string code, std::string owner = {}, std::string location = {}) {
  CauseFilter filter;
  filter.code = std::move(code);
  filter.owner = std::move(owner);
  filter.location = std::move(location);
  return filter;
}
CauseFilter page_of(std::size_t limit, std::int64_t offset = 0) {
  CauseFilter filter;
  filter.limit = limit;
  filter.offset = offset;
  return filter;
}

struct Causes {
  HubDatabase database;
  CauseReader reader{database.connection()};
  Causes() {
    REQUIRE(migrate_exceptions(database.connection()));
    raise({refusal_of("p_1", "B"), refusal_of("p_2", "B", "FR"), refusal_of("p_3", "B")}, kNow);
    raise({refusal_of("p_4", "A")}, kNow + seconds(60));
    ExceptionRaised sku;
    sku.code = "unknown_sku";
    sku.subject = "GB/B";
    sku.cause_key = "sku:B";
    raise({sku, sku}, kNow);
  }
  void raise(const std::vector<ExceptionRaised>& raised, Instant at) { REQUIRE(raise_exceptions(database.connection(), raised, at)); }
};

}  // namespace

TEST_CASE("causes: open ones of one code and cause are one line, what is due first at the top", "[exceptions]") {
  Causes causes;
  const auto page = causes.reader.causes({});
  REQUIRE(page);
  REQUIRE(page->causes.size() == 3);
  CHECK(page->causes[0].code == "posting.unknown_item");  // due in 8 hours, the SKU in 24
  CHECK(page->causes[0].cause_key == "sku:B");
  CHECK(page->causes[0].open == 3);
  CHECK(page->causes[0].locations == 2);
  CHECK(page->causes[0].assigned == 0);
  CHECK(page->causes[0].oldest_at == kNow);
  CHECK(page->causes[0].due_at == kNow + seconds(8 * 3'600));
  CHECK(page->causes[1].cause_key == "sku:A");
  CHECK(page->causes[2].occurrences == 2);
  CHECK_FALSE(page->next);
}

TEST_CASE("causes: filtered before they are paged", "[exceptions]") {
  Causes causes;
  CHECK(causes.reader.causes(of("unknown_sku"))->causes.size() == 1);
  CHECK(causes.reader.causes(of("", "finance"))->causes.empty());
  CHECK(causes.reader.causes(of("", "", "FR"))->causes[0].open == 1);
  const auto first = causes.reader.causes(page_of(2));
  REQUIRE(first->next);
  CHECK(causes.reader.causes(page_of(2, *first->next))->causes.size() == 1);
  CHECK_FALSE(causes.reader.causes(page_of(0)));
  CHECK(causes.reader.causes(page_of(kCausePageMax)));
  CHECK_FALSE(causes.reader.causes(page_of(kCausePageMax + 1)));
}

TEST_CASE("causes: a selection is frozen by its newest, read in chunks, and what was closed in between is gone", "[exceptions]") {
  Causes causes;
  const CauseScope scope{"posting.unknown_item", "sku:B", ""};
  const auto size = causes.reader.size(scope);
  REQUIRE(size);
  CHECK(size->open == 3);
  CHECK(size->locations == 2);
  causes.raise({refusal_of("p_9", "B")}, kNow);
  const auto first = causes.reader.open_of(scope, 0, size->newest_no, 2);
  REQUIRE(first->size() == 2);
  CHECK((*first)[0].subject == "p_1");
  const std::string last_id = causes.reader.open_of(scope, 0, size->newest_no, 9)->back().exception_id;
  REQUIRE(act_on_exception(causes.database.connection(), last_id, CaseAction::kDismiss, "ann", "r", kNow));
  CHECK(causes.reader.open_of(scope, (*first)[1].exception_no, size->newest_no, 9)->empty());
  CHECK(causes.reader.open_of({"posting.unknown_item", "sku:B", "FR"}, 0, size->newest_no, 9)->size() == 1);
  CHECK(causes.reader.size({"unknown_sku", "sku:A", ""})->open == 0);
}

TEST_CASE("causes: a chunk is found by the index over open causes, in its order", "[exceptions]") {
  Causes causes;
  std::string plan;
  REQUIRE(causes.database.connection().query(
      "EXPLAIN QUERY PLAN SELECT exception_id FROM exception_case WHERE status = 'open' AND cause_key = 'a' AND code = 'b' AND exception_no > 1"
      " ORDER BY exception_no LIMIT 9",
      {}, [&plan](const sql::Row& row) { plan += std::string(row.text(3)) + ";"; }));
  CHECK(plan.find("exception_case_cause") != std::string::npos);
  CHECK(plan.find("TEMP B-TREE") == std::string::npos);
}
