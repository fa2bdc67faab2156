// What people do with one exception and its posting, through the API.
#include "hub/api/case_actions.h"

#include <catch2/catch.hpp>

#include "tests/hub/api/refused_postings.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

namespace {

json answer_of(const HttpAnswer& answer, int status = 200) {
  INFO(answer.body);
  REQUIRE(answer.status == status);
  return json::parse(answer.body);
}
std::vector<std::string> actions_of(const json& exception) {
  std::vector<std::string> actions;
  for (const json& step : exception.at("steps")) actions.push_back(step.at("action").get<std::string>() + " " + step.at("who").get<std::string>());
  return actions;
}
using Actions = std::vector<std::string>;
const std::string kAccount = R"({"correction":{"accounts":{"4000":"4010"}},"reason":"new chart"})";

/// A sale whose tenders are 1 short of its lines: held.
void add_short_sale(ApiStand& stand) {
  add_sales(stand, 1);
  json broken = ApiStand::sale("77");
  broken["tenders"][0]["amount"] = "17.97";
  REQUIRE(stand.call("POST", "/v1/documents", broken.dump()).status == 201);
}

}  // namespace

TEST_CASE("case actions: a retry sends the posting again, is recorded, and leaves the exception open until it is posted", "[api]") {
  ApiStand stand;
  add_sales(stand, 1);
  refuse_queued(stand);
  const std::string path = "/v1/exceptions/" + open_exception(stand, "posting.unknown_item");
  const json shown = stand.get(path);
  CHECK(shown.at("runbook") == "runbooks/posting.unknown_item.md");
  const std::string posting = "/v1/postings/" + shown.at("subject").get<std::string>();
  const json retried = answer_of(stand.call("POST", path + "/retry", "{}", "operator"));
  CHECK(retried.at("status") == "open");
  CHECK(actions_of(retried) == Actions{"raised hub", "retried operator"});
  CHECK(stand.get(posting).at("status") == "queued");
  CHECK(stand.call("POST", path + "/retry", "{}").status == 409);  // it waits for its turn already
  post_queued(stand);
  const json settled = stand.get(path);
  CHECK(settled.at("status") == "resolved");
  CHECK(actions_of(settled).back() == "resolved hub");
  CHECK(stand.call("POST", path + "/retry", "{}").status == 409);
}

TEST_CASE("case actions: a correction is shown beside what the documents gave, and is what is sent", "[api]") {
  ApiStand stand;
  add_sales(stand, 1);
  refuse_queued(stand, "unknown_account", "account:4000");
  const std::string path = "/v1/exceptions/" + open_exception(stand, "posting.unknown_account");
  const json corrected = answer_of(stand.call("POST", path + "/correct", kAccount, "finance"));
  CHECK(actions_of(corrected) == Actions{"raised hub", "corrected finance"});
  const json posting = stand.get("/v1/postings/" + corrected.at("subject").get<std::string>());
  CHECK(posting.at("status") == "queued");
  CHECK(posting.at("posting").at("journal").at(1).at("account") == "4010");
  CHECK(posting.at("submitted").at("journal").at(1).at("account") == "4000");
  CHECK(posting.at("corrections").at(0).at("correction") == json{{"accounts", {{"4000", "4010"}}}});
  CHECK(posting.at("corrections").at(0).at("who") == "finance");
  CHECK(posting.at("history").back().at("detail") == "correction 1: new chart");
  CHECK(posting.at("gross") == "17.98");
  post_queued(stand);
  CHECK(stand.get(path).at("status") == "resolved");
}

