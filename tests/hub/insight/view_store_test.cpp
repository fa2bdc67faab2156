#include "hub/insight/view_store.h"

#include <catch2/catch.hpp>

#include "tests/hub/insight/insight_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::InsightDatabase;
using tillsync::hub::test::kInsightNow;

TEST_CASE("views: put, changed, listed by page, removed", "[views]") {
  InsightDatabase database;
  REQUIRE(put_view(*database, {"fleet", "Dark", "state=dark", "ana", kInsightNow}));
  REQUIRE(put_view(*database, {"fleet", "Dark", "state=dark,missing", "bo", kInsightNow}));
  REQUIRE(put_view(*database, {"exceptions", "Mine", "assignee=ana", "ana", kInsightNow}));
  CHECK(read_views(*database, "")->size() == 2);
  const auto views = read_views(*database, "fleet");
  REQUIRE(views->size() == 1);
  CHECK(views->at(0).query == "state=dark,missing");
  CHECK(views->at(0).changed_by == "bo");
  REQUIRE(remove_view(*database, "fleet", "Dark"));
  CHECK(remove_view(*database, "fleet", "Dark").error().code == ErrorCode::kNotFound);
}

TEST_CASE("views: limits", "[views]") {
  InsightDatabase database;
  const auto put = [&](const std::string& page, const std::string& name, const std::string& query) { return put_view(*database, {page, name, query, "ana", kInsightNow}); };
  CHECK_FALSE(put("nosuch", "a", ""));
  CHECK_FALSE(put("fleet", "", ""));
  CHECK(put("fleet", std::string(kViewNameBytesMax, 'a'), ""));
  CHECK_FALSE(put("fleet", std::string(kViewNameBytesMax + 1, 'a'), ""));
  CHECK(put("fleet", "a", std::string(kViewQueryBytesMax, 'q')));
  CHECK_FALSE(put("fleet", "a", std::string(kViewQueryBytesMax + 1, 'q')));
  CHECK_FALSE(put("fleet", "a", "x\ny"));
  for (std::size_t i = 2; i < kViewsOfPageMax; ++i) REQUIRE(put("fleet", "v" + std::to_string(i), ""));
  CHECK(put("fleet", "one too many", "").error().code == ErrorCode::kLimitExceeded);
  CHECK(put("fleet", "a", "changed"));
  CHECK(put("stock", "other page", ""));
}
