#include "hub/postings/posting_store.h"

#include <catch2/catch.hpp>

#include "common/sql/migrate.h"
#include "hub/exceptions/catalogue.h"
#include "hub/postings/schema.h"
#include "tests/hub/postings/posting_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

/// "status postings gross units" of all rows.
Texts totals(PostingHub& hub) {
  Texts made;
  const auto rows = hub.reader.totals();
  REQUIRE(rows);
  for (const PostingTotalRow& row : *rows)
    made.push_back(row.kind + " " + std::string(to_string(row.status)) + " " + std::to_string(row.postings) + " " +
                   std::to_string(row.gross.minor) + " " + std::to_string(row.units.milli / 1'000));
  return made;
}

}  // namespace

TEST_CASE("posting store: each step moves the totals and leaves a record", "[postings]") {
  PostingHub hub;
  hub.take({incoming(sale("1", {goods_line("A", 2, 100)})), incoming(sale("2", {goods_line("A", 3, 100)}))});
  CHECK(totals(hub) == Texts{"sale queued 2 500 -5"});
  hub.send(2, PostingStatus::kPosted);
  CHECK(totals(hub) == Texts{"sale posted 1 200 -2", "sale queued 1 300 -3"});
  const auto detail = hub.reader.find(hub.id_of(1)).value().value();
  CHECK(detail.record.erp_reference == "ERP-2");
  CHECK(detail.record.attempts == 1);
  REQUIRE(detail.history.size() == 3);
  CHECK(detail.history[0].status == PostingStatus::kQueued);
  CHECK(detail.history[1].status == PostingStatus::kSending);
  CHECK(detail.history[2].status == PostingStatus::kPosted);
  CHECK(detail.history[2].detail == "ERP-2");
}

TEST_CASE("posting store: what is on its way is a step, with the time at which it left, also once it has ended", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  const auto steps = [&] { return hub.reader.find(hub.id_of(1)).value().value().history; };
  REQUIRE(mark_sending(hub.connection(), std::vector<std::int64_t>{2}, kNow));
  REQUIRE(steps().size() == 2);
  CHECK(steps()[1].status == PostingStatus::kSending);
  CHECK(steps()[1].at == kNow);
  PostingResult result;
  result.posting_no = 2;
  result.status = PostingStatus::kRetrying;
  REQUIRE(record_results(hub.connection(), std::vector<PostingResult>{result}, kNow + seconds(3)));
  REQUIRE(steps().size() == 3);
  CHECK(steps()[1].status == PostingStatus::kSending);
  CHECK(steps()[1].at == kNow);
  CHECK(steps()[2].status == PostingStatus::kRetrying);
  CHECK(steps()[2].at == kNow + seconds(3));
}

TEST_CASE("posting store: a database from before keeps its steps, and what was on its way is told once", "[postings]") {
  const auto all = postings_schema::migrations();
  REQUIRE(all.size() > 8);
  sql::SqliteOptions options;
  options.path = ":memory:";
  const auto database = sql::open_sqlite(options);
  REQUIRE(database);
  sql::Connection& connection = **database;
  REQUIRE(sql::migrate(connection, "hub/postings", all.first(8)));
  REQUIRE(connection.execute_script("INSERT INTO posting (posting_no, event_no, posting_id, kind, location, currency, ordering_key, status, is_open, attempts, gross_minor, units_milli, erp_reference,"
                          " last_error, created_at, updated_at, body) VALUES (2, 1, 'p_1', 'sale', 'A', 'GBP', 'k', 'sending', 1, 2, 0, 0, '', '', 1, 6, x'00');"
                          "INSERT INTO posting_history (posting_no, status, who, detail, at) VALUES (2, 'sending', 'hub', '', 4), (2, 'retrying', 'hub', '', 5), (2, 'sending', 'hub', '', 6)"));
  REQUIRE(migrate_postings(connection));
  std::string steps;
  REQUIRE(connection.query("SELECT status, at FROM posting_step WHERE posting_no = 2 ORDER BY step_no", {},
                           [&](const sql::Row& row) { steps += std::string(row.text(0)) + " " + std::to_string(row.integer(1)) + ", "; }));
  CHECK(steps == "sending 4, retrying 5, sending 6, ");
}

TEST_CASE("posting store: a document cannot be posted twice", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  PostingQueued again;
  again.event_no = 1;
  again.posting = hub.posting_of(1);
  const auto inserted = insert_postings(hub.connection(), std::vector<PostingQueued>{again}, kNow);
  REQUIRE_FALSE(inserted);
  CHECK(inserted.error().code == ErrorCode::kConflict);
  again.behind_event_no = 9;
  REQUIRE(insert_postings(hub.connection(), std::vector<PostingQueued>{again}, kNow));
  again.behind_event_no = 10;
  CHECK_FALSE(insert_postings(hub.connection(), std::vector<PostingQueued>{again}, kNow));
}

TEST_CASE("posting store: only what waits can be marked as on its way", "[postings]") {
  PostingHub hub;
  hub.take({incoming(sale("1", {goods_line("A", 2, 100)})), incoming(sale("2", {goods_line("A", 2, 100)}))});
  const auto marked = mark_sending(hub.connection(), std::vector<std::int64_t>{2, 2, 4, 99}, kNow);
  REQUIRE(marked);
  CHECK(*marked == std::vector<std::int64_t>{2, 4});
}

TEST_CASE("posting store: a result that does not follow the state is left out", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  PostingResult result;
  result.posting_no = 2;
  result.status = PostingStatus::kPosted;
  CHECK(record_results(hub.connection(), std::vector<PostingResult>{result}, kNow)->taken == 0);
  REQUIRE(mark_sending(hub.connection(), std::vector<std::int64_t>{2}, kNow));
  CHECK(record_results(hub.connection(), std::vector<PostingResult>{result, result}, kNow)->taken == 1);
  CHECK(hub.database.number("SELECT count(*) FROM posting_history") == 1);
  CHECK(hub.database.number("SELECT count(*) FROM posting_step") == 2);
}

TEST_CASE("posting store: a refusal is an exception, posting it later settles it", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  hub.send(2, PostingStatus::kRefused);
  CHECK(hub.database.texts("SELECT subject || ' ' || cause_key || ' ' || detail FROM exception_case WHERE code = 'posting.refused'") ==
        Texts{hub.id_of(1) + " posting:no such product no such product (sale of GB)"});
  CHECK(act_on_posting(hub.connection(), hub.id_of(1), PostingAction::kRetry, "ann", "product made", kNow).value() ==
        PostingActionStatus::kDone);
  hub.send(2, PostingStatus::kPosted);
  CHECK(hub.database.texts("SELECT status FROM exception_case WHERE code = 'posting.refused'") == Texts{"resolved"});
  CHECK(totals(hub) == Texts{"sale posted 1 200 -2"});
}

TEST_CASE("posting store: after a crash what was on its way is unknown, to be looked up at once", "[postings]") {
  PostingHub hub;
  hub.take({incoming(sale("1", {goods_line("A", 2, 100)})), incoming(sale("2", {goods_line("A", 2, 100)}))});
  REQUIRE(mark_sending(hub.connection(), std::vector<std::int64_t>{2}, kNow));
  sql::Connection& reopened = hub.database.crash();
  CHECK(recover_postings(reopened, kNow, kNow).value() == 1);
  CHECK(recover_postings(reopened, kNow, kNow).value() == 0);
  PostingReader reader(reopened);
  DueRequest request;
  request.now = kNow;
  request.per_lane = 10;
  const auto due = reader.due(request);
  REQUIRE(due->postings.size() == 2);
  CHECK(due->postings[0].status == PostingStatus::kUnknown);
  CHECK(due->postings[1].status == PostingStatus::kQueued);
}

TEST_CASE("posting store: a look-up that finds nothing queues it again, one that finds it is done", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  hub.send(2, PostingStatus::kUnknown, kNow + seconds(5));
  PostingResult looked_up;
  looked_up.posting_no = 2;
  looked_up.status = PostingStatus::kQueued;
  CHECK(record_results(hub.connection(), std::vector<PostingResult>{looked_up}, kNow)->taken == 1);
  CHECK(hub.due().size() == 1);
  hub.send(2, PostingStatus::kUnknown);
  looked_up.status = PostingStatus::kPosted;
  looked_up.erp_reference = "found";
  CHECK(record_results(hub.connection(), std::vector<PostingResult>{looked_up}, kNow)->taken == 1);
  CHECK(hub.status_of(hub.id_of(1)) == PostingStatus::kPosted);
}

TEST_CASE("posting store: people retry, skip and replay with a record of why", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  const std::string id = hub.id_of(1);
  CHECK(act_on_posting(hub.connection(), id, PostingAction::kSkip, "ann", "", kNow).value() == PostingActionStatus::kReasonMissing);
  CHECK(act_on_posting(hub.connection(), id, PostingAction::kSkip, "ann", "booked by hand", kNow).value() == PostingActionStatus::kDone);
  CHECK(hub.due().empty());
  CHECK(act_on_posting(hub.connection(), id, PostingAction::kRetry, "ann", "x", kNow).value() == PostingActionStatus::kNotPossible);
  CHECK(act_on_posting(hub.connection(), id, PostingAction::kReplay, "bob", "was not", kNow).value() == PostingActionStatus::kDone);
  CHECK(hub.due().size() == 1);
  CHECK(act_on_posting(hub.connection(), "p_none", PostingAction::kSkip, "ann", "x", kNow).value() == PostingActionStatus::kNotFound);
  const auto history = hub.reader.find(id).value()->history;
  REQUIRE(history.size() == 3);
  CHECK(history[1].who == "ann");
  CHECK(history[1].detail == "booked by hand");
  CHECK(history[2].who == "bob");
}

TEST_CASE("posting store: an unbalanced posting is never sent, by no way around", "[postings]") {
  PostingHub hub;
  Document broken = sale("1", {goods_line("A", 1, 100)});
  std::get<Sale>(broken.body).tenders[0].amount.minor = 99;
  hub.take({incoming(broken), incoming(sale("2", {goods_line("A", 1, 100)}))});
  const std::string id = hub.id_of(1);
  CHECK(hub.status_of(id) == PostingStatus::kHeld);
  REQUIRE(hub.due().size() == 1);  // the one behind it flows
  CHECK(hub.due()[0].posting_no == 4);
  CHECK(mark_sending(hub.connection(), std::vector<std::int64_t>{2}, kNow)->empty());
  CHECK(act_on_posting(hub.connection(), id, PostingAction::kRetry, "ann", "x", kNow).value() == PostingActionStatus::kNotPossible);
  CHECK(act_on_posting(hub.connection(), id, PostingAction::kSkip, "ann", "by hand", kNow).value() == PostingActionStatus::kDone);
  CHECK(act_on_posting(hub.connection(), id, PostingAction::kReplay, "ann", "x", kNow).value() == PostingActionStatus::kNotPossible);
  CHECK(hub.reader.find(id).value()->history[0].status == PostingStatus::kHeld);
}

TEST_CASE("posting store: absurd amounts go in and out of the totals without harm", "[postings]") {
  PostingHub hub;
  Document absurd = sale("1", {goods_line("A", 1, 100)});
  std::get<Sale>(absurd.body).totals.gross.minor = INT64_MIN;
  Document large = sale("2", {goods_line("A", 1, 100)});
  std::get<Sale>(large.body).totals.gross.minor = INT64_MAX;
  hub.take({incoming(absurd), incoming(large), incoming(sale("3", {goods_line("A", 1, 100)}))});
  for (const std::int64_t event_no : {1, 2})
    CHECK(act_on_posting(hub.connection(), hub.id_of(event_no), PostingAction::kSkip, "ann", "absurd", kNow).value() == PostingActionStatus::kDone);
  CHECK(totals(hub)[0] == "sale queued 1 100 -1");
}

TEST_CASE("posting store: a refusal by its kind is an exception of its own, grouped by what it depends on", "[postings]") {
  CHECK(exception_of_refusal("closed_period") == "posting.closed_period");
  CHECK(exception_of_refusal("unknown_item") == "posting.unknown_item");
  CHECK(exception_of_refusal("unbalanced") == "posting.unbalanced");
  CHECK(exception_of_refusal("rejected") == "posting.refused");
  CHECK(exception_of_refusal("") == "posting.refused");
  for (const char* code : {"closed_period", "unknown_item", "unknown_account", "unknown_location", "unknown_tax", "unbalanced", "item_collision", "connector_failed", "rejected"})
    CHECK(is_in_catalogue(exception_of_refusal(code)));
}