TEST_CASE("case actions: to correct needs the role finance, a reason and a correction of the closed form", "[api]") {
  ApiStand stand;
  add_sales(stand, 1);
  refuse_queued(stand);
  const std::string path = "/v1/exceptions/" + open_exception(stand, "posting.unknown_item") + "/correct";
  CHECK(stand.call("POST", path, kAccount, "operator").status == 403);
  CHECK(stand.call("POST", path, R"({"correction":{"accounts":{"4000":"4010"}}})").status == 422);
  CHECK(stand.call("POST", path, R"({"reason":"r"})").status == 422);
  CHECK(stand.call("POST", path, R"({"reason":"r","correction":[]})").status == 422);
  CHECK(stand.call("POST", path, R"({"reason":"r","correction":{"items":{"A":"B"}}})").status == 422);
  CHECK(stand.call("POST", path, R"({"reason":"r","correction":{"accounts":{"9":"8"}}})").status == 422);  // changes nothing
  CHECK(stand.call("POST", path, "not json").status == 422);
  CHECK(number_of(stand, "SELECT count(*) FROM posting_correction") == 0);
  CHECK(postings_in(stand, "refused") == 1);
}

TEST_CASE("case actions: a correction that does not balance is refused and loses nothing, one that balances lets the held posting go", "[api]") {
  ApiStand stand;
  add_short_sale(stand);
  const std::string path = "/v1/exceptions/" + open_exception(stand, "posting.unbalanced");
  const HttpAnswer refused = stand.call("POST", path + "/correct", R"({"reason":"r","correction":{"added_lines":[{"account":"6900","debit":"0.02"}]}})");
  CHECK(refused.status == 422);
  CHECK(refused.body.find("debit 17.99, credit 17.98") != std::string::npos);
  CHECK(stand.get(path).at("status") == "open");
  CHECK(number_of(stand, "SELECT count(*) FROM posting_correction") == 0);
  CHECK(stand.call("POST", path + "/retry", "{}").status == 409);
  answer_of(stand.call("POST", path + "/correct", R"({"reason":"r","correction":{"added_lines":[{"account":"6900","debit":"0.01"}]}})"));
  CHECK(postings_in(stand, "held") == 0);
  post_queued(stand);
  CHECK(stand.get(path).at("status") == "resolved");
}

TEST_CASE("case actions: a posted posting is not corrected, and the answer says what to do instead", "[api]") {
  ApiStand stand;
  add_sales(stand, 1);
  post_queued(stand);
  const std::string posting = "/v1/postings/" + stand.items("/v1/postings").at(0).at("posting_id").get<std::string>();
  const HttpAnswer refused = stand.call("POST", posting + "/correct", kAccount);
  CHECK(refused.status == 409);
  CHECK(refused.body.find("replay") != std::string::npos);
  CHECK(refused.body.find("void") != std::string::npos);
  CHECK(stand.call("POST", "/v1/postings/p_nosuch/correct", kAccount).status == 404);
}

TEST_CASE("case actions: a posting is corrected by itself as well, and its exception has the step", "[api]") {
  ApiStand stand;
  add_sales(stand, 1);
  refuse_queued(stand);
  const std::string exception = "/v1/exceptions/" + open_exception(stand, "posting.unknown_item");
  const std::string posting = "/v1/postings/" + stand.get(exception).at("subject").get<std::string>();
  CHECK(answer_of(stand.call("POST", posting + "/correct", kAccount)).at("corrections").size() == 1);
  CHECK(actions_of(stand.get(exception)).back() == "corrected administrator");
}

TEST_CASE("case actions: a skip needs a reason, takes the posting out and resolves its exceptions", "[api]") {
  ApiStand stand;
  add_sales(stand, 1);
  refuse_queued(stand);
  const std::string path = "/v1/exceptions/" + open_exception(stand, "posting.unknown_item");
  CHECK(stand.call("POST", path + "/skip", "{}").status == 422);
  CHECK(answer_of(stand.call("POST", path + "/skip", R"({"reason":"booked by hand"})")).at("status") == "resolved");
  CHECK(postings_in(stand, "skipped") == 1);
  CHECK(stand.call("POST", path + "/skip", R"({"reason":"again"})").status == 409);
  // Sent after all and refused once more, it comes up again.
  const std::string posting = "/v1/postings/" + stand.get(path).at("subject").get<std::string>();
  answer_of(stand.call("POST", posting + "/replay", "{}"));
  refuse_queued(stand);
  CHECK("/v1/exceptions/" + open_exception(stand, "posting.unknown_item") != path);
  answer_of(stand.call("POST", posting + "/skip", R"({"reason":"by hand"})"));
  CHECK(stand.items("/v1/exceptions?status=open&code=posting.unknown_item").empty());
}

