// Bulk by cause, replay of a range, and what they say about themselves.
#include <catch2/catch.hpp>
#include <thread>

#include "hub/api/bulk_store.h"
#include "tests/hub/api/refused_postings.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

namespace {

json taken(const HttpAnswer& answer) {
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  return json::parse(answer.body);
}
json bulk(ApiStand& stand, const json& body, const std::string& token = "finance") { return taken(stand.call("POST", "/v1/exceptions/bulk", body.dump(), token)); }
json with(json body, const std::string& member, json value) {
  body[member] = std::move(value);
  return body;
}

}  // namespace

TEST_CASE("bulk: thousands refused for one SKU are sent again, each with its record, others are left alone", "[api]") {
  constexpr int kMany = 2'300;  // 23 chunks
  ApiStand stand;
  add_sales(stand, kMany);
  refuse_queued(stand);
  add_sales(stand, 1, 90'001);
  refuse_queued(stand, "unknown_item", "sku:OTHER");

  const json causes = stand.items("/v1/exceptions/causes?code=posting.unknown_item");
  REQUIRE(causes.size() == 2);
  const json& cause = causes.at(0).at("cause_key") == kCause ? causes.at(0) : causes.at(1);
  CHECK(cause.at("count") == kMany);
  CHECK(cause.at("owner") == "master_data");
  CHECK(cause.at("overdue") == false);
  CHECK(cause.at("runbook") == "runbooks/posting.unknown_item.md");

  const json plan = bulk(stand, with(bulk_body("retry"), "dry_run", true));
  CHECK(plan.at("selected") == kMany);
  CHECK(plan.at("locations") == 1);
  CHECK(plan.at("items").size() == kBulkItemsMax);
  CHECK(plan.at("items").at(0).at("outcome") == "done");
  CHECK(postings_in(stand, "refused") == kMany + 1);

  const std::uint64_t groups_before = stand.writer->counters().tasks;
  const json answer = bulk(stand, bulk_body("retry"), "operator");
  CHECK(answer.at("selected") == kMany);
  CHECK(answer.at("done") == kMany);
  CHECK(answer.at("left_alone").empty());
  CHECK(answer.at("items").size() == kBulkItemsMax);
  CHECK(answer.at("status") == "finished");
  CHECK(stand.writer->counters().tasks - groups_before >= 23);  // not one long commit
  CHECK(postings_in(stand, "queued") == kMany);
  CHECK(postings_in(stand, "refused") == 1);
  CHECK(number_of(stand, "SELECT count(*) FROM posting_history WHERE who = 'operator' AND detail = 'item created'") == kMany);
  CHECK(number_of(stand, "SELECT count(*) FROM exception_step WHERE who = 'operator' AND action = 'retried'") == kMany);

  post_queued(stand);
  CHECK(stand.items("/v1/exceptions/causes?code=posting.unknown_item").size() == 1);
  const json operation = stand.get("/v1/operations/" + answer.at("operation_id").get<std::string>());
  CHECK(operation.at("who") == "operator");
  CHECK(operation.at("request").at("cause") == kCause);
  CHECK(stand.items("/v1/operations").size() == 1);
  CHECK(stand.call("GET", "/v1/operations/o_nosuch").status == 404);
}

TEST_CASE("bulk: all of a closed period get a date in the next one", "[api]") {
  ApiStand stand;
  add_sales(stand, 205);
  refuse_queued(stand, "closed_period", "period:2010-12");
  json body = {{"action", "correct"}, {"code", "posting.closed_period"}, {"cause", "period:2010-12"}, {"reason", "December is closed"}, {"correction", {{"posting_date", "2011-01-03"}}}};
  CHECK(stand.call("POST", "/v1/exceptions/bulk", body.dump(), "operator").status == 403);
  CHECK(bulk(stand, with(body, "dry_run", true)).at("items").at(0).at("outcome") == "done");
  CHECK(bulk(stand, body).at("done") == 205);
  CHECK(number_of(stand, "SELECT count(*) FROM posting_correction WHERE correction = '{\"posting_date\":\"2011-01-03\"}'") == 205);
  CHECK(postings_in(stand, "queued") == 205);
  // Refused again, and corrected once more by the same words: it would change nothing.
  refuse_queued(stand, "closed_period", "period:2010-12");
  const json again = bulk(stand, body);
  CHECK(again.at("done") == 0);
  CHECK(again.at("left_alone") == json{{"nothing_changed", 205}});
  CHECK(postings_in(stand, "refused") == 205);
}

TEST_CASE("bulk: skipped, assigned, dismissed, each with its rule", "[api]") {
  ApiStand stand;
  add_sales(stand, 120);
  refuse_queued(stand);
  CHECK(bulk(stand, {{"action", "assign"}, {"code", "posting.unknown_item"}, {"cause", kCause}, {"assignee", "ana"}}).at("done") == 120);
  CHECK(stand.items("/v1/exceptions/causes?code=posting.unknown_item").at(0).at("assigned") == 120);
  const json dismissed = bulk(stand, bulk_body("dismiss"));
  CHECK(dismissed.at("done") == 0);
  CHECK(dismissed.at("left_alone") == json{{"posting_waits", 120}});
  CHECK(bulk(stand, bulk_body("skip")).at("done") == 120);
  CHECK(postings_in(stand, "skipped") == 120);
  CHECK(bulk(stand, bulk_body("skip")).at("selected") == 0);  // none is open any more
}

TEST_CASE("bulk: at one location only", "[api]") {
  ApiStand stand;
  add_sales(stand, 3);
  REQUIRE(stand.call("PUT", "/v1/locations/FR", R"({"id":"FR","name":"Lyon"})").status == 200);
  json other = ApiStand::sale("1");
  other["location"] = "FR";
  REQUIRE(stand.call("POST", "/v1/documents", other.dump()).status == 201);
  refuse_queued(stand);
  CHECK(bulk(stand, with(with(bulk_body("retry"), "location", "FR"), "dry_run", true)).at("selected") == 1);
  CHECK(bulk(stand, with(bulk_body("retry"), "location", "FR")).at("done") == 1);
  CHECK(postings_in(stand, "refused") == 3);
}

TEST_CASE("bulk: what is not understood changes nothing", "[api]") {
  ApiStand stand;
  add_sales(stand, 1);
  refuse_queued(stand);
  const auto status = [&stand](const json& body) { return stand.call("POST", "/v1/exceptions/bulk", body.dump()).status; };
  const json good = bulk_body("retry");
  CHECK(status(with(good, "action", "delete")) == 422);
  CHECK(status(with(good, "action", nullptr)) == 422);
  CHECK(status(with(good, "code", "")) == 422);  // no filter, no bulk
  CHECK(status(with(good, "cause", nullptr)) == 422);
  CHECK(status(with(good, "reason", "")) == 422);
  CHECK(status(with(good, "dry_run", 1)) == 422);
  CHECK(status(with(good, "action", "correct")) == 422);
  CHECK(status(with(with(good, "action", "correct"), "correction", json::object())) == 422);
  json lines = with(good, "action", "correct");
  lines["correction"]["added_lines"] = {{{"account", "1"}, {"debit", "1.00"}}};
  CHECK(status(lines) == 422);
  CHECK(status(json::array()) == 422);
  CHECK(stand.call("POST", "/v1/exceptions/bulk", good.dump(), "viewer").status == 403);
  CHECK(postings_in(stand, "refused") == 1);
  CHECK(number_of(stand, "SELECT count(*) FROM bulk_operation") == 0);
}

TEST_CASE("bulk: the same key gives the same answer, with another body it is refused", "[api]") {
  ApiStand stand;
  add_sales(stand, 150);
  refuse_queued(stand);
  const std::vector<std::string> key{"Idempotency-Key: morning"};
  const json first = taken(stand.call("POST", "/v1/exceptions/bulk", bulk_body("retry").dump(), "operator", key));
  refuse_queued(stand);
  CHECK(taken(stand.call("POST", "/v1/exceptions/bulk", bulk_body("retry").dump(), "operator", key)) == first);
  CHECK(postings_in(stand, "refused") == 150);
  const HttpAnswer other = stand.call("POST", "/v1/exceptions/bulk", bulk_body("skip").dump(), "operator", key);
  CHECK(other.status == 422);
  CHECK(code_of(other) == "idempotency_key_reused");
  CHECK(stand.call("POST", "/v1/exceptions/bulk", bulk_body("retry").dump(), "operator", {"Idempotency-Key: "}).status == 400);
}

TEST_CASE("bulk: a hub that goes down in the middle keeps what is committed, and the same request goes on", "[api]") {
  ApiStand stand;
  add_sales(stand, 450);
  refuse_queued(stand);
  const std::vector<std::string> key{"Idempotency-Key: interrupted"};
  stand.port.left = 2;
  CHECK(stand.call("POST", "/v1/exceptions/bulk", bulk_body("retry").dump(), "operator", key).status == 503);
  stand.port.left = -1;
  CHECK(postings_in(stand, "queued") == 200);
  const json half = stand.items("/v1/operations").at(0);
  CHECK(half.at("status") == "unfinished");
  CHECK(half.at("done") == 200);
  CHECK(half.at("selected") == 450);
  add_sales(stand, 1, 90'001);
  refuse_queued(stand, "unknown_item");  // all that was queued, and one that is new: not of the selection
  const json answer = taken(stand.call("POST", "/v1/exceptions/bulk", bulk_body("retry").dump(), "operator", key));
  CHECK(answer.at("operation_id") == half.at("operation_id"));
  CHECK(answer.at("done") == 450);
  CHECK(postings_in(stand, "queued") == 250);
  CHECK(postings_in(stand, "refused") == 201);
  CHECK(number_of(stand, "SELECT count(*) FROM exception_step WHERE action = 'retried'") == 450);
  // Another key takes what is still open, whatever became of the first.
  const json rest = bulk(stand, bulk_body("retry"), "operator");
  CHECK(rest.at("done") == 201);
  CHECK(rest.at("left_alone") == json{{"not_possible", 250}});
}

TEST_CASE("replay: a hub that goes down in the middle goes on behind the last commit", "[api]") {
  ApiStand stand;
  add_sales(stand, 230);
  post_queued(stand);
  const std::string range = json{{"from", "2010-12-01"}, {"to", "2010-12-01"}, {"reason", "r"}}.dump();
  const std::vector<std::string> key{"Idempotency-Key: interrupted"};
  stand.port.left = 1;
  CHECK(stand.call("POST", "/v1/postings/replay", range, "operator", key).status == 503);
  stand.port.left = -1;
  CHECK(postings_in(stand, "queued") == 100);
  post_queued(stand);
  CHECK(taken(stand.call("POST", "/v1/postings/replay", range, "operator", key)).at("done") == 230);
  CHECK(postings_in(stand, "queued") == 130);  // each once
  CHECK(number_of(stand, "SELECT max(steps) FROM (SELECT count(*) AS steps FROM posting_history WHERE detail = 'replay: r' GROUP BY posting_no)") == 1);
}

TEST_CASE("bulk: beside single steps each posting is done by one of them, and sales go in between", "[api]") {
  ApiStand stand;
  add_sales(stand, 1'000);
  refuse_queued(stand);
  std::vector<std::string> ids;
  for (const json& item : stand.items("/v1/exceptions?code=posting.unknown_item&limit=60")) ids.push_back(item.at("exception_id"));
  int single = 0, sold = 0;
  std::thread others([&] {
    for (const std::string& id : ids) {
      single += stand.call_unrecorded("POST", "/v1/exceptions/" + id + "/skip", R"({"reason":"by hand"})", {"Idempotency-Key: s-" + id}).status == 200 ? 1 : 0;
      sold += stand.call_unrecorded("POST", "/v1/documents", ApiStand::sale("n-" + id).dump(), {}).status == 201 ? 1 : 0;
    }
  });
  const json answer = bulk(stand, bulk_body("skip"));
  others.join();
  CHECK(sold == static_cast<int>(ids.size()));
  CHECK(answer.at("done").get<int>() + single == 1'000);
  CHECK(postings_in(stand, "skipped") == 1'000);
  CHECK(number_of(stand, "SELECT count(*) FROM posting_history WHERE status = 'skipped'") == 1'000);
}

TEST_CASE("replay: of business dates and instants, under the same keys, as often as one likes", "[api]") {
  ApiStand stand;
  add_sales(stand, 230);
  json later = ApiStand::sale("later");
  later["business_date"] = "2010-12-02";
  REQUIRE(stand.call("POST", "/v1/documents", later.dump()).status == 201);
  post_queued(stand);
  const json range = {{"from", "2010-12-01"}, {"to", "2010-12-01"}, {"kind", "sale"}, {"location", "GB"}, {"reason", "restored the ERP"}};
  const auto replay = [&stand](const json& body) { return taken(stand.call("POST", "/v1/postings/replay", body.dump(), "operator")); };
  CHECK(replay(with(range, "dry_run", true)).at("selected") == 230);
  CHECK(postings_in(stand, "posted") == 231);
  const json replayed = replay(range);
  CHECK(replayed.at("selected") == 230);
  CHECK(replayed.at("done") == 230);
  CHECK(postings_in(stand, "queued") == 230);
  CHECK(number_of(stand, "SELECT count(*) FROM posting_history WHERE who = 'operator' AND detail = 'replay: restored the ERP'") == 230);
  CHECK(replay(range).at("done") == 0);  // what is on its way again is left alone
  post_queued(stand);
  CHECK(replay(range).at("done") == 230);
  post_queued(stand);
  const json instants = {{"from", "2000-01-01T00:00:00Z"}, {"to", "9999-01-01T00:00:00Z"}, {"reason", "all"}};
  CHECK(replay(with(instants, "dry_run", true)).at("selected") == 231);
  CHECK(replay(instants).at("done") == 231);
  CHECK(replay(with(with(instants, "to", "2000-01-02T00:00:00Z"), "dry_run", true)).at("selected") == 0);
}

TEST_CASE("replay: a range that is none is refused", "[api]") {
  ApiStand stand;
  const auto status = [&stand](const json& body) { return stand.call("POST", "/v1/postings/replay", body.dump()).status; };
  const json good = {{"from", "2010-12-01"}, {"to", "2010-12-01"}, {"reason", "r"}};
  CHECK(status(good) == 200);
  CHECK(status(with(good, "to", "2010-11-30")) == 422);
  CHECK(status(with(good, "to", "2010-12-01T00:00:00Z")) == 422);
  CHECK(status(with(good, "from", "2010-13-01")) == 422);
  CHECK(status(with(good, "to", "yesterday")) == 422);
  CHECK(status(with(good, "from", nullptr)) == 422);
  CHECK(status(with(good, "reason", "")) == 422);
  CHECK(status(with(good, "kind", "order")) == 422);
  const json instants = {{"from", "2010-12-01T00:00:00Z"}, {"to", "2010-12-01T00:00:00Z"}, {"reason", "r"}};
  CHECK(status(instants) == 422);
  CHECK(status(with(instants, "to", "2010-12-01T00:00:01Z")) == 200);
  CHECK(status(with(instants, "from", "noon of a long day that is no time")) == 422);
}

TEST_CASE("causes: what is due first comes first, in pages", "[api]") {
  ApiStand stand;
  for (const char* number : {"1", "2", "3"}) stand.add_sale(number, std::string("NOSUCH") + number);
  const json first = stand.get("/v1/exceptions/causes?code=unknown_sku&limit=2");
  CHECK(first.at("items").size() == 2);
  const json rest = stand.get("/v1/exceptions/causes?code=unknown_sku&limit=2&after=" + first.at("next").get<std::string>());
  CHECK(rest.at("items").size() == 1);
  CHECK(rest.at("next").is_null());
  CHECK(stand.items("/v1/exceptions/causes?owner=finance").empty());
  CHECK(stand.items("/v1/exceptions/causes?location=XX").empty());
  CHECK(stand.call("GET", "/v1/exceptions/causes?limit=0").status == 422);
}

TEST_CASE("runbooks: served as Markdown by their code", "[api]") {
  ApiStand stand;
  const HttpAnswer answer = stand.call("GET", "/v1/runbooks/posting.closed_period", "", "viewer");
  CHECK(answer.status == 200);
  CHECK(answer.headers.at("content-type") == "text/markdown; charset=utf-8");
  CHECK(answer.body.starts_with("# The period is closed at the ERP\n"));
  CHECK(stand.call("GET", "/v1/runbooks/posting.closed_period.md").body == answer.body);
  CHECK(stand.call("GET", "/v1/runbooks/nosuch").status == 404);
  CHECK(stand.items("/v1/runbooks").size() > 40);
}
