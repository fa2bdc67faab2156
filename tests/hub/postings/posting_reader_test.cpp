#include "hub/postings/posting_reader.h"

#include <catch2/catch.hpp>

#include "tests/hub/postings/posting_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

std::vector<std::int64_t> numbers(const std::vector<DuePosting>& postings) {
  std::vector<std::int64_t> made;
  for (const DuePosting& posting : postings) made.push_back(posting.posting_no);
  return made;
}
using Numbers = std::vector<std::int64_t>;

/// Two tills with three sales each: events 1…6, postings 2, 4, 6 of GB-1 and 8, 10, 12 of GB-2.
struct TwoTills : PostingHub {
  TwoTills() {
    take({sale_at_till("1", "GB-1"), sale_at_till("2", "GB-1"), sale_at_till("3", "GB-1"), sale_at_till("1", "GB-2"),
          sale_at_till("2", "GB-2"), sale_at_till("3", "GB-2")});
  }
  Numbers due_numbers(std::size_t per_lane = 10, Instant now = kNow) {
    DueRequest request;
    request.now = now;
    request.per_lane = per_lane;
    return numbers(due(request));
  }
  /// A return at GB-1 of the sale with that number, two days later.
  void take_return(const std::string& no, const std::string& original) {
    Document made = returned(no, {goods_line("A", 1, 100)});
    std::get<Return>(made.body).lines[0].original.emplace().document_no = DocumentNo(original);
    take(made);
  }
};

}  // namespace

TEST_CASE("due: oldest first within a till, tills side by side", "[postings]") {
  TwoTills hub;
  CHECK(hub.due_numbers(1) == Numbers{2, 8});
  CHECK(hub.due_numbers(2) == Numbers{2, 4, 8, 10});
  const auto due = hub.due();
  CHECK(due[0].ordering_key == "GB/GB-1/1");
  CHECK(due[0].idempotency_key == due[0].posting_id);
  CHECK(decode_posting(due[0].body)->kind == "sale");
}

TEST_CASE("due: what is on its way, refused or unknown holds what depends on it and nothing else", "[postings]") {
  TwoTills hub;
  hub.take_return("R1", "1");
  hub.take_return("R2", "1");
  hub.take_return("R3", "2");
  CHECK(hub.due_numbers() == Numbers{2, 4, 6, 14, 16, 18, 8, 10, 12});
  CHECK(hub.due_numbers(4) == Numbers{2, 4, 6, 14, 8, 10, 12});
  REQUIRE(mark_sending(hub.connection(), Numbers{2}, kNow));
  CHECK(hub.due_numbers() == Numbers{4, 6, 18, 8, 10, 12});
  PostingResult refused;
  refused.posting_no = 2;
  refused.status = PostingStatus::kRefused;
  REQUIRE(record_results(hub.connection(), std::vector<PostingResult>{refused}, kNow));
  CHECK(hub.due_numbers() == Numbers{4, 6, 18, 8, 10, 12});
  CHECK(act_on_posting(hub.connection(), hub.id_of(1), PostingAction::kSkip, "ann", "by hand", kNow).value() == PostingActionStatus::kDone);
  CHECK(hub.due_numbers() == Numbers{4, 6, 14, 16, 18, 8, 10, 12});
  hub.send(14, PostingStatus::kUnknown, kNow + seconds(60));
  CHECK(hub.due_numbers() == Numbers{4, 6, 18, 8, 10, 12});
}

TEST_CASE("due: a return at another till waits for the sale that it names", "[postings]") {
  TwoTills hub;
  Document made = returned("R1", {goods_line("A", 1, 100)});
  made.header.till = TillId("GB-9");
  DocumentRef& original = std::get<Return>(made.body).lines[0].original.emplace();
  original.till = TillId("GB-2");
  original.document_no = DocumentNo("3");
  hub.take(made);
  CHECK(hub.due_numbers() == Numbers{2, 4, 6, 8, 10, 12, 14});  // it goes along with the sale
  CHECK(hub.due_numbers(2) == Numbers{2, 4, 8, 10});            // not before it
  REQUIRE(mark_sending(hub.connection(), Numbers{12}, kNow));
  CHECK(hub.due_numbers() == Numbers{2, 4, 6, 8, 10});
}

TEST_CASE("due: a retry waits for its time, comes alone, and says when", "[postings]") {
  TwoTills hub;
  hub.take_return("R1", "1");
  const Instant later = kNow + seconds(30);
  hub.send(2, PostingStatus::kRetrying, later);
  CHECK(hub.due_numbers() == Numbers{4, 6, 8, 10, 12});
  DueRequest request;
  request.now = kNow;
  CHECK(hub.reader.due(request)->next_try_at == later);
  CHECK(hub.due_numbers(10, Instant{later.micros - 1}) == Numbers{4, 6, 8, 10, 12});
  CHECK(hub.due_numbers(10, later) == Numbers{2, 4, 6, 8, 10, 12});
  request.now = later;
  CHECK_FALSE(hub.reader.due(request)->next_try_at);
}

TEST_CASE("due: an unknown one comes without what is behind it", "[postings]") {
  TwoTills hub;
  hub.take_return("R1", "1");
  hub.send(2, PostingStatus::kUnknown, kNow);
  const auto due = hub.due();
  REQUIRE(due.size() == 2);
  CHECK(due[0].status == PostingStatus::kUnknown);
  CHECK(due[1].status == PostingStatus::kQueued);
  CHECK(hub.due_numbers() == Numbers{2, 4, 6, 8, 10, 12});
}

