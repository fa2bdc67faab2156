#include "hub/postings/close_versions.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

CloseVersion close_version(std::int64_t event_no, const std::string& document_no, const std::string& z_no, std::int64_t revision = 0, const std::string& named = {}) {
  return {event_no, DocumentNo(document_no), z_no, named, revision, false};
}

/// Takes versions in one by one; what was posted per document number, where version i differs by amounts[i].
std::map<std::string, std::int64_t> posted_by(const std::vector<CloseVersion>& arrivals, const std::map<std::string, std::int64_t>& amounts) {
  std::map<std::string, std::int64_t> posted;
  std::vector<CloseVersion> known;
  for (CloseVersion arrived : arrivals) {
    arrived.event_no = static_cast<std::int64_t>(known.size()) + 1;
    known.push_back(arrived);
    for (const CloseStep& step : take_in(known)) {
      const std::string& no = known[step.version].document_no.value;
      REQUIRE_FALSE(posted.contains(no));  // a close is posted once
      std::int64_t amount = step.counts ? amounts.at(no) : 0;
      for (const std::size_t old : step.replaced) amount -= amounts.at(known[old].document_no.value);
      posted[no] = amount;
    }
  }
  return posted;
}
std::int64_t total(const std::map<std::string, std::int64_t>& posted) {
  std::int64_t sum = 0;
  for (const auto& [no, amount] : posted) sum += amount;
  return sum;
}

CloseTender difference_line(const char* type, const char* currency, std::int64_t minor) {
  CloseTender tender;
  tender.type = type;
  tender.currency.code = currency;
  tender.over_short.minor = minor;
  return tender;
}

}  // namespace

TEST_CASE("close versions: one replaces what it names, and the lower revisions of its Z number", "[postings]") {
  const CloseVersion first = close_version(1, "Z1", "101");
  CHECK(replaces(close_version(2, "Z1a", "101", 1), first));
  CHECK_FALSE(replaces(first, close_version(2, "Z1a", "101", 1)));
  CHECK(replaces(close_version(2, "Z1a", "101"), first));  // the later event
  CHECK(replaces(close_version(2, "Z2", "102", 0, "Z1"), first));
  CHECK(replaces(close_version(2, "Z2", "102", 0, "101"), first));
  CHECK_FALSE(replaces(close_version(2, "Z2", "102"), first));
  CHECK_FALSE(replaces(close_version(2, "Z2", ""), close_version(1, "Z1", "")));
  CHECK_FALSE(replaces(close_version(2, "Z2", "102", 0, "Z1"), close_version(1, "Z1", "101", 0, "Z2")));
}

TEST_CASE("close versions: shifts post each their own", "[postings]") {
  CHECK(posted_by({close_version(0, "Z1", "101"), close_version(0, "Z2", "102")}, {{"Z1", 5}, {"Z2", -3}}) == std::map<std::string, std::int64_t>{{"Z1", 5}, {"Z2", -3}});
}

TEST_CASE("close versions: whatever the order of arrival, the newest revision is what is posted", "[postings]") {
  const std::map<std::string, std::int64_t> amounts{{"Z0", 100}, {"Z1", 70}, {"Z2", -20}};
  std::vector<CloseVersion> versions{close_version(0, "Z0", "101"), close_version(0, "Z1", "101", 1), close_version(0, "Z2", "101", 2)};
  std::vector<std::size_t> order{0, 1, 2};
  do {
    std::vector<CloseVersion> arrivals;
    for (const std::size_t i : order) arrivals.push_back(versions[i]);
    const auto posted = posted_by(arrivals, amounts);
    CHECK(total(posted) == -20);
    CHECK(posted.at("Z0") == 100);
  } while (std::ranges::next_permutation(order).found);
  // In their own order, and where those that came too early waited, each is what it changes.
  const std::map<std::string, std::int64_t> changes{{"Z0", 100}, {"Z1", -30}, {"Z2", -90}};
  CHECK(posted_by(versions, amounts) == changes);
  CHECK(posted_by({versions[2], versions[1], versions[0]}, amounts) == changes);
}

TEST_CASE("close versions: a chain of names is followed, also backwards", "[postings]") {
  const std::map<std::string, std::int64_t> amounts{{"Z0", 100}, {"Z1", 70}, {"Z2", -20}};
  const CloseVersion first = close_version(0, "Z0", "101"), second = close_version(0, "Z1", "102", 0, "Z0"), third = close_version(0, "Z2", "103", 0, "102");
  for (const auto& arrivals : {std::vector{first, second, third}, std::vector{third, second, first}, std::vector{second, third, first}})
    CHECK(posted_by(arrivals, amounts) == std::map<std::string, std::int64_t>{{"Z0", 100}, {"Z1", -30}, {"Z2", -90}});
}

TEST_CASE("close versions: one that takes the place of two shifts", "[postings]") {
  const std::map<std::string, std::int64_t> amounts{{"Z0", 100}, {"Z1", 70}, {"Z2", 1}};
  CHECK(posted_by({close_version(0, "Z0", "101"), close_version(0, "Z1", "101"), close_version(0, "Z2", "102", 0, "101")}, amounts) ==
        std::map<std::string, std::int64_t>{{"Z0", 100}, {"Z1", -30}, {"Z2", -69}});
}

TEST_CASE("close versions: what revises none that is known waits, and says nothing meanwhile", "[postings]") {
  std::vector<CloseVersion> known{close_version(1, "Z1", "101", 1)};
  CHECK(take_in(known).empty());
  CHECK(known[0].is_waiting);
  known.push_back(close_version(2, "Z9", "109"));
  CHECK(take_in(known).size() == 1);
  CHECK(known[0].is_waiting);
  known.push_back(close_version(3, "Z2", "101", 2));  // its base waits itself
  CHECK(take_in(known).empty());
  CHECK(known[2].is_waiting);
  CHECK(take_in({}).empty());
}

TEST_CASE("close versions: the difference of two closes per tender and currency", "[postings]") {
  TillClose now, before;
  now.tenders = {difference_line("cash", "GBP", -250), difference_line("cash", "EUR", 100)};
  before.tenders = {difference_line("cash", "GBP", -200), difference_line("card", "GBP", 30)};
  const TillClose* const replaced[] = {&before};
  const auto figures = [](const TillClose& close) {
    std::vector<std::string> texts;
    for (const CloseTender& tender : close.tenders) texts.push_back(tender.type + tender.currency.code + std::to_string(tender.over_short.minor));
    return texts;
  };
  using Texts = std::vector<std::string>;
  CHECK(figures(difference_of(now, true, replaced)) == Texts{"cashGBP-50", "cashEUR100", "cardGBP-30"});
  CHECK(figures(difference_of(now, false, replaced)) == Texts{"cashGBP200", "cardGBP-30"});
  CHECK(figures(difference_of(now, true, {})) == Texts{"cashGBP-250", "cashEUR100"});
  CHECK(figures(difference_of(now, false, {})).empty());
  before.tenders[0].over_short.minor = INT64_MIN;
  now.tenders[0].over_short.minor = 1;
  CHECK(difference_of(now, true, replaced).tenders[0].over_short.minor == INT64_MAX);
}
