#include "hub/reconcile/day_policy.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("day policy: the words of hub.toml", "[reconcile]") {
  for (const LateDocuments late : {LateDocuments::kNextOpen, LateDocuments::kException}) CHECK(parse_late_documents(to_string(late)) == late);
  CHECK_FALSE(parse_late_documents("next").has_value());
  CHECK_FALSE(parse_late_documents("").has_value());
}

TEST_CASE("day policy: closes are expected so long after the end of the date in UTC", "[reconcile]") {
  const auto date = parse_date("2010-12-01");
  REQUIRE(date);
  CHECK(format_instant(closes_expected_at(*date, {})) == "2010-12-02T06:00:00Z");
  DayPolicy policy;
  policy.expected_after = seconds(0);
  CHECK(format_instant(closes_expected_at(*date, policy)) == "2010-12-02T00:00:00Z");
}
