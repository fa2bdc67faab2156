#include "hub/postings/summed_store.h"

#include <catch2/catch.hpp>

#include "tests/hub/postings/posting_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

/// A hub whose postings are summed.
struct SummedHub {
  HubDatabase database;
  TestHub hub{database.connection(), [] {
                auto made = stages<IntakeStage, LedgerStage, ExceptionsStage>();
                made.insert(made.begin() + 2, std::make_unique<PostingsStage>(ChartBook(), true));
                return made;
              }()};
  AgentFeed feed;
  PostingReader reader{database.connection()};

  void sell(const std::vector<std::string>& numbers) {
    std::vector<IncomingDocument> sold;
    for (const std::string& no : numbers) sold.push_back(incoming(sale(no, {goods_line("A", 1, 100)})));
    hub.commit(feed.batch(std::move(sold)));
  }
  std::int64_t sum(Instant now = kNow) {
    std::int64_t documents = 0;
    const auto groups = collected_groups(database.connection());
    REQUIRE(groups);
    for (const CollectedGroup& group : *groups) {
      const auto made = make_summed(database.connection(), "tryton", group, now);
      REQUIRE(made);
      documents += *made;
    }
    return documents;
  }
  void finish(PostingStatus status) {
    DueRequest request;
    request.now = kNow;
    const auto due = reader.due(request);
    REQUIRE(due);
    REQUIRE(due->postings.size() == 1);
    REQUIRE(mark_sending(database.connection(), std::vector<std::int64_t>{due->postings[0].posting_no}, kNow));
    PostingResult result;
    result.posting_no = due->postings[0].posting_no;
    result.status = status;
    result.erp_reference = status == PostingStatus::kPosted ? "JE-9" : "";
    result.error = status == PostingStatus::kPosted ? "" : "no such account";
    REQUIRE(record_results(database.connection(), std::vector<PostingResult>{result}, kNow));
  }
  Texts totals() {
    Texts made;
    const auto rows = reader.totals();
    REQUIRE(rows);
    for (const PostingTotalRow& row : *rows)
      made.push_back(row.kind + " " + std::string(to_string(row.status)) + " " + std::to_string(row.postings) + " " + std::to_string(row.gross.minor) + " " + std::to_string(row.units.milli / 1'000));
    return made;
  }
};

}  // namespace

TEST_CASE("summed store: a day that is closed is summed at once, each currency for itself, and only that day", "[postings]") {
  SummedHub hub;
  hub.sell({"1", "2"});
  Document abroad = sale("3", {goods_line("A", 1, 100)});
  std::get<Sale>(abroad.body).currency = std::get<Sale>(abroad.body).tenders[0].currency = Currency{"EUR"};
  hub.hub.commit(hub.feed.batch({incoming(abroad), incoming(sale("4", {goods_line("A", 1, 100)}), "FR")}));
  const Date date = date_of(kMorning);
  CHECK(sum_day(hub.database.connection(), "tryton", LocationId("GB"), Date{date.days + 1}, kNow).value() == 0);
  CHECK(sum_day(hub.database.connection(), "tryton", LocationId("GB"), date, kNow).value() == 3);
  CHECK(sum_day(hub.database.connection(), "tryton", LocationId("GB"), date, kNow).value() == 0);
  CHECK(hub.totals() == Texts{"sale collected 1 100 -1", "sale summed 1 100 -1", "summed queued 1 100 -1", "sale summed 2 200 -2", "summed queued 1 200 -2"});
}

TEST_CASE("summed store: a day of more documents than a sum takes gets several", "[postings]") {
  SummedHub hub;
  const auto count = static_cast<std::int64_t>(kSumDocumentsMax) + 1;
  std::vector<PostingQueued> many(kSumDocumentsMax + 1);
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i].event_no = static_cast<std::int64_t>(i) + 1;
    many[i].is_collected = true;
    many[i].posting.posting_id = many[i].posting.idempotency_key = "p_" + std::to_string(i);
    many[i].posting.kind = "sale";
    many[i].posting.location = LocationId("GB");
    many[i].posting.business_date = date_of(kMorning);
    many[i].posting.currency = Currency{"GBP"};
  }
  REQUIRE(insert_postings(hub.database.connection(), many, kNow));
  CHECK(sum_day(hub.database.connection(), "tryton", LocationId("GB"), date_of(kMorning), kNow).value() == count);
  CHECK(hub.database.texts("SELECT batch_no || ' ' || parts FROM posting_sum ORDER BY batch_no") == Texts{"1 10000", "2 1"});
}

TEST_CASE("summed store: what is collected is not sent, and its sum is", "[postings]") {
  SummedHub hub;
  hub.sell({"1", "2", "3"});
  CHECK(hub.totals() == Texts{"sale collected 3 300 -3"});
  DueRequest request;
  request.now = kNow;
  CHECK(hub.reader.due(request)->postings.empty());
  CHECK(hub.sum() == 3);
  CHECK(hub.totals() == Texts{"sale summed 3 300 -3", "summed queued 1 300 -3"});
  const auto due = hub.reader.due(request);
  REQUIRE(due->postings.size() == 1);
  const auto posting = decode_posting(due->postings[0].body);
  REQUIRE(posting);
  CHECK(posting->documents.size() == 3);
  CHECK(due->postings[0].idempotency_key == summed_posting_id({"tryton", LocationId("GB"), *posting->business_date, posting->currency, 1}));
  CHECK(hub.sum() == 0);
  CHECK(hub.reader.find(posting->posting_id).value().value().record.status == PostingStatus::kQueued);
}

