#include "hub/postings/postings_stage.h"

#include <catch2/catch.hpp>

#include "tests/hub/postings/posting_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

TEST_CASE("postings stage: one posting per document, also when it is sent again", "[postings]") {
  PostingHub hub;
  const CommitDocuments batch = hub.feed.batch({incoming(sale("1", {goods_line("A", 2, 100)})), incoming(returned("1", {goods_line("A", 1, 100)})),
                                                incoming(movement("m", "receipt", {movement_line("A", 5)}))});
  hub.hub.commit(batch);
  hub.hub.commit(batch);
  CHECK(hub.database.texts("SELECT kind FROM posting ORDER BY posting_no") == Texts{"sale", "return", "stock"});
  CHECK(hub.posting_of(1).stock.at(0).qty.milli == -2'000);
  CHECK(hub.posting_of(3).stock.at(0).qty.milli == 5'000);
}

TEST_CASE("postings stage: training, unknown critical, conflicts, opaque and closes have none", "[postings]") {
  PostingHub hub;
  Document training = sale("1", {goods_line("A", 1, 100)});
  training.header.mode = "training";
  Document critical = sale("2", {goods_line("A", 1, 100)});
  critical.header.critical = {"moon"};
  hub.take({incoming(training), incoming(critical), incoming(sale("3", {goods_line("A", 1, 100)})), incoming(sale("3", {goods_line("A", 5, 100)})),
            opaque("garbage"), incoming(Document{header("till-close/1", "z"), TillClose{}})});
  CHECK(hub.database.number("SELECT count(*) FROM posting") == 1);
}

TEST_CASE("postings stage: an unbalanced document is held with its figures on the list", "[postings]") {
  PostingHub hub;
  Document broken = sale("1", {goods_line("A", 1, 100)});
  std::get<Sale>(broken.body).tenders[0].amount.minor = 99;
  hub.take(broken);
  CHECK(hub.status_of(hub.id_of(1)) == PostingStatus::kHeld);
  CHECK(hub.database.texts("SELECT subject || ' ' || detail FROM exception_case WHERE code = 'posting.unbalanced'") ==
        Texts{hub.id_of(1) + " debit 0.99, credit 1.00 GBP"});
  // Its stock moved all the same.
  CHECK(hub.database.number("SELECT on_hand_milli FROM stock_balance") == -1'000);
}

TEST_CASE("postings stage: a void reverses the posting of an earlier batch", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  hub.take(void_of("v", "1"));
  const Posting original = hub.posting_of(1);
  const Posting back = hub.posting_of(2);
  CHECK(back.kind == "void");
  CHECK(back.gross.minor == -original.gross.minor);
  CHECK(back.journal[0].credit == original.journal[0].debit);
  CHECK(back.stock.at(0).qty.milli == 2'000);
  CHECK(hub.reader.totals()->size() == 2);
}

TEST_CASE("postings stage: a void in the batch of its original", "[postings]") {
  PostingHub hub;
  hub.take({incoming(sale("1", {goods_line("A", 2, 100)})), incoming(void_of("v", "1"))});
  CHECK(hub.posting_of(2).gross.minor == -200);
}

TEST_CASE("postings stage: a void that waited is posted behind its original", "[postings]") {
  PostingHub hub;
  hub.take(void_of("v", "1"));
  CHECK(hub.database.number("SELECT count(*) FROM posting") == 0);
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  const Posting back = hub.posting_of(1);  // under the void's own event
  CHECK(back.kind == "void");
  CHECK(back.gross.minor == -200);
  CHECK(back.business_date == date_of(kMorning));
  DueRequest request;
  request.per_lane = 10;
  const auto due = hub.due(request);
  REQUIRE(due.size() == 2);
  CHECK(due[0].kind == "sale");
  CHECK(due[1].kind == "void");
  CHECK(hub.status_of(back.posting_id) == PostingStatus::kQueued);
}

TEST_CASE("postings stage: a void and then its original in one batch", "[postings]") {
  PostingHub hub;
  hub.take({incoming(void_of("v", "1")), incoming(sale("1", {goods_line("A", 2, 100)}))});
  DueRequest request;
  request.per_lane = 10;
  const auto due = hub.due(request);
  REQUIRE(due.size() == 2);
  CHECK(due[0].kind == "sale");
  CHECK(due[1].kind == "void");
}

TEST_CASE("postings stage: a second void has no posting", "[postings]") {
  PostingHub hub;
  hub.take({incoming(sale("1", {goods_line("A", 2, 100)})), incoming(void_of("v", "1")), incoming(void_of("w", "1"))});
  CHECK(hub.database.texts("SELECT kind FROM posting ORDER BY posting_no") == Texts{"sale", "void"});
}

TEST_CASE("postings stage: a reversed movement is posted as stock", "[postings]") {
  PostingHub hub;
  hub.take(movement("r", "receipt", {movement_line("A", 6)}));
  Document back = movement("rr", "receipt", {});
  std::get<StockMovement>(back.body).reverses = DocumentRef{};
  std::get<StockMovement>(back.body).reverses->document_no = DocumentNo("r");
  hub.take(back);
  CHECK(hub.posting_of(2).kind == "stock");
  CHECK(hub.posting_of(2).stock.at(0).qty.milli == -6'000);
}

TEST_CASE("postings stage: the correction of a late movement is posted with it", "[postings]") {
  PostingHub hub;
  hub.take(movement("c", "count", {movement_line("A", 7)}, minutes_after(kMorning, 20)));
  hub.take(sale("1", {goods_line("A", 2, 100)}, kMorning));
  CHECK(hub.posting_of(1).stock.at(0).movement == "count");
  const Posting late = hub.posting_of(2);
  REQUIRE(late.stock.size() == 2);
  CHECK(late.stock[0].qty.milli + late.stock[1].qty.milli == 0);
  CHECK(late.stock[1].movement == "count_correction");
  CHECK(hub.database.number("SELECT units_milli FROM posting WHERE event_no = 2") == 0);
}

TEST_CASE("postings stage: postings and ledger say the same in units", "[postings]") {
  PostingHub hub;
  hub.take({incoming(movement("o", "opening", {movement_line("A", 50), movement_line("B", 20)})),
            incoming(sale("1", {goods_line("A", 2, 100), goods_line("B", -1, 100)})), incoming(returned("2", {goods_line("A", 1, 100)})),
            incoming(void_of("v", "1")), incoming(movement("c", "count", {movement_line("A", 44)}, minutes_after(kMorning, 5)))});
  CHECK(hub.database.number("SELECT sum(units_milli) FROM posting_total") == hub.database.number("SELECT sum(on_hand_milli) FROM stock_balance"));
}

namespace {
Document close_with(std::vector<std::tuple<std::string, std::string, std::int64_t>> differences) {
  TillClose close;
  close.z_no = "1";
  close.currency = Currency{"GBP"};
  for (const auto& [type, currency, minor] : differences) {
    CloseTender tender;
    tender.type = type;
    tender.currency = Currency{currency};
    tender.over_short = Amount{minor};
    close.tenders.push_back(tender);
  }
  return Document{header("till-close/1", "z1"), close};
}
}  // namespace

TEST_CASE("postings stage: a close is posted where its counts differ, and only then", "[postings]") {
  PostingHub hub;
  hub.take(close_with({{"cash", "GBP", 0}}));
  CHECK(hub.database.number("SELECT count(*) FROM posting") == 0);
  Document differs = close_with({{"cash", "GBP", -250}, {"cash", "EUR", 100}});
  differs.header.document_no = DocumentNo("z2");
  hub.take(differs);
  const Posting posting = hub.posting_of(2);
  CHECK(posting.kind == "till_close");
  CHECK(posting.gross.minor == 0);
  CHECK(posting.journal.size() == 2);
  CHECK(hub.database.texts("SELECT code FROM exception_case WHERE code LIKE 'posting.%'") == Texts{"posting.other_currency"});
}

TEST_CASE("postings stage: a revised close without the one before it waits", "[postings]") {
  PostingHub hub;
  Document revised = close_with({{"cash", "GBP", -250}});
  std::get<TillClose>(revised.body).revision = 1;
  hub.take(revised);
  CHECK(hub.database.number("SELECT count(*) FROM posting") == 0);
  CHECK(hub.database.texts("SELECT code FROM exception_case WHERE code LIKE 'posting.%'") == Texts{"posting.revised_close"});
}

TEST_CASE("postings stage: cash to the safe is posted, opening the drawer is not", "[postings]") {
  PostingHub hub;
  TillEvent event;
  event.type = "no_sale";
  hub.take(Document{header("till-event/1", "e1"), event});
  event.type = "drop";
  event.currency = Currency{"GBP"};
  event.amount = Amount{5'000};
  hub.take(Document{header("till-event/1", "e2"), event});
  CHECK(hub.database.texts("SELECT kind FROM posting") == Texts{"till_event"});
}

TEST_CASE("postings stage: each location's company has its own accounts", "[postings]") {
  HubDatabase database;
  TestHub hub{database.connection(), [] {
                auto made = stages<IntakeStage, LedgerStage, ExceptionsStage>();
                auto charts = parse_charts(R"({"companies": [{"name": "FR", "locations": ["FR"], "accounts": {"lines": {"goods": "701"}}}]})");
                REQUIRE(charts);
                made.insert(made.begin() + 2, std::make_unique<PostingsStage>(*charts));
                return made;
              }()};
  AgentFeed feed;
  hub.commit(feed.batch({incoming(sale("1", {goods_line("A", 1, 100)}), "FR"), incoming(sale("2", {goods_line("A", 1, 100)}), "GB")}));
  PostingReader reader(database.connection());
  CHECK(reader.posting_of_event(1).value()->journal[1].account == "701");
  CHECK(reader.posting_of_event(2).value()->journal[1].account == kGoodsAccount);
}
