// Which exceptions are meant.
#include "hub/api/exception_query.h"

#include <catch2/catch.hpp>
#include <map>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kQueryNow{1'800'000'000'000'000};

QueryText asked(std::map<std::string, std::string> parameters) {
  return [parameters](std::string_view name) {
    const auto found = parameters.find(std::string(name));
    return found == parameters.end() ? std::string() : found->second;
  };
}

}  // namespace

TEST_CASE("exception query: every filter is taken as it is given", "[api]") {
  const auto filter = read_exception_filter(
      asked({{"status", "assigned"}, {"owner", "finance"}, {"code", "gap"}, {"cause", "agent:a"}, {"location", "GB"}, {"assignee", "ana"}, {"overdue", "true"}, {"q", " 85123A "}}), kQueryNow);
  REQUIRE(filter);
  CHECK(filter->status == CaseStatus::kOpen);
  CHECK(filter->only_assigned);
  CHECK(filter->owner == "finance");
  CHECK(filter->code == "gap");
  CHECK(filter->cause_key == "agent:a");
  CHECK(filter->location == "GB");
  CHECK(filter->assignee == "ana");
  CHECK(filter->overdue_at == kQueryNow);
  CHECK(filter->text == "85123A");
  const auto none = read_exception_filter(asked({{"overdue", "false"}}), kQueryNow);
  REQUIRE(none);
  CHECK_FALSE(none->status);
  CHECK_FALSE(none->overdue_at);
  CHECK(read_cause_filter(asked({{"overdue", "true"}, {"cause", "sku:A"}}), kQueryNow)->overdue_at == kQueryNow);
}

TEST_CASE("exception query: what no filter is, is refused", "[api]") {
  CHECK_FALSE(read_exception_filter(asked({{"status", "nosuch"}}), kQueryNow));
  CHECK_FALSE(read_exception_filter(asked({{"overdue", "yes"}}), kQueryNow));
  CHECK(read_exception_filter(asked({{"q", std::string(kSearchBytesMax, 'a')}}), kQueryNow));
  CHECK_FALSE(read_exception_filter(asked({{"q", std::string(kSearchBytesMax + 1, 'a')}}), kQueryNow));
  CHECK_FALSE(read_cause_filter(asked({{"overdue", "1"}}), kQueryNow));
  CHECK_FALSE(read_exception_sort("code"));
  CHECK(read_exception_sort("") == ExceptionSort::kRaisedLast);
  CHECK(read_exception_sort("-due_at") == ExceptionSort::kDueLast);
}

TEST_CASE("exception query: a cursor goes with the sort that it was made for", "[api]") {
  ExceptionPage page;
  CHECK_FALSE(exception_cursor(page));
  page.next = 12;
  CHECK(exception_cursor(page) == "12");
  page.next_due = Instant{34};
  CHECK(exception_cursor(page) == "34.12");
  ExceptionFilter filter;
  REQUIRE(read_exception_cursor("12", filter));
  CHECK(filter.after == 12);
  CHECK_FALSE(read_exception_cursor("34.12", filter));
  filter.sort = ExceptionSort::kDueFirst;
  REQUIRE(read_exception_cursor("34.12", filter));
  CHECK(filter.after_due == Instant{34});
  CHECK(filter.after == 12);
  for (const char* bad : {"12", "a.1", "1.a", "1.", ".1", "-1.2", "1.2.3"}) CHECK_FALSE(read_exception_cursor(bad, filter));
}
