// Operations in the background, commit by commit.
#include "hub/api/operation_work.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/sql/migrate.h"
#include "hub/api/schema.h"
#include "hub/exceptions/exception_store.h"
#include "hub/intake/schema.h"
#include "hub/postings/posting_store.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

namespace {

/// 250 open exceptions that are about no posting: three chunks.
struct OpenCases {
  HubDatabase database;
  OpenCases() {
    REQUIRE(sql::migrate(database.connection(), "hub/api", api_schema::migrations()));
    REQUIRE(sql::migrate(database.connection(), "hub/intake", intake_schema::migrations()));
    REQUIRE(migrate_postings(database.connection()));
    REQUIRE(migrate_exceptions(database.connection()));
    raise(0, 250);
  }
  void raise(int first, int end) {
    std::vector<ExceptionRaised> raised;
    for (int i = first; i < end; ++i) {
      ExceptionRaised& one = raised.emplace_back();
      one.code = "sum_mismatch";
      one.subject = "e_" + std::to_string(i);
      one.cause_key = "till:GB/GB-1";
      one.location = LocationId(i % 2 == 0 ? "GB" : "FR");
    }
    REQUIRE(raise_exceptions(database.connection(), raised, kNow));
  }
  std::int64_t open() { return database.number("SELECT count(*) FROM exception_case WHERE status = 'open'"); }
  std::string begin(const json& body = {{"kind", "dismiss"}, {"reason", "known"}, {"start_in_s", 0}, {"selection", {{"code", "sum_mismatch"}}}}, const std::string& id = "o_1") {
    const auto request = read_operation(body.dump(), kNow);
    REQUIRE(request);
    const auto selection = freeze_selection(database.connection(), *request);
    REQUIRE(selection);
    const auto begun = begin_operation(database.connection(), *request, *selection, {"ann", "/v1/operations", id}, id, body.dump(), kNow);
    REQUIRE(begun);
    return id;
  }
  BulkOperation advance(const std::string& id, Instant now = kNow) {
    auto transaction = sql::Transaction::begin(database.connection());
    REQUIRE(transaction);
    auto advanced = advance_operation(database.connection(), id, now);
    if (!advanced) FAIL(to_string(advanced.error()));
    REQUIRE(transaction->commit());
    return std::move(*advanced);
  }
};

}  // namespace

TEST_CASE("operation work: what is frozen is done chunk by chunk, and nothing that came later", "[api]") {
  OpenCases cases;
  const std::string id = cases.begin();
  cases.raise(250, 260);
  BulkOperation operation = cases.advance(id);
  CHECK(operation.state == kOperationRunning);
  CHECK(cases.open() == 160);
  CHECK(operation_json(operation).at("left") == 150);
  cases.advance(id);
  operation = cases.advance(id);
  CHECK(operation.state == kOperationFinished);
  CHECK(operation.counts == std::map<std::string, std::int64_t>{{"done", 250}});
  CHECK(cases.open() == 10);
  CHECK(cases.advance(id).counts == operation.counts);
}

TEST_CASE("operation work: what somebody has closed in between is left alone and counted", "[api]") {
  OpenCases cases;
  const std::string id = cases.begin();
  REQUIRE(cases.database.connection().run("UPDATE exception_case SET status = 'resolved' WHERE exception_no IN (3, 240)"));
  for (int i = 0; i < 3; ++i) cases.advance(id);
  const json shown = operation_json(*find_operation(cases.database.connection(), id).value());
  CHECK(shown.at("done") == 248);
  CHECK(shown.at("failed") == 2);
  CHECK(shown.at("left") == 0);
  CHECK(shown.at("left_alone") == json{{"already_closed", 2}});
}

