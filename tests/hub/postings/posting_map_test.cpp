#include "hub/postings/posting_map.h"

#include <catch2/catch.hpp>

#include "tests/hub/postings/posting_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

StockChanged change(const std::string& sku, std::int64_t units, const std::string& movement) {
  StockChanged made;
  made.document = 0;
  made.location = LocationId("GB");
  made.sku = Sku(sku);
  made.state = "sellable";
  made.change = Quantity{units * 1'000};
  made.movement = movement;
  return made;
}

PostingQueued map_document(const IncomingDocument& incoming, std::span<const StockChanged> stock) { return tillsync::hub::map_document(incoming, stock, default_chart()); }

}  // namespace

TEST_CASE("posting map: ids come from the event id and go back to it", "[postings]") {
  const EventId event_id = incoming(sale("1", {goods_line("A", 1, 100)})).event_id;
  const std::string id = posting_id_of(event_id);
  CHECK(id.starts_with("p_"));
  CHECK(event_id_of_posting(id) == event_id);
  CHECK_FALSE(event_id_of_posting("e_" + id.substr(2)));
  CHECK_FALSE(event_id_of_posting("p_???"));
  CHECK_FALSE(event_id_of_posting(""));
}

TEST_CASE("posting map: a sale with all that the ERP needs", "[postings]") {
  IncomingDocument made = incoming(sale("1", {goods_line("A", 6, 255)}));
  made.event_no = 5;
  made.correlation_id = "c-1";
  const std::vector<StockChanged> stock{change("A", -6, "sale")};
  const PostingQueued queued = map_document(made, stock);
  CHECK_FALSE(is_empty(queued));
  CHECK(queued.balanced);
  CHECK(queued.event_no == 5);
  const Posting& posting = queued.posting;
  CHECK(posting.kind == "sale");
  CHECK(posting.posting_id == posting_id_of(made.event_id));
  CHECK(posting.idempotency_key == posting.posting_id);
  CHECK(posting.location == LocationId("GB"));
  CHECK(posting.business_date == date_of(kMorning));
  CHECK(posting.currency.code == "GBP");
  CHECK(posting.ordering_key == "GB/GB-1/1");
  CHECK(queued.lane == "GB/GB-1");
  CHECK(posting.documents == Texts{event_id_text(made.event_id)});
  CHECK(posting.gross.minor == 6 * 255);
  CHECK(posting.correlation_id.value == "c-1");
  REQUIRE(posting.stock.size() == 1);
  CHECK(posting.stock[0].qty.milli == -6'000);
  CHECK(posting.stock[0].movement == "sale");
}

TEST_CASE("posting map: a return counts negative", "[postings]") {
  const PostingQueued queued = map_document(incoming(returned("1", {goods_line("A", 2, 100)})), {});
  CHECK(queued.posting.kind == "return");
  CHECK(queued.posting.gross.minor == -200);
}

TEST_CASE("posting map: a movement has stock and no journal; without stock it is nothing", "[postings]") {
  const std::vector<StockChanged> stock{change("A", 6, "receipt")};
  const IncomingDocument receipt = incoming(movement("1", "receipt", {movement_line("A", 6)}));
  const PostingQueued queued = map_document(receipt, stock);
  CHECK(queued.posting.kind == "stock");
  CHECK(queued.posting.journal.empty());
  CHECK(queued.posting.stock.size() == 1);
  CHECK(is_empty(map_document(receipt, {})));
}

TEST_CASE("posting map: a sale of nothing but zeros is posted, because sales are compared by count", "[postings]") {
  const PostingQueued queued = map_document(incoming(sale("1", {goods_line("A", 1, 0)})), {});
  CHECK(queued.posting.kind == "sale");
  CHECK(queued.posting.gross.minor == 0);
  CHECK(queued.balanced);
  CHECK_FALSE(is_empty(queued));
}

TEST_CASE("posting map: closes, events and voids have no posting of their own", "[postings]") {
  CHECK(is_empty(map_document(incoming(Document{header("till-close/1", "z"), TillClose{}}), {})));
  CHECK(is_empty(map_document(incoming(Document{header("till-event/1", "e"), TillEvent{}}), {})));
  CHECK(is_empty(map_document(incoming(void_of("v", "1")), {})));
}

TEST_CASE("posting map: an unbalanced sale is not empty, it is held", "[postings]") {
  Document broken = sale("1", {goods_line("A", 1, 100)});
  std::get<Sale>(broken.body).tenders[0].amount.minor = 99;
  const PostingQueued queued = map_document(incoming(broken), {});
  CHECK_FALSE(queued.balanced);
  CHECK(queued.problem == "debit 0.99, credit 1.00 GBP");
  CHECK_FALSE(is_empty(queued));
}

TEST_CASE("posting map: a void turns the original's posting around and stays behind it", "[postings]") {
  IncomingDocument original = incoming(sale("1", {goods_line("A", 6, 255)}));
  const PostingQueued booked = map_document(original, {});
  Document elsewhere = void_of("v", "1");
  elsewhere.header.till = TillId("GB-2");
  const IncomingDocument cancelling = incoming(elsewhere);
  const std::vector<StockChanged> stock{change("A", 6, "void")};
  const PostingQueued queued = map_reversal(source_of(cancelling), &booked.posting, stock);
  CHECK(queued.balanced);
  CHECK(queued.posting.kind == "void");
  CHECK(queued.posting.gross.minor == -6 * 255);
  CHECK(queued.posting.ordering_key == "GB/GB-1/1");
  CHECK(queued.posting.journal[0].credit == booked.posting.journal[0].debit);
  CHECK(queued.posting.posting_id == posting_id_of(cancelling.event_id));
  CHECK(queued.posting.stock.size() == 1);
}

TEST_CASE("posting map: a void of what was never posted has only its stock", "[postings]") {
  const IncomingDocument cancelling = incoming(void_of("v", "1"));
  CHECK(is_empty(map_reversal(source_of(cancelling), nullptr, {})));
  const std::vector<StockChanged> stock{change("A", 6, "void")};
  const PostingQueued queued = map_reversal(source_of(cancelling), nullptr, stock);
  CHECK_FALSE(is_empty(queued));
  CHECK(queued.posting.ordering_key == "GB/GB-1/v");
}

TEST_CASE("posting map: a void of a held posting is held as well", "[postings]") {
  Document broken = sale("1", {goods_line("A", 1, 100)});
  std::get<Sale>(broken.body).tenders[0].amount.minor = 99;
  const PostingQueued held = map_document(incoming(broken), {});
  CHECK_FALSE(map_reversal(source_of(incoming(void_of("v", "1"))), &held.posting, {}).balanced);
}

TEST_CASE("posting map: the business date of a void is its own, else the original's", "[postings]") {
  const PostingQueued booked = map_document(incoming(sale("1", {goods_line("A", 1, 100)})), {});
  Document later = void_of("v", "1");
  later.header.business_date = Date{20'000};
  CHECK(map_reversal(source_of(incoming(later)), &booked.posting, {}).posting.business_date == Date{20'000});
  later.header.business_date.reset();
  CHECK(map_reversal(source_of(incoming(later)), &booked.posting, {}).posting.business_date == date_of(kMorning));
}

TEST_CASE("posting map: what depends on a document has its key; all else has its own", "[postings]") {
  const auto key = [](const Document& document) { return map_document(incoming(document), {}).posting.ordering_key; };
  Document wrapped = sale("7", {goods_line("A", 1, 100)});
  wrapped.header.series = Series("2026");
  CHECK(key(wrapped) == "GB/GB-1/2026/7");
  Document back = returned("8", {goods_line("A", 1, 100)});
  CHECK(key(back) == "GB/GB-1/8");
  DocumentRef& original = std::get<Return>(back.body).lines[0].original.emplace();
  original.document_no = DocumentNo("7");
  CHECK(key(back) == "GB/GB-1/7");
  original.series = Series("2026");
  CHECK(key(back) == "GB/GB-1/2026/7");
  original.location = LocationId("DE");
  original.till = TillId("DE-3");
  CHECK(key(back) == "DE/DE-3/2026/7");
  original = DocumentRef{};
  original.channel = "web";
  original.order_no = "1001";
  CHECK(key(back) == "order/web/1001");
  Document out = movement("m1", "transfer_out", {movement_line("A", 1)});
  CHECK(key(out) == "GB/GB-1/m1");
  std::get<StockMovement>(out.body).transfer_no = "T-5";
  CHECK(key(out) == "transfer/T-5");
}

TEST_CASE("posting map: a close is posted in as many other currencies as have numbers", "[postings]") {
  Chart chart = default_chart();
  TillClose body;
  body.currency = Currency{"GBP"};
  for (std::size_t i = 0; i <= kPartsMax; ++i) {
    CloseTender tender;
    tender.type = "cash";
    tender.currency = Currency{"X" + std::string(1, static_cast<char>('A' + i)) + "X"};
    tender.over_short = Amount{1};
    body.tenders.push_back(tender);
    chart.tenders["cash/" + tender.currency.code] = "1001";
  }
  const IncomingDocument close = incoming(Document{header("till-close/1", "z"), body});
  const auto made = map_close(source_of(close), body, chart);
  REQUIRE(made.size() == kPartsMax);
  CHECK(made.front().part == 1);
  CHECK(made.back().part == static_cast<int>(kPartsMax));
  CHECK(unposted_currencies(body, chart) == std::vector<std::string>{body.tenders.back().currency.code});
  body.tenders.pop_back();
  CHECK(unposted_currencies(body, chart).empty());
  CHECK(made[0].posting.posting_id != made[1].posting.posting_id);
  CHECK_FALSE(made[0].posting.posting_id == posting_id_of(close.event_id));
}