TEST_CASE("case actions: an exception is not dismissed while its posting is refused or held", "[api]") {
  ApiStand stand;
  add_short_sale(stand);
  refuse_queued(stand);
  for (const char* code : {"posting.unbalanced", "posting.unknown_item"}) {
    const std::string path = "/v1/exceptions/" + open_exception(stand, code);
    const HttpAnswer refused = stand.call("POST", path + "/dismiss", R"({"reason":"enough"})");
    CHECK(refused.status == 409);
    CHECK(refused.body.find("skip it with a reason") != std::string::npos);
  }
}

TEST_CASE("case actions: what is held for a closed period does not slip out by another correction, and goes by a date", "[api]") {
  ApiStand stand;
  add_sales(stand, 1);
  const std::string posting = stand.items("/v1/postings").at(0).at("posting_id");
  stand.write([&posting](sql::Connection& connection) -> Result<void> {
    TS_RETURN_IF_ERROR(connection.run("UPDATE posting SET status = 'held', is_open = 0"));
    TS_RETURN_IF_ERROR(connection.run("UPDATE posting_total SET status = 'held'"));
    ExceptionRaised raised;
    raised.code = "period.closed";
    raised.subject = posting;
    raised.cause_key = "day:GB/2010-12-01";
    return raise_exceptions(connection, {raised}, os::now());
  });
  const std::string path = "/v1/exceptions/" + open_exception(stand, "period.closed");
  const HttpAnswer refused = stand.call("POST", path + "/correct", kAccount);
  CHECK(refused.status == 409);
  CHECK(refused.body.find("day release") != std::string::npos);
  CHECK(stand.call("POST", path + "/retry", "{}").status == 409);
  CHECK(stand.call("POST", path + "/dismiss", R"({"reason":"r"})").status == 409);
  answer_of(stand.call("POST", path + "/correct", R"({"reason":"r","correction":{"posting_date":"2011-01-03"}})"));
  post_queued(stand);
  CHECK(stand.get(path).at("status") == "resolved");
}

TEST_CASE("case actions: what is about no posting is neither retried nor corrected nor skipped", "[api]") {
  ApiStand stand;
  stand.add_sale("1", "NOSUCH");
  const std::string path = "/v1/exceptions/" + open_exception(stand, "unknown_sku");
  CHECK(stand.call("POST", path + "/retry", "{}").status == 409);
  CHECK(stand.call("POST", path + "/correct", kAccount).status == 409);
  CHECK(stand.call("POST", path + "/skip", R"({"reason":"r"})").status == 409);
  CHECK(stand.call("POST", "/v1/exceptions/x_nosuch/retry", "{}").status == 404);
  CHECK(stand.get(path).at("steps").size() == 1);
}

TEST_CASE("case actions: a retry is done once for one key", "[api]") {
  ApiStand stand;
  add_sales(stand, 1);
  refuse_queued(stand);
  const std::string path = "/v1/exceptions/" + open_exception(stand, "posting.unknown_item") + "/retry";
  const auto first = stand.call("POST", path, "{}", "operator", {"Idempotency-Key: once"});
  const auto again = stand.call("POST", path, "{}", "operator", {"Idempotency-Key: once"});
  CHECK(first.status == 200);
  CHECK(again.body == first.body);
}

TEST_CASE("case actions: verbs have their words", "[api]") {
  for (const CaseVerb verb : {CaseVerb::kRetry, CaseVerb::kCorrect, CaseVerb::kDismiss, CaseVerb::kSkip, CaseVerb::kAssign})
    CHECK(case_verb(to_string(verb)) == verb);
  CHECK_FALSE(case_verb("delete"));
  CHECK(is_about_posting("posting.refused"));
  CHECK(is_about_posting("posting.outcome_unknown"));
  CHECK_FALSE(is_about_posting("unknown_sku"));
}