TEST_CASE("operation work: a crash within and between commits loses no row and does none twice", "[api]") {
  OpenCases cases;
  const std::string id = cases.begin();
  cases.advance(id);
  REQUIRE(cases.database.connection().begin());
  REQUIRE(advance_operation(cases.database.connection(), id, kNow));
  cases.database.crash();
  CHECK(cases.open() == 150);
  while (cases.advance(id).state == kOperationRunning) {}
  CHECK(cases.open() == 0);
  CHECK(cases.database.number("SELECT count(*) FROM exception_step WHERE action = 'dismissed'") == 250);
}

TEST_CASE("operation work: it waits until its time, and can be undone until then only", "[api]") {
  OpenCases cases;
  json body = {{"kind", "dismiss"}, {"reason", "known"}, {"start_in_s", 10}, {"selection", {{"location", "GB"}}}};
  const std::string id = cases.begin(body);
  CHECK(cases.advance(id, kNow + seconds(9)).state == kOperationWaiting);
  CHECK(cases.open() == 250);
  REQUIRE(undo_operation(cases.database.connection(), id, "bob", kNow + seconds(9)));
  CHECK(undo_operation(cases.database.connection(), id, "bob", kNow + seconds(9))->state == kOperationUndone);
  CHECK(cases.advance(id, kNow + seconds(11)).state == kOperationUndone);
  CHECK(cases.open() == 250);
  CHECK(stop_operation(cases.database.connection(), id, "bob", kNow).error().code == ErrorCode::kConflict);

  const std::string second = cases.begin(body, "o_2");
  CHECK(cases.advance(second, kNow + seconds(10)).state == kOperationRunning);
  CHECK(undo_operation(cases.database.connection(), second, "bob", kNow).error().code == ErrorCode::kConflict);
  const auto stopped = stop_operation(cases.database.connection(), second, "bob", kNow);
  REQUIRE(stopped);
  CHECK(stopped->ended_by == "bob");
  CHECK(cases.open() == 150);
  CHECK(cases.advance(second, kNow + seconds(20)).state == kOperationStopped);
  CHECK(cases.open() == 150);
  CHECK(stop_operation(cases.database.connection(), second, "bob", kNow)->state == kOperationStopped);
}

TEST_CASE("operation work: named rows are taken once each, and an unknown one refuses all", "[api]") {
  OpenCases cases;
  const auto ids = cases.database.texts("SELECT exception_id FROM exception_case ORDER BY exception_no LIMIT 2");
  OperationRequest request;
  request.ids = {ids[1], ids[0], ids[1]};
  CHECK(freeze_selection(cases.database.connection(), request).value() == std::vector<std::int64_t>{1, 2});
  request.ids.push_back("x_nosuch");
  CHECK(freeze_selection(cases.database.connection(), request).error().code == ErrorCode::kNotFound);
  request.rows = SelectedRows::kPostings;
  request.ids = {"p_nosuch"};
  CHECK(freeze_selection(cases.database.connection(), request).error().code == ErrorCode::kNotFound);
}

TEST_CASE("operation work: one that cannot go on is given up with its reason; those of requests are not stopped by hand", "[api]") {
  OpenCases cases;
  const std::string id = cases.begin();
  REQUIRE(cases.database.connection().run("UPDATE bulk_operation SET request = '{'"));
  CHECK(advance_operation(cases.database.connection(), id, kNow).error().code == ErrorCode::kCorrupt);
  REQUIRE(give_up_operation(cases.database.connection(), id, "unreadable", kNow));
  CHECK(find_operation(cases.database.connection(), id).value()->trouble == "unreadable");
  CHECK(find_operation(cases.database.connection(), id).value()->ended_by == "hub");
  REQUIRE(cases.database.connection().run("UPDATE bulk_operation SET kind = '', state = '', finished_at = NULL"));
  CHECK(stop_operation(cases.database.connection(), id, "bob", kNow).error().code == ErrorCode::kConflict);
  CHECK(undo_operation(cases.database.connection(), "o_nosuch", "bob", kNow).error().code == ErrorCode::kNotFound);
}
