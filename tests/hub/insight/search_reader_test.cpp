#include "hub/insight/search_reader.h"

#include <catch2/catch.hpp>

#include "common/contract/masterdata.h"
#include "hub/masterdata/masterdata_store.h"
#include "hub/postings/posting_map.h"
#include "tests/hub/insight/insight_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::InsightDatabase;
using tillsync::hub::test::kInsightNow;

namespace {

std::vector<std::string> kinds_of(InsightDatabase& database, const std::string& text, const std::vector<AgentWithStatus>& agents = {}, std::size_t limit = kSearchHitsMax) {
  const auto hits = SearchReader(*database).search(text, agents, limit, kInsightNow);
  REQUIRE(hits);
  std::vector<std::string> kinds;
  for (const SearchHit& hit : *hits) kinds.push_back(hit.kind + " " + hit.id);
  return kinds;
}

}  // namespace

TEST_CASE("search: each kind of thing by the beginning of its name", "[search]") {
  InsightDatabase database;
  const EventId id = database.add_event(1, "536365", "trace-1");
  database.add_posting(1, posting_id_of(id), "refused", "ERP-7");
  database.add_exception(8'812, "unknown_sku", "sku:A", kInsightNow);
  Product product;
  product.sku = Sku("85123A");
  product.description = FreeText{"White heart"};
  product.gtins.push_back({});
  product.gtins.back().gtin = "5012345678900";
  REQUIRE(put_products(*database, {product}, "ana", kInsightNow));
  Location location;
  location.id = LocationId("LS");
  location.name = FreeText{"Leeds"};
  REQUIRE(put_locations(*database, {location}, "ana", kInsightNow));
  database.run("INSERT INTO reservation (reservation_no, reservation_id, scope, content_hash, state, priority, channel, order_no, promised_by, created_at, correlation_id, last_step_no, answer, request)"
               " VALUES (1, 'r_abc', 'web', x'', 'held', 0, 'web', 'W-99', '', 1, '', 0, '', x'')");
  AgentWithStatus agent;
  agent.agent.agent_id = AgentId("a_xyz");
  agent.agent.name = "till-pc";
  agent.agent.location = LocationId("LS");
  agent.status.host = "HOST7";

  CHECK(kinds_of(database, "5363") == std::vector<std::string>{"document " + event_id_text(id)});
  CHECK(kinds_of(database, "trace-1") == std::vector<std::string>{"document " + event_id_text(id)});
  CHECK(kinds_of(database, "ERP") == std::vector<std::string>{"erp_reference ERP-7"});
  CHECK(kinds_of(database, posting_id_of(id)) == std::vector<std::string>{"posting " + posting_id_of(id)});
  CHECK(kinds_of(database, "x_88") == std::vector<std::string>{"exception x_8812"});
  CHECK(kinds_of(database, "#8812") == std::vector<std::string>{"exception x_8812"});
  CHECK(kinds_of(database, "8512") == std::vector<std::string>{"sku 85123A"});
  CHECK(kinds_of(database, "50123") == std::vector<std::string>{"gtin 5012345678900"});
  CHECK(kinds_of(database, "lee") == std::vector<std::string>{"location LS"});
  CHECK(kinds_of(database, "ls", {agent}) == std::vector<std::string>{"location LS"});
  CHECK(kinds_of(database, "W-9") == std::vector<std::string>{"order W-99"});
  CHECK(kinds_of(database, "r_ab") == std::vector<std::string>{"reservation r_abc"});
  CHECK(kinds_of(database, "TILL", {agent}) == std::vector<std::string>{"agent a_xyz"});
  CHECK(kinds_of(database, "host7", {agent}) == std::vector<std::string>{"agent a_xyz"});
  CHECK(kinds_of(database, "a_x", {agent}) == std::vector<std::string>{"agent a_xyz"});
  CHECK(kinds_of(database, "nosuch", {agent}).empty());
  CHECK(kinds_of(database, "#").empty());
  CHECK(kinds_of(database, "%").empty());

  const auto hits = SearchReader(*database).search("536365", {}, kSearchHitsMax, kInsightNow);
  REQUIRE(hits);
  CHECK(hits->at(0).state == "exception");
  CHECK(hits->at(0).href == "/trace/trace-1");
  CHECK(hits->at(0).title == "Sale 536365, till GB-1, GB");
}

TEST_CASE("search: no kind fills the list before the others had their turn", "[search]") {
  InsightDatabase database;
  for (std::int64_t no = 1; no <= 30; ++no) database.add_event(no, "7" + std::to_string(100 + no), "t" + std::to_string(no));
  database.run("INSERT INTO reservation (reservation_no, reservation_id, scope, content_hash, state, priority, channel, order_no, promised_by, created_at, correlation_id, last_step_no, answer, request)"
               " VALUES (1, 'r_1', 'web', x'', 'held', 0, 'web', '7-order', '', 1, '', 0, '', x'')");
  const auto kinds = kinds_of(database, "7");
  CHECK(kinds.size() == kSearchHitsMax);
  CHECK(std::ranges::find(kinds, "order 7-order") != kinds.end());
  CHECK(kinds_of(database, "7", {}, 3).size() == 3);
}

TEST_CASE("search: limits of text and list", "[search]") {
  InsightDatabase database;
  SearchReader reader(*database);
  CHECK_FALSE(reader.search("", {}, 1, kInsightNow));
  CHECK(reader.search(std::string(kSearchTextBytesMax, 'a'), {}, 1, kInsightNow));
  CHECK_FALSE(reader.search(std::string(kSearchTextBytesMax + 1, 'a'), {}, 1, kInsightNow));
  CHECK_FALSE(reader.search("a", {}, 0, kInsightNow));
  CHECK_FALSE(reader.search("a", {}, kSearchHitsMax + 1, kInsightNow));
}

TEST_CASE("search: the end of a prefix is above all that begins with it", "[search]") {
  CHECK(prefix_end("ab") == "ac");
  CHECK(prefix_end("a\xFF") == "b");
  CHECK(prefix_end("\xFF").empty());
}

TEST_CASE("search: every look-up in a growing table goes by an index", "[search]") {
  InsightDatabase database;
  for (const char* query : {"SELECT 1 FROM event WHERE verdict = 'new' AND document_no >= $1 AND document_no < $2 ORDER BY document_no LIMIT 20",
                            "SELECT 1 FROM event WHERE correlation_id <> '' AND correlation_id = $1 AND $2 = $2 ORDER BY event_no LIMIT 20",
                            "SELECT 1 FROM reservation WHERE order_no <> '' AND order_no >= $1 AND order_no < $2 ORDER BY order_no LIMIT 20",
                            "SELECT 1 FROM posting WHERE erp_reference <> '' AND erp_reference >= $1 AND erp_reference < $2 ORDER BY erp_reference LIMIT 20",
                            "SELECT 1 FROM exception_case WHERE exception_id >= $1 AND exception_id < $2 ORDER BY exception_id LIMIT 20"}) {
    std::string plan;
    REQUIRE((*database).query(std::string("EXPLAIN QUERY PLAN ") + query, {std::string_view("a"), std::string_view("b")}, [&plan](const sql::Row& row) { plan += std::string(row.text(3)) + "; "; }));
    INFO(query << ": " << plan);
    CHECK(plan.find("SCAN") == std::string::npos);
    CHECK(plan.find("TEMP B-TREE") == std::string::npos);
  }
}