TEST_CASE("due: keys that are being worked on are left out", "[postings]") {
  TwoTills hub;
  DueRequest request;
  request.excluded = {"GB/GB-1/1", "GB/GB-1/2", "GB/GB-2/1"};
  CHECK(numbers(hub.due(request)) == Numbers{6, 10});
}

TEST_CASE("due: those that wait for their time hold nobody behind them, however many they are", "[postings]") {
  TwoTills hub;
  hub.send(2, PostingStatus::kRetrying, kNow + seconds(300));
  hub.send(4, PostingStatus::kUnknown, kNow + seconds(200));
  CHECK(hub.due_numbers(1) == Numbers{6, 8});
  CHECK(hub.due_numbers(2) == Numbers{6, 8, 10});
}

TEST_CASE("due: no till starves when the limit is small", "[postings]") {
  TwoTills hub;
  hub.take({sale_at_till("1", "GB-3")});
  DueRequest request;
  request.now = kNow;
  request.limit = 2;
  const auto first = hub.reader.due(request);
  CHECK(numbers(first->postings) == Numbers{2, 8});
  request.after_lane = first->last_lane;
  const auto second = hub.reader.due(request);
  CHECK(numbers(second->postings) == Numbers{14, 2});
  request.after_lane = second->last_lane;
  CHECK(numbers(hub.reader.due(request)->postings) == Numbers{8, 14});
}

TEST_CASE("due: goes once around and ends, wherever it starts", "[postings]") {
  TwoTills hub;
  for (const char* after : {"", "A", "GB/GB-1", "GB/GB-2", "Z"}) {
    DueRequest request;
    request.after_lane = after;
    CHECK(hub.due(request).size() == 2);
  }
  DueRequest none;
  none.excluded = {"GB/GB-1/1", "GB/GB-1/2", "GB/GB-1/3", "GB/GB-2/1", "GB/GB-2/2", "GB/GB-2/3"};
  CHECK(hub.due(none).empty());
}

TEST_CASE("posting reader: pages and filters, newest first", "[postings]") {
  TwoTills hub;
  hub.take(returned("1", {goods_line("A", 1, 100)}));
  hub.send(2, PostingStatus::kPosted);
  hub.send(8, PostingStatus::kRefused);
  const auto ids = [&](const PostingFilter& filter) {
    Numbers found;
    const auto page = hub.reader.list(filter);
    REQUIRE(page);
    for (const auto& record : page->postings) found.push_back(record.posting_no);
    return found;
  };
  PostingFilter filter;
  filter.limit = 4;
  CHECK(ids(filter) == Numbers{14, 12, 10, 8});
  filter.after = hub.reader.list(filter)->next;
  CHECK(ids(filter) == Numbers{6, 4, 2});
  CHECK_FALSE(hub.reader.list(filter)->next);
  filter = {};
  filter.status = PostingStatus::kRefused;
  CHECK(ids(filter) == Numbers{8});
  filter.status = PostingStatus::kPosted;
  CHECK(ids(filter) == Numbers{2});
  filter.status = PostingStatus::kHeld;
  CHECK(ids(filter).empty());
  filter = {};
  filter.kind = "return";
  CHECK(ids(filter) == Numbers{14});
  filter = {};
  filter.ordering_key = "GB/GB-2/1";
  filter.location = "GB";
  filter.business_date = date_of(kMorning);
  CHECK(ids(filter) == Numbers{8});
  filter.location = "FR";
  CHECK(ids(filter).empty());
  filter = {};
  const Numbers all = ids(filter);
  filter.location = "GB";
  CHECK(ids(filter) == all);
  CHECK(hub.reader.count(filter).value() == static_cast<std::int64_t>(all.size()));
  filter = {};
  filter.limit = kPostingPageMax + 1;
  CHECK(hub.reader.list(filter).error().code == ErrorCode::kInvalid);
  filter.limit = kPostingPageMax;
  CHECK(hub.reader.list(filter));
  filter.limit = 0;
  CHECK_FALSE(hub.reader.list(filter));
}

TEST_CASE("posting reader: one posting with its body", "[postings]") {
  TwoTills hub;
  const auto detail = hub.reader.find(hub.id_of(3));
  REQUIRE(detail);
  REQUIRE(*detail);
  CHECK((*detail)->posting_json.find("\"kind\":\"sale\"") != std::string::npos);
  CHECK((*detail)->record.event_no == 3);
  CHECK_FALSE(hub.reader.find("p_none").value());
  CHECK_FALSE(hub.reader.find(posting_id_of(EventId{})).value());
  CHECK_FALSE(hub.reader.posting_of_event(99).value());
}

TEST_CASE("posting reader: totals by place and date", "[postings]") {
  TwoTills hub;
  CHECK(hub.reader.totals(LocationId("GB"), date_of(kMorning))->size() == 1);
  CHECK(hub.reader.totals(LocationId("GB"))->at(0).postings == 6);
  CHECK(hub.reader.totals(LocationId("FR"))->empty());
  CHECK(hub.reader.totals(LocationId("GB"), Date{1})->empty());
  CHECK(hub.reader.totals({})->size() == 1);
  CHECK(hub.reader.totals({}, date_of(kMorning))->at(0).postings == 6);
  CHECK(hub.reader.totals({}, Date{1})->empty());
}
