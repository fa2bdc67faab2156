#include "hub/reservations/availability_cache.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

PositionKey key(std::string sku, std::string location = "GB") { return {LocationId(std::move(location)), Sku(std::move(sku))}; }
PositionFigures figures(std::int64_t on_hand) { return {on_hand, 0, 0, 0}; }

std::vector<std::string> skus(const std::optional<std::vector<SkuChange>>& changes) {
  std::vector<std::string> names;
  if (!changes) return {"everything"};
  for (const SkuChange& change : *changes) names.push_back(change.sku.value);
  return names;
}
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("availability cache: what was published is found, and follows the ledger", "[reservations][availability]") {
  AvailabilityCache book;
  CHECK_FALSE(book.find(key("A")));
  book.publish({{key("A"), {10, 3, 2, 1}}}, {});
  CHECK(available_milli(*book.find(key("A"))) == 4);
  book.publish({}, {{key("A"), -4}, {key("B"), 5}});
  CHECK(book.find(key("A"))->on_hand_milli == 6);
  CHECK_FALSE(book.find(key("B")));  // only the change is known
}

TEST_CASE("availability cache: what was read while something was committed is not kept", "[reservations][availability]") {
  AvailabilityCache book;
  const std::uint64_t before = book.generation();
  book.publish({}, {{key("A"), -4}});
  book.offer(key("A"), figures(10), before);
  CHECK_FALSE(book.find(key("A")));
  book.offer(key("A"), figures(6), book.generation());
  CHECK(book.find(key("A")) == figures(6));
  book.offer(key("A"), figures(99), book.generation());
  CHECK(book.find(key("A")) == figures(6));
  book.forget();
  CHECK_FALSE(book.find(key("A")));
}

TEST_CASE("availability cache: changes are told once per SKU, in the order of the last one", "[reservations][availability]") {
  AvailabilityCache book;
  book.publish({{key("A"), figures(1)}, {key("B"), figures(1)}}, {});
  book.publish({{key("A", "DE"), figures(1)}}, {{key("C"), 1}});
  CHECK(skus(book.changes(0, 10)) == Names{"B", "A", "C"});
  CHECK(skus(book.changes(0, 2)) == Names{"B", "A"});
  const std::uint64_t seen = book.changes(0, 2)->back().no;
  CHECK(skus(book.changes(seen, 10)) == Names{"C"});
  CHECK(skus(book.changes(book.last_change(), 10)).empty());
}

TEST_CASE("availability cache: who is too far behind, or knows another list, reads everything anew", "[reservations][availability][limits]") {
  AvailabilityCache book(2, 2);
  book.publish({{key("A"), figures(1)}, {key("B"), figures(1)}}, {});
  CHECK(skus(book.changes(0, 10)) == Names{"A", "B"});
  book.publish({{key("C"), figures(1)}}, {});
  CHECK(skus(book.changes(0, 10)) == Names{"everything"});
  CHECK(skus(book.changes(1, 10)) == Names{"B", "C"});
  CHECK(skus(book.changes(99, 10)) == Names{"everything"});
  CHECK(book.find(key("C")));
  CHECK_FALSE(book.find(key("A")));  // more than two positions are not held
  book.forget();
  CHECK(skus(book.changes(1, 10)) == Names{"everything"});
  CHECK(skus(book.changes(book.last_change(), 10)).empty());
}
