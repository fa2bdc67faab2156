// Random movements and counts of a few SKUs, in random order of arrival and random batches, against a model that only knows
// the rule: on hand = the latest count + the movements after it.
#include <catch2/catch.hpp>

#include <random>

#include "tests/hub/ledger/ledger_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

struct Fact {
  bool is_count = false;
  std::string sku;
  std::int64_t units = 0;
  Instant at;
};

/// Facts in the order of arrival; of counts of one time the later arrival stands.
std::int64_t expected_on_hand(const std::vector<Fact>& facts, const std::string& sku) {
  const Fact* counted = nullptr;
  for (const Fact& fact : facts) {
    if (fact.sku == sku && fact.is_count && (counted == nullptr || fact.at >= counted->at)) counted = &fact;
  }
  std::int64_t units = counted == nullptr ? 0 : counted->units;
  for (const Fact& fact : facts) {
    if (fact.sku == sku && !fact.is_count && (counted == nullptr || fact.at > counted->at)) units += fact.units;
  }
  return units;
}

}  // namespace

TEST_CASE("ledger: random facts in random order end where the rule says", "[ledger]") {
  const std::vector<std::string> skus{"A", "a", "B"};
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const auto pick = [&random](std::int64_t low, std::int64_t high) { return std::uniform_int_distribution<std::int64_t>(low, high)(random); };
    LedgerHub hub;
    std::vector<Fact> facts;
    std::int64_t number = 0;
    for (int batch = 0; batch < 12; ++batch) {
      std::vector<IncomingDocument> documents;
      const std::int64_t size = pick(1, 6);
      for (std::int64_t i = 0; i < size; ++i) {
        Fact fact{pick(0, 4) == 0, skus[static_cast<std::size_t>(pick(0, 2))], 0, minutes_after(kMorning, pick(0, 15))};
        fact.units = fact.is_count ? pick(0, 50) : pick(-9, 9);
        const std::string no = std::to_string(++number);
        documents.push_back(incoming(fact.is_count ? count(no, {movement_line(fact.sku, fact.units)}, fact.at)
                                                   : movement(no, "adjustment", {movement_line(fact.sku, fact.units)}, fact.at)));
        facts.push_back(fact);
      }
      hub.take(std::move(documents));
    }
    for (const std::string& sku : skus) CHECK(hub.on_hand(sku) == expected_on_hand(facts, sku));
    CHECK(hub.reader.verify()->empty());
  }
}
