#include "hub/postings/cost_store.h"

#include <catch2/catch.hpp>

#include "tests/hub/postings/posting_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

const ChartBook& costing_charts() {
  static const ChartBook charts = parse_charts(R"({"companies": [{"name": "UK Ltd", "locations": ["GB"], "currency": "GBP", "accounts": {"costs":
    {"inventory": "1400", "received": "2000", "adjusted": "5100", "transit": "1450", "opening": "3000", "cost_of_goods": "5000"}}}]})")
                                      .value_or(ChartBook());
  return charts;
}

/// A hub whose chart asks for cost of goods.
struct CostHub {
  HubDatabase database;
  TestHub hub{database.connection(), [] {
                auto made = stages<IntakeStage, LedgerStage>();
                made.push_back(std::make_unique<PostingsStage>(costing_charts()));
                made.push_back(std::make_unique<ExceptionsStage>());
                return made;
              }()};
  AgentFeed feed;
  PostingReader reader{database.connection()};

  void take(std::vector<IncomingDocument> documents) { hub.commit(feed.batch(std::move(documents))); }
  void take(const Document& document, const std::string& location = "GB") { take(std::vector<IncomingDocument>{incoming(document, location)}); }
  /// Account and debit of lines of goods at cost.
  Texts costs_of(std::int64_t event_no) {
    const auto posting = reader.posting_of_event(event_no);
    REQUIRE(posting);
    REQUIRE(*posting);
    Texts texts;
    for (const JournalLine& line : (*posting)->journal)
      if (line.account == "5000" || line.account == "1400") texts.push_back(line.account + ":" + std::to_string(line.debit.minor - line.credit.minor));
    return texts;
  }
  Texts exceptions() { return database.texts("SELECT subject || ' ' || status FROM exception_case WHERE code = 'posting.cost_unknown' ORDER BY exception_no"); }
};

Document receipt_at(const std::string& no, std::int64_t units, std::int64_t cost_micro) {
  MovementLine line = movement_line("A", units);
  line.unit_cost = UnitPrice{cost_micro};
  return movement(no, "receipt", {line});
}

}  // namespace

TEST_CASE("costs: sales, returns and voids book the moving average; what was booked is mirrored exactly", "[postings]") {
  CostHub hub;
  hub.take(receipt_at("r1", 10, 1'000'000));                     // 1
  hub.take(sale("1", {goods_line("A", 2, 500)}));                // 2
  hub.take(receipt_at("r2", 8, 3'000'000));                      // 3: (8 × 1 + 8 × 3) / 16
  hub.take(sale("2", {goods_line("A", 1, 500)}));                // 4
  hub.take(returned("1", {goods_line("A", 1, 500)}));            // 5
  hub.take(void_of("v", "1"));                                   // 6: at what it was booked at
  CHECK(hub.costs_of(1) == Texts{"1400:1000"});
  CHECK(hub.costs_of(2) == Texts{"5000:200", "1400:-200"});
  CHECK(hub.costs_of(4) == Texts{"5000:200", "1400:-200"});
  CHECK(hub.costs_of(5) == Texts{"5000:-200", "1400:200"});
  CHECK(hub.costs_of(6) == Texts{"5000:-200", "1400:200"});
  CHECK(hub.database.texts("SELECT location || ' ' || quantity_milli || ' ' || average_micro FROM stock_cost ORDER BY location") == Texts{" 18000 2000000", "GB 18000 2000000"});
  CHECK(hub.exceptions().empty());
}

TEST_CASE("costs: a batch comes to the same as its documents one by one", "[postings]") {
  const std::vector<Document> documents{sale("0", {goods_line("B", 1, 100)}), receipt_at("r1", 10, 1'000'000), sale("1", {goods_line("A", 2, 500)}), receipt_at("r2", 7, 2'500'000),
                                        void_of("v", "1"), sale("2", {goods_line("A", 3, 500)}), void_of("w", "3"), sale("3", {goods_line("A", 1, 500)}),
                                        sale("4", {goods_line("A", 1, 500)})};
  const char* const kJournals = "SELECT hex(body) FROM posting ORDER BY posting_no";
  CostHub together, apart;
  std::vector<IncomingDocument> all;
  for (const Document& document : documents) {
    all.push_back(incoming(document));
    apart.take(document);
  }
  together.take(std::move(all));
  CHECK(together.database.texts(kJournals) == apart.database.texts(kJournals));
  const char* const kCosts = "SELECT location || sku || quantity_milli || ' ' || average_micro FROM stock_cost ORDER BY 1";
  CHECK(together.database.texts(kCosts) == apart.database.texts(kCosts));
  CHECK(together.costs_of(6) != Texts{});
}

TEST_CASE("costs: a void of a receipt takes its cost out again", "[postings]") {
  CostHub hub;
  hub.take(receipt_at("r1", 10, 1'000'000));
  hub.take(receipt_at("r2", 10, 3'000'000));
  Document back = movement("r3", "receipt", {});
  auto& body = std::get<StockMovement>(back.body);
  body.reverses = DocumentRef{};
  body.reverses->contract = "stock-movement";
  body.reverses->document_no = DocumentNo("r2");
  hub.take(back);
  hub.take(sale("1", {goods_line("A", 1, 500)}));
  CHECK(hub.costs_of(3) == Texts{"1400:-3000"});
  CHECK(hub.costs_of(4) == Texts{"5000:100", "1400:-100"});
}

TEST_CASE("costs: an unknown cost books none, stands on the list once, and settles when goods come in with one", "[postings]") {
  CostHub hub;
  hub.take(sale("1", {goods_line("A", 1, 500)}));
  hub.take(sale("2", {goods_line("A", 1, 500)}));
  CHECK(hub.costs_of(1).empty());
  CHECK(hub.exceptions() == Texts{"UK Ltd/A open"});
  CHECK(hub.database.texts("SELECT cause_key FROM exception_case WHERE code = 'posting.cost_unknown'") == Texts{"cost:A"});
  CHECK(hub.database.number("SELECT count(*) FROM stock_cost") == 0);
  hub.take(receipt_at("r1", 10, 1'000'000));
  CHECK(hub.exceptions() == Texts{"UK Ltd/A resolved"});
  hub.take(sale("3", {goods_line("A", 1, 500)}));
  CHECK(hub.costs_of(4) == Texts{"5000:100", "1400:-100"});
}

TEST_CASE("costs: a sale in another currency than the costs' books none and says so", "[postings]") {
  CostHub hub;
  hub.take(receipt_at("r1", 10, 1'000'000));
  Document abroad = sale("1", {goods_line("A", 1, 500)});
  std::get<Sale>(abroad.body).currency = std::get<Sale>(abroad.body).tenders[0].currency = Currency{"EUR"};
  hub.take(abroad);
  CHECK(hub.costs_of(2).empty());
  CHECK(hub.exceptions() == Texts{"UK Ltd/EUR open"});
}

TEST_CASE("costs: locations whose chart does not ask are left alone", "[postings]") {
  CostHub hub;
  hub.take(receipt_at("r1", 10, 1'000'000), "FR");
  hub.take(sale("1", {goods_line("A", 1, 500)}), "FR");
  CHECK(hub.costs_of(2).empty());
  CHECK(hub.database.number("SELECT count(*) FROM stock_cost") == 0);
  CHECK(hub.exceptions().empty());
}
