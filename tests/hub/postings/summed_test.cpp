#include "hub/postings/summed.h"

#include <catch2/catch.hpp>

#include "tests/hub/postings/posting_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

const SumKey kSumKey{"tryton", LocationId("GB"), Date{14'944}, Currency{"GBP"}, 1};

Posting part(std::vector<std::tuple<std::string, std::string, std::int64_t>> lines, std::vector<std::pair<std::string, std::int64_t>> stock, std::int64_t gross) {
  Posting made;
  made.kind = "sale";
  made.business_date = Date{14'944};
  made.documents = {"e_" + std::to_string(gross)};
  made.gross.minor = gross;
  for (const auto& [account, tender, minor] : lines) {
    JournalLine& line = made.journal.emplace_back();
    line.account = account;
    line.tender = tender;
    (minor > 0 ? line.debit : line.credit).minor = std::abs(minor);
  }
  for (const auto& [sku, units] : stock) {
    made.stock.emplace_back();
    made.stock.back().sku = Sku(sku);
    made.stock.back().qty.milli = units * 1'000;
    made.stock.back().movement = "sale";
  }
  return made;
}

Texts lines_of(const Posting& posting) {
  Texts made;
  for (const JournalLine& line : posting.journal) made.push_back(line.account + line.tender + line.tax_code + ":" + std::to_string(line.debit.minor - line.credit.minor));
  for (const PostingStock& line : posting.stock) made.push_back(line.sku.value + ":" + std::to_string(line.qty.milli / 1'000));
  return made;
}

}  // namespace

TEST_CASE("summed: one line per account and tender, one per SKU; what cancels out is left away", "[postings]") {
  const std::vector<Posting> parts = {part({{"1000", "cash", 1'200}, {"4000", "", -1'200}}, {{"A", -2}, {"B", -1}}, 1'200), part({{"1010", "card", 600}, {"4000", "", -600}}, {{"A", -1}}, 600),
                                      part({{"1000", "cash", -1'200}, {"4000", "", 1'200}}, {{"B", 1}}, -1'200)};
  const auto sum = sum_postings(kSumKey, parts);
  REQUIRE(sum);
  CHECK(lines_of(*sum) == Texts{"1010card:600", "4000:-600", "A:-3"});
  CHECK(sum->gross.minor == 600);
  CHECK(sum->kind == "summed");
  CHECK(sum->documents == Texts{"e_1200", "e_600", "e_-1200"});
  CHECK(sum->ordering_key == "GB/2010-12-01/GBP");
  CHECK(sum->posting_id == sum->idempotency_key);
  CHECK_FALSE(sum->posting_date);
}

TEST_CASE("summed: its key is of what it sums, and of nothing else", "[postings]") {
  const std::string id = summed_posting_id(kSumKey);
  CHECK(id.starts_with("p_"));
  CHECK(id == summed_posting_id(kSumKey));
  SumKey other = kSumKey;
  other.batch_no = 2;
  CHECK(summed_posting_id(other) != id);
  other = kSumKey;
  other.connector = "odoo";
  CHECK(summed_posting_id(other) != id);
  other = kSumKey;
  other.location = LocationId("G");
  CHECK(summed_posting_id(other) != id);
}

TEST_CASE("summed: the latest posting date of its parts holds for all", "[postings]") {
  std::vector<Posting> parts(2, part({}, {}, 1));
  parts[1].posting_date = Date{15'000};
  CHECK(sum_postings(kSumKey, parts)->posting_date == Date{15'000});
}

TEST_CASE("summed: what 64 bits do not hold is an error, not a wrong figure", "[postings]") {
  const std::vector<Posting> money(2, part({{"1000", "cash", INT64_MAX}, {"4000", "", -INT64_MAX}}, {}, 1));
  CHECK(sum_postings(kSumKey, money).error().code == ErrorCode::kLimitExceeded);
  std::vector<Posting> goods(2, part({}, {{"A", 1}}, 1));
  for (Posting& one : goods) one.stock[0].qty.milli = INT64_MAX;
  CHECK(sum_postings(kSumKey, goods).error().code == ErrorCode::kLimitExceeded);
  const std::vector<Posting> gross(2, part({}, {}, INT64_MAX));
  CHECK(sum_postings(kSumKey, gross).error().code == ErrorCode::kLimitExceeded);
}

TEST_CASE("summed: customers on account, movements and what has no date go by themselves", "[postings]") {
  Posting posting = part({{"1000", "cash", 1}, {"4000", "", -1}}, {}, 1);
  for (const char* kind : {"sale", "return", "void", "till_close", "till_event"}) {
    posting.kind = kind;
    CHECK(is_summable(posting));
  }
  posting.kind = "stock";
  CHECK_FALSE(is_summable(posting));
  posting.kind = "sale";
  posting.journal[0].tender = "account";
  CHECK_FALSE(is_summable(posting));
  posting.journal[0].tender = "invoice";
  CHECK_FALSE(is_summable(posting));
  posting.journal[0].tender = "cash";
  posting.posting_date = posting.business_date;
  CHECK(is_summable(posting));
  posting.posting_date = Date{posting.business_date->days + 1};
  CHECK_FALSE(is_summable(posting));
  posting.posting_date.reset();
  posting.business_date.reset();
  CHECK_FALSE(is_summable(posting));
}
