#include "hub/reconcile/completeness.h"

#include <catch2/catch.hpp>

#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

/// What the hub would keep of these documents of one till, all of one day unless `day` says which.
struct TillScene {
  std::vector<Document> documents;
  Date day = kFirstDay;
  bool is_listed = true;
  SequenceRanges before = {};
};

TillVerdict verdict_of(const TillScene& scene) {
  TillFacts facts;
  facts.till = TillId("GB-1");
  facts.is_listed = scene.is_listed;
  facts.ranges = scene.before;
  std::map<std::string, const Document*> by_no;
  std::int64_t event_no = 0;
  for (const Document& document : scene.documents) {
    IncomingDocument one = incoming(document);
    one.event_no = ++event_no;
    const bool is_new = !document.header.sequence || facts.ranges.add(*document.header.sequence);
    by_no[document.header.document_no.value] = &document;
    if (document.header.business_date != scene.day) continue;
    add_document(facts.day, one);
    if (!is_new) ++facts.day.doubled;
    if (const auto* body = std::get_if<TillClose>(&document.body))
      facts.closes.push_back({event_no, document.header.document_no, document.header.sequence, document.header.occurred_at, *body});
    if (const auto* taken_back = std::get_if<Void>(&document.body))
      add_money(facts.day, kVoidType, std::get<Sale>(by_no.at(taken_back->voids.document_no.value)->body), false, -1);
  }
  return judge_till(facts);
}

TillClose with_counts(TillClose close, std::int64_t returns, std::int64_t voids, std::int64_t no_sales, std::int64_t training) {
  close.counts.return_count = returns;
  close.counts.void_count = voids;
  close.counts.no_sale = no_sales;
  close.counts.training = training;
  return close;
}

struct TillCase {
  std::string name;
  TillScene scene;
  Judged how;
  bool is_complete;
  std::vector<NumberRange> missing;
  std::vector<CloseDifference> differences;
};

std::vector<TillCase> till_cases() {
  using enum Judged;
  const auto day2 = days_after(kFirstDay, 1);
  TillClose says_from_1 = close_body("1", 2, 300);
  says_from_1.first_sequence = 1;
  says_from_1.last_sequence = 2;
  TillClose says_to_3 = close_body("1", 2, 300);
  says_to_3.last_sequence = 3;
  TillClose superseding = close_body("2", 2, 300);
  superseding.supersedes = "Z-1";
  return {
      {"sequenced: complete", {{sale_of("a", 100, 1), sale_of("b", 200, 2), close_of(says_from_1, 3)}}, kSequenced, true, {}, {}},
      {"sequenced: a gap within", {{sale_of("a", 100, 1), sale_of("b", 200, 4), close_of(close_body("1", 2, 300), 5)}}, kSequenced, false, {{2, 3}}, {}},
      {"sequenced: the last one that the close names is missing", {{sale_of("a", 100, 1), sale_of("b", 200, 2), close_of(says_to_3, 4)}}, kSequenced, false, {{3, 3}}, {}},
      {"sequenced: the first one that the close names is missing", {{sale_of("b", 300, 2), close_of(says_from_1, 3)}}, kSequenced, false, {{1, 1}}, {{"sale", "", 2, 1}}},
      {"sequenced: what is missing between two days belongs to the later",
       {{sale_of("a", 100, 5), sale_of("b", 200, 6), close_of(close_body("1", 2, 300), 7)}, kFirstDay, true, SequenceRanges({{1, 3}})}, kSequenced, false, {{4, 4}}, {}},
      {"sequenced: nothing is known of the till before", {{sale_of("a", 300, 5'001), close_of(close_body("1", 1, 300), 5'002)}}, kSequenced, true, {}, {}},
      {"sequenced: two documents with one number", {{sale_of("a", 100, 1), sale_of("b", 200, 1), close_of(close_body("1", 2, 300), 2)}}, kSequenced, false, {}, {}},
      {"sequenced: across midnight, numbers of both days interleave",
       {{sale_of("a", 100, 1), sale_of("n", 50, 2, day2), sale_of("b", 200, 3), close_of(close_body("1", 2, 300), 4), sale_of("m", 70, 5, day2)}}, kSequenced, true, {}, {}},
      {"sequenced: the other side of midnight",
       {{sale_of("a", 100, 1), sale_of("n", 50, 2, day2), sale_of("b", 200, 3), close_of(close_body("1", 2, 300), 4), sale_of("m", 70, 5, day2), close_of(close_body("2", 2, 120), 6, day2)}, day2},
       kSequenced, true, {}, {}},
      {"sequenced: two shifts", {{sale_of("a", 100, 1), close_of(close_body("1", 1, 100), 2), sale_of("b", 200, 3), close_of(close_body("2", 1, 200), 4)}}, kSequenced, true, {}, {}},
      {"sequenced: a superseded close keeps its number",
       {{sale_of("a", 100, 1), close_of(close_body("1", 9, 999), 2), sale_of("b", 200, 3), close_of(superseding, 4)}}, kSequenced, true, {}, {}},
      {"sequenced: complete, but the close says other figures", {{sale_of("a", 100, 1), close_of(close_body("1", 1, 150), 2)}}, kSequenced, true, {},
       {{"net", "GBP", 150, 100}, {"gross", "GBP", 150, 100}, {"tender:card", "GBP", 150, 100}}},
      {"sequenced: training takes numbers and no money",
       {{sale_of("a", 100, 1), training_of("t", 2), close_of(with_counts(close_body("1", 1, 100), 0, 0, 0, 1), 3)}}, kSequenced, true, {}, {}},
      {"sequenced: no close", {{sale_of("a", 100, 1)}}, kSequenced, false, {}, {}},
      {"counted: equal, all types",
       {{sale_of("a", 100), return_of("r", 30), no_sale_of("n"), training_of("t"), close_of(with_counts(close_body("1", 1, 70), 1, 0, 1, 1))}}, kCounted, true, {}, {}},
      {"counted: one document too few", {{sale_of("a", 100), close_of(close_body("1", 2, 300))}}, kCounted, false, {},
       {{"sale", "", 2, 1}, {"net", "GBP", 300, 100}, {"gross", "GBP", 300, 100}, {"tender:card", "GBP", 300, 100}}},
      {"counted: as many, another sum", {{sale_of("a", 100), close_of(close_body("1", 1, 101))}}, kCounted, false, {},
       {{"net", "GBP", 101, 100}, {"gross", "GBP", 101, 100}, {"tender:card", "GBP", 101, 100}}},
      {"counted: a document without a number is enough", {{sale_of("a", 100, 1), sale_of("b", 200), close_of(close_body("1", 2, 300), 2)}}, kCounted, true, {}, {}},
      {"counted: a void takes its sale's money back", {{sale_of("a", 100), sale_of("b", 200), void_of("v", "a"), close_of(with_counts(close_body("1", 2, 200), 0, 1, 0, 0))}},
       kCounted, true, {}, {}},
      {"counted: the void is not in the close", {{sale_of("a", 100), void_of("v", "a"), close_of(close_body("1", 1, 100))}}, kCounted, false, {},
       {{"void", "", 0, 1}, {"net", "GBP", 100, 0}, {"gross", "GBP", 100, 0}, {"tender:card", "GBP", 100, 0}}},
      {"counted: no close", {{sale_of("a", 100)}}, kCounted, false, {}, {}},
      {"counted: a close of nothing", {{close_of(close_body("1", 0, 0))}}, kCounted, true, {}, {}},
      {"a listed till of which nothing came", {{}}, kCounted, false, {}, {}},
      {"a till that is not listed, of which nothing came", {{}, kFirstDay, false}, kIdle, true, {}, {}},
      {"a till that is not listed and traded needs a close", {{sale_of("a", 100)}, kFirstDay, false}, kCounted, false, {}, {}},
      {"stock movements alone need none", {{movement("m", "receipt", {movement_line("A", 1)})}, kFirstDay, false}, kIdle, true, {}, {}},
  };
}

}  // namespace