TEST_CASE("summed store: what becomes of the sum becomes of its documents", "[postings]") {
  SummedHub hub;
  hub.sell({"1", "2"});
  hub.sum();
  SECTION("posted") {
    hub.finish(PostingStatus::kPosted);
    CHECK(hub.totals() == Texts{"sale posted 2 200 -2", "summed posted 1 200 -2"});
    CHECK(hub.database.texts("SELECT erp_reference FROM posting WHERE kind = 'sale'") == Texts{"JE-9", "JE-9"});
    CHECK(hub.database.number("SELECT count(*) FROM posting_history WHERE status = 'posted'") == 3);
  }
  SECTION("refused, then skipped by a person") {
    hub.finish(PostingStatus::kRefused);
    CHECK(hub.totals() == Texts{"sale summed 2 200 -2", "summed refused 1 200 -2"});
    const std::string id = hub.database.texts("SELECT posting_id FROM posting WHERE kind = 'summed'").at(0);
    CHECK(act_on_posting(hub.database.connection(), id, PostingAction::kSkip, "ann", "booked by hand", kNow).value() == PostingActionStatus::kDone);
    CHECK(hub.totals() == Texts{"sale skipped 2 200 -2", "summed skipped 1 200 -2"});
  }
}

TEST_CASE("summed store: a late document goes to the next batch, never into a sum that is made", "[postings]") {
  SummedHub hub;
  hub.sell({"1"});
  hub.sum();
  hub.finish(PostingStatus::kPosted);
  hub.sell({"2"});
  CHECK(hub.sum() == 1);
  CHECK(hub.database.texts("SELECT batch_no || ':' || parts FROM posting_sum ORDER BY posting_no") == Texts{"1:1", "2:1"});
  CHECK(hub.database.number("SELECT count(DISTINCT posting_id) FROM posting WHERE kind = 'summed'") == 2);
}

TEST_CASE("summed store: a void in the same sum leaves nothing of its sale", "[postings]") {
  SummedHub hub;
  hub.sell({"1"});
  hub.hub.commit(hub.feed.batch({incoming(void_of("v", "1"))}));
  hub.sum();
  const auto body = hub.database.texts("SELECT posting_id FROM posting WHERE kind = 'summed'");
  REQUIRE(body.size() == 1);
  CHECK(hub.reader.find(body[0]).value().value().record.gross.minor == 0);
}

TEST_CASE("summed store: one part alone cannot be sent again or skipped", "[postings]") {
  SummedHub hub;
  hub.sell({"1"});
  const std::string id = hub.database.texts("SELECT posting_id FROM posting WHERE kind = 'sale'").at(0);
  hub.sum();
  for (const auto action : {PostingAction::kRetry, PostingAction::kReplay, PostingAction::kSkip})
    CHECK(act_on_posting(hub.database.connection(), id, action, "ann", "why", kNow).value() == PostingActionStatus::kNotPossible);
}

TEST_CASE("summed store: customers on account and movements go by themselves", "[postings]") {
  SummedHub hub;
  Document on_account = sale("1", {goods_line("A", 1, 100)});
  std::get<Sale>(on_account.body).tenders[0].type = "account";
  hub.hub.commit(hub.feed.batch({incoming(on_account), incoming(movement("m", "receipt", {movement_line("A", 5)}))}));
  CHECK(hub.totals() == Texts{"stock queued 1 0 5", "sale queued 1 100 -1"});
}

TEST_CASE("summed store: no more documents in one than its limit", "[postings][limits]") {
  SummedHub hub;
  hub.sell({"1"});
  REQUIRE(hub.database.connection().run("INSERT INTO posting (posting_no, event_no, posting_id, idempotency_key, kind, location, business_date, currency, ordering_key, status, is_open,"
                                        " attempts, next_try_at, gross_minor, units_milli, erp_reference, last_error, created_at, updated_at, body, lane)"
                                        " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)"
                                        " SELECT posting_no + 2 * i, event_no + i, posting_id || i, NULL, kind, location, business_date, currency, ordering_key || i, status, is_open, 0, NULL,"
                                        " gross_minor, units_milli, '', '', created_at, updated_at, body, lane FROM posting, n",
                                        {static_cast<std::int64_t>(kSumDocumentsMax)}));
  CHECK(hub.sum() == static_cast<std::int64_t>(kSumDocumentsMax));
  CHECK(hub.sum() == 1);
  CHECK(hub.sum() == 0);
}

TEST_CASE("summed store: a day is summed when it is over, and what comes late a while after it came", "[postings]") {
  const Date date{14'944};
  const Instant day_end = Instant{} + seconds((14'944 + 1) * std::int64_t{86'400});
  const SumPolicy policy{seconds(3'600), seconds(900)};
  CollectedGroup group{LocationId("GB"), date, Currency{"GBP"}, 1, day_end - seconds(7'200)};
  CHECK_FALSE(is_ripe(group, policy, day_end + seconds(3'599)));
  CHECK(is_ripe(group, policy, day_end + seconds(3'600)));
  group.oldest_at = day_end + seconds(86'400);
  CHECK_FALSE(is_ripe(group, policy, group.oldest_at + seconds(899)));
  CHECK(is_ripe(group, policy, group.oldest_at + seconds(900)));
}
