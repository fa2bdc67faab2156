#include "hub/postings/close_book.h"

#include <catch2/catch.hpp>

#include "tests/hub/postings/posting_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

IncomingDocument booked_close(std::int64_t event_no, const std::string& no, std::int64_t revision, std::int64_t minor) {
  TillClose body;
  body.z_no = "101";
  body.revision = revision;
  body.currency = Currency{"GBP"};
  CloseTender tender;
  tender.type = "cash";
  tender.currency = Currency{"GBP"};
  tender.over_short = Amount{minor};
  body.tenders.push_back(tender);
  IncomingDocument made = incoming(Document{header("till-close/1", no), body});
  made.event_no = event_no;
  made.verdict = Verdict::kNew;
  return made;
}
std::string cash_of(const PostingQueued& queued) {
  const JournalLine& line = queued.posting.journal.at(0);
  return line.account + ":" + std::to_string(line.debit.minor - line.credit.minor);
}

}  // namespace

TEST_CASE("close book: a revision posts what it changes, under its own key", "[postings]") {
  CloseBook book;
  MicroBatch batch;
  const Chart chart = default_chart();
  const auto first = book.take(booked_close(1, "Z1", 0, -250), chart, batch);
  REQUIRE(first.size() == 1);
  CHECK(cash_of(first[0]) == "1000:-250");
  const IncomingDocument revised = booked_close(2, "Z1a", 1, -200);
  const auto second = book.take(revised, chart, batch);
  REQUIRE(second.size() == 1);
  CHECK(cash_of(second[0]) == "1000:50");
  CHECK(second[0].posting.idempotency_key == posting_id_of(revised.event_id));
  CHECK(second[0].posting.documents == Texts{event_id_text(revised.event_id)});
  CHECK(book.take(booked_close(3, "Z1b", 2, -200), chart, batch).empty());  // nothing changes
  CHECK(batch.exceptions.empty());
}

TEST_CASE("close book: a revision without its original waits on the list, and is posted with it", "[postings]") {
  CloseBook book;
  MicroBatch batch;
  const Chart chart = default_chart();
  CHECK(book.take(booked_close(1, "Z1a", 1, -200), chart, batch).empty());
  REQUIRE(batch.exceptions.size() == 1);
  CHECK(batch.exceptions[0].code == "posting.revised_close");
  const auto both = book.take(booked_close(2, "Z1", 0, -250), chart, batch);
  REQUIRE(both.size() == 2);
  CHECK(cash_of(both[0]) == "1000:-250");
  CHECK(cash_of(both[1]) == "1000:50");
  CHECK(both[1].event_no == 1);
  REQUIRE(batch.settled.size() == 1);
  CHECK(batch.settled[0].subject == batch.exceptions[0].subject);
  for (const auto& [day, closes] : book.days())
    for (const KnownClose& close : closes) CHECK((close.is_changed && !close.version.is_waiting));
}

TEST_CASE("close book: without a business date a close stands for itself, and a revision is a person's", "[postings]") {
  CloseBook book;
  MicroBatch batch;
  IncomingDocument undated = booked_close(1, "Z1", 0, -250), revised = booked_close(2, "Z1a", 1, -200);
  undated.document->header.business_date.reset();
  revised.document->header.business_date.reset();
  CHECK(book.take(undated, default_chart(), batch).size() == 1);
  CHECK(book.take(revised, default_chart(), batch).empty());
  REQUIRE(batch.exceptions.size() == 1);
  CHECK(batch.exceptions[0].code == "posting.revised_close");
  CHECK(book.days().empty());
}
