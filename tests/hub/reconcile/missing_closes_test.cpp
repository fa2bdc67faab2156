#include "hub/reconcile/missing_closes.h"

#include <catch2/catch.hpp>

#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

Location store_with(std::vector<LocationTill> tills, const std::string& status = "open") {
  Location location;
  location.id = LocationId("GB");
  location.status = status;
  location.tills = std::move(tills);
  return location;
}
std::vector<std::string> missing_tills(const std::vector<Location>& locations, const std::vector<TillOnDay>& tills, Date since = days_after(kFirstDay, -30)) {
  std::vector<std::string> found;
  for (const TillDayKey& key : missing_closes(locations, {{LocationId("GB"), since}}, tills, kFirstDay)) found.push_back(key.till.value);
  return found;
}
const LocationId kGb{"GB"};
const TillId kOne{"1"}, kTwo{"2"};

}  // namespace

TEST_CASE("missing closes: listed tills and those that traded, without those that closed", "[reconcile]") {
  const std::vector<Location> locations = {store_with({{kOne, {}, {}, {}}, {kTwo, {}, {}, {}}})};
  CHECK(missing_tills(locations, {}) == std::vector<std::string>{"1", "2"});
  CHECK(missing_tills(locations, {{kGb, kOne, true, true}}) == std::vector<std::string>{"2"});
  CHECK(missing_tills(locations, {{kGb, kOne, true, true}, {kGb, kTwo, false, true}, {kGb, TillId("3"), true, false}}) == std::vector<std::string>{"3"});
  CHECK(missing_tills({}, {{kGb, kOne, true, false}, {kGb, kTwo, false, false}}) == std::vector<std::string>{"1"});
}

TEST_CASE("missing closes: a till counts from its first day to its last", "[reconcile]") {
  CHECK(missing_tills({store_with({{kOne, days_after(kFirstDay, 1), {}, {}}})}, {}).empty());
  CHECK(missing_tills({store_with({{kOne, {}, days_after(kFirstDay, -1), {}}})}, {}).empty());
  CHECK(missing_tills({store_with({{kOne, kFirstDay, kFirstDay, {}}})}, {}).size() == 1);
}

TEST_CASE("missing closes: planned and closed stores, and those that could not send yet, are not expected to", "[reconcile]") {
  for (const std::string status : {"planned", "closed", "refit"}) CHECK(missing_tills({store_with({{kOne, {}, {}, {}}}, status)}, {}).empty());
  const std::vector<Location> locations = {store_with({{kOne, {}, {}, {}}})};
  CHECK(missing_tills(locations, {}, days_after(kFirstDay, 1)).empty());
  CHECK(missing_tills(locations, {}, kFirstDay).size() == 1);
  CHECK(missing_closes(locations, {}, {}, kFirstDay).empty());
}
