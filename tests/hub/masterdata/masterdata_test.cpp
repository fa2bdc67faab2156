#include "hub/masterdata/masterdata.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("masterdata: the first put creates, with the sender's version or the first", "[masterdata]") {
  CHECK(decide_put({}, 0, "a").status == PutStatus::kCreated);
  CHECK(decide_put({}, 0, "a").version == 1);
  CHECK(decide_put({}, 7, "a").version == 7);
}

TEST_CASE("masterdata: the same content changes nothing, whatever its version", "[masterdata]") {
  const StoredVersion stored{5, "a"};
  for (const std::int64_t version : {0, 4, 5, 6}) {
    CHECK(decide_put(stored, version, "a").status == PutStatus::kUnchanged);
    CHECK(decide_put(stored, version, "a").version == 5);
  }
}

TEST_CASE("masterdata: other content updates only with a version above the stored one", "[masterdata]") {
  const StoredVersion stored{5, "a"};
  CHECK(decide_put(stored, 0, "b").version == 6);
  CHECK(decide_put(stored, 6, "b").status == PutStatus::kUpdated);
  CHECK(decide_put(stored, 6, "b").version == 6);
  CHECK(decide_put(stored, 5, "b").status == PutStatus::kStale);
  CHECK(decide_put(stored, 4, "b").status == PutStatus::kStale);
  CHECK(decide_put(stored, 4, "b").version == 5);
}

TEST_CASE("masterdata: prices of different places, currencies, starts and promotions are different prices", "[masterdata]") {
  Price price;
  price.sku = Sku("A\",\"B");
  std::vector<std::string> keys{price_key(price)};
  price.location = LocationId("GB");
  keys.push_back(price_key(price));
  price.group = "north";
  keys.push_back(price_key(price));
  price.currency = Currency{"GBP"};
  keys.push_back(price_key(price));
  price.valid_from = Instant{0};
  keys.push_back(price_key(price));
  price.promo_id = "summer";
  keys.push_back(price_key(price));
  std::sort(keys.begin(), keys.end());
  CHECK(std::unique(keys.begin(), keys.end()) == keys.end());
  price.unit_price = UnitPrice{1};
  CHECK(std::find(keys.begin(), keys.end(), price_key(price)) != keys.end());
}
