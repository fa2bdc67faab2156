// The model by hand: it checks the product, so its own figures are worked out on paper here.
#include "tests/sim/shop.h"

#include <catch2/catch.hpp>

namespace tillsync::sim {
namespace {

constexpr std::int64_t kMinute = 60'000'000;

struct Paper {
  std::vector<Doc> docs;
  std::vector<Booked> booked;

  int add(DocKind kind, std::int64_t at, std::vector<DocLine> lines, int voids = -1, std::optional<std::int64_t> received = {}) {
    Doc doc;
    doc.id = static_cast<int>(docs.size());
    doc.kind = kind;
    doc.occurred_us = at;
    doc.voids = voids;
    doc.contents.push_back(std::move(lines));
    docs.push_back(doc);
    booked.push_back({doc.id, 0, received.value_or(at)});
    return doc.id;
  }
  std::int64_t on_hand(int sku) const { return books_of(booked, docs).on_hand.at({0, sku}); }
  std::int64_t gross() const { return books_of(booked, docs).gross.at(0); }
};

}  // namespace

TEST_CASE("model: sales take, returns and receipts bring, adjustments have their own sign", "[sim]") {
  Paper paper;
  paper.add(DocKind::kReceipt, 1, {{0, 10}});
  paper.add(DocKind::kSale, 2, {{0, 3}});
  paper.add(DocKind::kReturn, 3, {{0, 1}});
  paper.add(DocKind::kAdjustment, 4, {{0, -2}});
  CHECK(paper.on_hand(0) == 6);
  CHECK(paper.gross() == 3 * 60 + 60);  // at 0.50 and 20 %
}

TEST_CASE("model: the latest count rules, movements behind it are added, a tie is before", "[sim]") {
  Paper paper;
  paper.add(DocKind::kReceipt, 10, {{0, 10}});
  paper.add(DocKind::kCount, 20, {{0, 7}});
  paper.add(DocKind::kSale, 30, {{0, 2}});
  CHECK(paper.on_hand(0) == 5);
  paper.add(DocKind::kSale, 15, {{0, 1}});  // came late, from before the count
  CHECK(paper.on_hand(0) == 5);
  paper.add(DocKind::kSale, 20, {{0, 1}});  // a tie
  CHECK(paper.on_hand(0) == 5);
  paper.add(DocKind::kCount, 12, {{0, 99}});  // an older count
  CHECK(paper.on_hand(0) == 5);
}

TEST_CASE("model: a void turns its document around once, wherever it comes", "[sim]") {
  Paper paper;
  const int sale = paper.add(DocKind::kSale, 10, {{0, 3}});
  paper.add(DocKind::kVoid, 20, {}, sale);
  CHECK(paper.on_hand(0) == 0);
  CHECK(paper.gross() == 2 * 180);
  paper.add(DocKind::kVoid, 30, {}, sale);
  CHECK(paper.on_hand(0) == 0);
  std::swap(paper.booked[0], paper.booked[1]);
  CHECK(paper.on_hand(0) == 0);
  paper.booked.erase(paper.booked.begin() + 1);  // the sale never came
  CHECK(paper.booked.size() == 2);
  CHECK(books_of(paper.booked, paper.docs).on_hand.empty());
}

TEST_CASE("model: a time more than five minutes ahead of the receipt counts as the receipt", "[sim]") {
  Paper paper;
  paper.add(DocKind::kCount, 60 * kMinute, {{0, 7}});
  paper.add(DocKind::kSale, 65 * kMinute + 1, {{0, 2}}, -1, 60 * kMinute);  // as of the receipt: a tie with the count
  CHECK(paper.on_hand(0) == 7);
  paper.add(DocKind::kSale, 65 * kMinute, {{0, 2}}, -1, 60 * kMinute);  // five minutes are not more
  CHECK(paper.on_hand(0) == 5);
}

}  // namespace tillsync::sim
