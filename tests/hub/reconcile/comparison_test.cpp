#include "hub/reconcile/comparison.h"

#include <catch2/catch.hpp>

#include "hub/postings/posting_map.h"
#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

Document taxed_sale(const std::string& no, bool is_tax_included) {
  Document document = sale_of(no, is_tax_included ? 1'200 : 1'000);
  auto& money = std::get<Sale>(document.body);
  money.prices_include_tax = is_tax_included;
  money.totals = {Amount{1'000}, Amount{200}, Amount{1'200}, Amount{3}, {}};
  money.lines[0].tax_codes = {"S"};
  money.tax_summary.push_back({"S", Rate{200'000}, Amount{1'000}, Amount{200}, {}});
  money.tenders[0].amount = Amount{1'300};
  Tender change;
  change.type = "cash";
  change.amount = Amount{-97};
  money.tenders.push_back(change);
  return document;
}
Posting posting_for(const Document& document) {
  IncomingDocument one = incoming(document);
  one.event_no = 1;
  return map_document(one, {}, default_chart()).posting;
}
std::map<TillId, TillFacts> tills_with(const std::vector<Document>& documents, const std::vector<TillClose>& closes) {
  std::map<TillId, TillFacts> tills;
  TillFacts& facts = tills[TillId("GB-1")];
  for (const Document& document : documents) add_document(facts.day, incoming(document));
  for (std::size_t i = 0; i < closes.size(); ++i)
    facts.closes.push_back({static_cast<std::int64_t>(i) + 1, DocumentNo("Z" + std::to_string(i)), {}, {}, closes[i]});
  return tills;
}

}  // namespace

TEST_CASE("comparison: an acknowledged journal gives the figures of its document", "[reconcile]") {
  for (const bool is_tax_included : {false, true}) {
    INFO(is_tax_included);
    const Document document = taxed_sale("1", is_tax_included);
    Side erp;
    add_posting(erp, posting_for(document));
    const Side hub = hub_side(tills_with({document}, {}));
    CHECK(erp.documents == 1);
    CHECK(erp.money == hub.money);
    const SideFigures& figures = erp.money.at("GBP");
    CHECK(figures == SideFigures{1'000, 200, 1'200, 3, {{"S", 200}}, {{"card", 1'300}, {"cash", -97}}});
  }
}

TEST_CASE("comparison: a return is negative, and its void positive again", "[reconcile]") {
  const Posting returned_posting = posting_for(return_of("2", 300));
  Side erp;
  add_posting(erp, returned_posting);
  CHECK(erp.money.at("GBP") == SideFigures{-300, 0, -300, 0, {}, {{"card", -300}}});
  PostingSource source;
  const Document taking_back = void_of("v", "2", "return");
  source.header = &taking_back.header;
  source.location = LocationId("GB");
  add_posting(erp, map_reversal(source, &returned_posting, {}).posting);
  CHECK(erp.documents == 2);
  CHECK(erp.money.at("GBP") == SideFigures{});
}

TEST_CASE("comparison: postings that are of no sale, return or void add nothing", "[reconcile]") {
  // A sum stands for documents whose own postings are counted.
  for (const std::string kind : {"stock", "summed", "till_close", "till_event"}) {
    Side erp;
    Posting posting = posting_for(sale_of("1", 900));
    posting.kind = kind;
    add_posting(erp, posting);
    CHECK(erp.documents == 0);
    CHECK(erp.money.empty());
  }
}

TEST_CASE("comparison: closes of all tills, without those that are superseded", "[reconcile]") {
  TillClose again = close_body("2", 2, 250);
  again.supersedes = "1";
  const Side pos = pos_side(tills_with({}, {close_body("1", 9, 900), again, close_body("3", 1, 50)}));
  CHECK(pos.documents == 3);
  CHECK(pos.money.at("GBP").gross == 300);
  CHECK(pos.money.at("GBP").tenders == std::map<std::string, std::int64_t>{{"card", 300}});
}

TEST_CASE("comparison: currencies are never added to each other", "[reconcile]") {
  Document euros = sale_of("2", 500);
  std::get<Sale>(euros.body).currency.code = "EUR";
  const Side hub = hub_side(tills_with({sale_of("1", 100), euros}, {}));
  CHECK(hub.documents == 2);
  CHECK(hub.money.at("GBP").gross == 100);
  CHECK(hub.money.at("EUR").gross == 500);
}

TEST_CASE("comparison: which figures differ", "[reconcile]") {
  const SideFigures one{1'000, 200, 1'200, 0, {{"S", 200}}, {{"card", 1'200}}};
  SideFigures other = one;
  CHECK(differing_figures(one, one, one, {}).empty());
  CHECK(differing_figures(std::nullopt, one, one, {}).empty());
  other.gross = 1'201;
  CHECK(differing_figures(other, one, one, {}) == std::vector<std::string>{"gross"});
  CHECK(differing_figures(std::nullopt, one, other, {}) == std::vector<std::string>{"gross"});
  other = one;
  other.tenders = {{"cash", 1'200}};
  other.taxes.clear();
  CHECK(differing_figures(other, one, one, {}) == std::vector<std::string>{"tax:S", "tender:card", "tender:cash"});
  // A close that does not say its tax per code, or its tenders.
  CHECK(differing_figures(other, one, one, {false, true}) == std::vector<std::string>{"tender:card", "tender:cash"});
  CHECK(differing_figures(other, one, one, {false, false}).empty());
  CHECK(differing_figures(one, one, other, {false, false}) == std::vector<std::string>{"tax:S", "tender:card", "tender:cash"});
}