TEST_CASE("completeness: a table of tills' days", "[reconcile]") {
  for (const TillCase& one : till_cases()) {
    INFO(one.name);
    const TillVerdict verdict = verdict_of(one.scene);
    CHECK(to_string(verdict.how) == to_string(one.how));
    CHECK(verdict.is_complete == one.is_complete);
    CHECK(verdict.missing == one.missing);
    for (const CloseDifference& difference : verdict.differences) UNSCOPED_INFO(difference.what << " " << difference.pos << " " << difference.hub);
    CHECK(verdict.differences == one.differences);
  }
}

TEST_CASE("completeness: a till without a close says so", "[reconcile]") {
  CHECK(verdict_of({{sale_of("a", 100, 1)}}).lacks_close);
  CHECK(verdict_of({{}}).lacks_close);
  CHECK_FALSE(verdict_of({{}, kFirstDay, false}).lacks_close);
  CHECK_FALSE(verdict_of({{close_of(close_body("1", 0, 0))}}).lacks_close);
}

TEST_CASE("completeness: missing numbers are named up to a limit and counted beyond", "[reconcile]") {
  for (const std::size_t holes : {kMissingRangesMax, kMissingRangesMax + 1}) {
    std::vector<Document> documents;
    for (std::size_t i = 0; i <= holes; ++i) documents.push_back(sale_of(std::to_string(i), 100, static_cast<std::int64_t>(2 * i)));
    const TillVerdict verdict = verdict_of({documents});
    CHECK(verdict.missing.size() == kMissingRangesMax);
    CHECK(verdict.missing_count == static_cast<std::int64_t>(holes));
  }
}

TEST_CASE("completeness: tax per code is compared where the close says it, discounts where it says some", "[reconcile]") {
  Document taxed = sale_of("a", 1'000);
  auto& money = std::get<Sale>(taxed.body);
  money.totals.tax = Amount{200};
  money.totals.gross = Amount{1'200};
  money.tenders[0].amount = Amount{1'200};
  money.tax_summary.push_back({"S", Rate{200'000}, Amount{1'000}, Amount{200}, {}});
  TillClose close = close_body("1", 1, 1'200);
  close.totals[0].net = Amount{1'000};
  close.totals[0].tax = Amount{200};
  CHECK(verdict_of({{taxed, close_of(close)}}).is_complete);
  close.totals[0].taxes.push_back({"R", Rate{}, Amount{}, Amount{200}, {}});
  CHECK(verdict_of({{taxed, close_of(close)}}).differences == std::vector<CloseDifference>{{"tax:R", "GBP", 200, 0}, {"tax:S", "GBP", 0, 200}});
  close.totals[0].taxes[0].code = "S";
  close.totals[0].discounts = Amount{10};
  CHECK(verdict_of({{taxed, close_of(close)}}).differences == std::vector<CloseDifference>{{"discounts", "GBP", 10, 0}});
}

TEST_CASE("completeness: foreign notes are counted as what they are", "[reconcile]") {
  Document document = sale_of("a", 1'000);
  Tender& tender = std::get<Sale>(document.body).tenders[0];
  tender.type = "cash";
  tender.currency.code = "EUR";
  tender.foreign_amount = Amount{1'150};
  TillClose close = close_body("1", 1, 1'000);
  close.tenders[0].type = "cash";
  close.tenders[0].currency.code = "EUR";
  close.tenders[0].expected = Amount{1'150};
  CHECK(verdict_of({{document, close_of(close)}}).differences.empty());
}
