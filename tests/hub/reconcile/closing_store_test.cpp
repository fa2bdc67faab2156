#include "hub/reconcile/closing_store.h"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "hub/masterdata/masterdata_store.h"
#include "hub/postings/summed_store.h"
#include "hub/reconcile/day_reader.h"
#include "hub/reconcile/day_store.h"
#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

const DayKey kClosingDay{LocationId("GB"), kFirstDay};
const DayPerson kAnn{"ann", ""};
const DayPerson kAnnSays{"ann", "till 2 is broken"};

struct ClosingHub : DayHub {
  explicit ClosingHub(DayPolicy day_policy = {}, bool is_summed = false) : DayHub(day_policy, is_summed), policy(day_policy) {
    Location location;
    location.id = LocationId("GB");
    location.status = "open";
    location.tills.push_back({TillId("GB-1"), {}, {}, {}});
    REQUIRE(put_locations(connection(), {location}, "test", kNow));
  }
  Result<ClosingResult> close(bool is_forced = false, const DayPerson& person = kAnn) { return close_day(connection(), kClosingDay, person, is_forced, policy, {}, keys, kNow); }
  DayLock lock() {
    const auto found = load_day_lock(connection(), kClosingDay);
    REQUIRE((found && *found));
    return **found;
  }
  void post_all() {
    REQUIRE(connection().run("UPDATE posting SET status = 'posted', is_open = 0"));
    REQUIRE(connection().run("UPDATE OR REPLACE posting_total SET status = 'posted'"));
  }
  DayPolicy policy;
  SignatureKeyPair keys = generate_signature_keys();
};

DayPolicy closing_sums() {
  DayPolicy policy;
  policy.sums_for = "tryton";
  return policy;
}
/// Where postings are summed: everything is in, nothing is at the ERP.
struct SummedClosingHub : ClosingHub {
  explicit SummedClosingHub(DayPolicy day_policy = closing_sums()) : ClosingHub(day_policy, true) {
    Document abroad = sale_of("2", 200, 2);
    std::get<Sale>(abroad.body).currency = std::get<Sale>(abroad.body).tenders[0].currency = Currency{"EUR"};
    TillClose close = close_body("1", 2, 100);
    close.totals.push_back(close.totals[0]);
    close.totals[1].currency.code = "EUR";
    close.totals[1].net = close.totals[1].gross = Amount{200};
    close.tenders.push_back(close.tenders[0]);
    close.tenders[1].currency.code = "EUR";
    close.tenders[1].expected = Amount{200};
    take({sale_of("1", 100, 1), abroad, close_of(close, 3)});
  }
  nlohmann::json postings_of_certificate() { return nlohmann::json::parse(read_certificates(connection(), kClosingDay).value()[0].text).at("postings"); }
  /// What becomes of every sum.
  void finish_sums(PostingStatus status) {
    DueRequest request;
    request.now = kNow;
    request.per_lane = 10;
    const auto due = PostingReader(connection()).due(request);
    REQUIRE(due);
    for (const DuePosting& posting : due->postings) {
      REQUIRE(mark_sending(connection(), std::vector<std::int64_t>{posting.posting_no}, kNow));
      PostingResult result;
      result.posting_no = posting.posting_no;
      result.status = status;
      result.error = status == PostingStatus::kPosted ? "" : "no such account";
      REQUIRE(record_results(connection(), std::vector<PostingResult>{result}, kNow));
    }
  }
};
DayPolicy closing_holds() {
  DayPolicy policy;
  policy.late_documents = LateDocuments::kException;
  return policy;
}
std::vector<std::string> codes_of(const std::vector<Blocker>& blockers) {
  std::vector<std::string> codes;
  for (const Blocker& blocker : blockers) codes.push_back(blocker.code);
  return codes;
}

}  // namespace

TEST_CASE("closing: a complete day gets a signed certificate and its period is closed", "[reconcile]") {
  ClosingHub hub;
  hub.take({sale_of("1", 100, 1), close_of(close_body("1", 1, 100), 2)});
  hub.post_all();
  const auto result = hub.close();
  REQUIRE(result);
  CHECK(result->is_closed);
  CHECK(result->certificate_no == 1);
  CHECK(hub.lock().state == DayLockState::kClosed);
  CHECK(hub.lock().is_locked);
  const auto certificates = read_certificates(hub.connection(), kClosingDay);
  REQUIRE((certificates && certificates->size() == 1));
  CHECK(is_signed_by((*certificates)[0].text, (*certificates)[0].signature, hub.keys.public_key));
  const auto certificate = nlohmann::json::parse((*certificates)[0].text);
  CHECK(certificate.at("complete") == true);
  CHECK(certificate.at("forced") == false);
  CHECK(certificate.at("supersedes").is_null());
  CHECK(hub.close().error().code == ErrorCode::kConflict);
}

TEST_CASE("closing: refused with what stands in the way, and nothing is written", "[reconcile]") {
  ClosingHub hub;
  hub.take({sale_of("1", 100, 1)});
  const auto result = hub.close();
  REQUIRE(result);
  CHECK_FALSE(result->is_closed);
  CHECK(codes_of(result->blockers) == std::vector<std::string>{"close_missing", "postings_open"});
  CHECK(hub.database.number("SELECT count(*) FROM business_day_step") == 0);
  CHECK(hub.database.number("SELECT count(*) FROM close_certificate") == 0);
}

TEST_CASE("closing: forced with a reason that is recorded and stands in the certificate", "[reconcile]") {
  ClosingHub hub;
  hub.take({sale_of("1", 100, 1)});
  CHECK(hub.close(true).error().code == ErrorCode::kInvalid);
  REQUIRE(hub.close(true, kAnnSays)->is_closed);
  const auto steps = DayReader(hub.connection()).steps(kClosingDay);
  REQUIRE((steps && steps->size() == 1));
  CHECK(steps->front().is_forced);
  CHECK(steps->front().reason == kAnnSays.reason);
  const auto certificate = nlohmann::json::parse(read_certificates(hub.connection(), kClosingDay).value()[0].text);
  CHECK(certificate.at("forced") == true);
  CHECK(certificate.at("in_the_way").size() == 2);
}

TEST_CASE("closing: where postings are summed the close sums the day at once, and its certificate says so", "[reconcile]") {
  SummedClosingHub hub;
  CHECK(hub.database.texts("SELECT DISTINCT status FROM posting") == std::vector<std::string>{"collected"});
  const auto result = hub.close();
  REQUIRE(result);
  REQUIRE(result->is_closed);
  CHECK(hub.database.texts("SELECT currency || ' ' || status FROM posting WHERE kind = 'summed' ORDER BY 1") == std::vector<std::string>{"EUR queued", "GBP queued"});
  CHECK(hub.postings_of_certificate() == nlohmann::json{{"posted", 0}, {"open", 0}, {"unknown", 0}, {"refused", 0}, {"held", 0}, {"skipped", 0}, {"summed", 2}});
  CHECK(nlohmann::json::parse(read_certificates(hub.connection(), kClosingDay).value()[0].text).at("forced") == false);
  // A day without anything collected sums nothing a second time.
  REQUIRE(reopen_day(hub.connection(), kClosingDay, kAnnSays, kNow));
  hub.finish_sums(PostingStatus::kPosted);
  REQUIRE(hub.close()->is_closed);
  CHECK(hub.database.number("SELECT count(*) FROM posting_sum") == 2);
  CHECK(hub.postings_of_certificate().at("posted") == 2);
  CHECK_FALSE(hub.postings_of_certificate().contains("summed"));
}

TEST_CASE("closing: what stands in the way of a summed day stands there before anything is summed; forced, it is summed too", "[reconcile]") {
  SummedClosingHub hub;
  hub.take({sale_of("9", 100, 9)});
  const auto refused = hub.close();
  REQUIRE(refused);
  CHECK_FALSE(refused->is_closed);
  CHECK(codes_of(refused->blockers) == std::vector<std::string>{"sequence_gap", "close_differs"});
  CHECK(hub.database.number("SELECT count(*) FROM posting_sum") == 0);
  REQUIRE(hub.close(true, kAnnSays)->is_closed);
  CHECK(hub.postings_of_certificate().at("summed") == 3);
}

TEST_CASE("closing: a sum on its way is not waited for, one that went wrong is in the way", "[reconcile]") {
  SummedClosingHub hub;
  REQUIRE(sum_day(hub.connection(), "tryton", LocationId("GB"), kFirstDay, kNow));
  SECTION("on its way") { CHECK(hub.close()->is_closed); }
  SECTION("refused") {
    hub.finish_sums(PostingStatus::kRefused);
    CHECK(codes_of(hub.close()->blockers) == std::vector<std::string>{"postings_refused"});
  }
  SECTION("unknown") {
    hub.finish_sums(PostingStatus::kUnknown);
    const auto result = hub.close();
    REQUIRE(result->blockers.size() == 1);
    CHECK(result->blockers[0].detail == "2 postings of which nobody knows whether the ERP has them");
  }
  SECTION("posted") {
    hub.finish_sums(PostingStatus::kPosted);
    REQUIRE(hub.close()->is_closed);
    CHECK(hub.postings_of_certificate().at("posted") == 2);
  }
}

TEST_CASE("closing: without a connector nothing is summed, and what is collected is in the way", "[reconcile]") {
  SummedClosingHub hub{DayPolicy{}};
  CHECK(codes_of(hub.close()->blockers) == std::vector<std::string>{"postings_open"});
}

TEST_CASE("closing: to force what is complete forces nothing", "[reconcile]") {
  ClosingHub hub;
  hub.take({close_of(close_body("1", 0, 0))});
  REQUIRE(hub.close(true, kAnnSays)->is_closed);
  CHECK_FALSE(DayReader(hub.connection()).steps(kClosingDay)->front().is_forced);
}

TEST_CASE("closing: unknown locations and dates that have not begun are refused", "[reconcile]") {
  ClosingHub hub;
  const auto close_other = [&hub](const DayKey& day) { return close_day(hub.connection(), day, kAnnSays, true, {}, {}, hub.keys, kNow); };
  CHECK(close_other({LocationId("XX"), kFirstDay}).error().code == ErrorCode::kNotFound);
  CHECK(close_other({LocationId("GB"), days_after(date_of(kNow), 2)}).error().code == ErrorCode::kInvalid);
  CHECK(close_other({LocationId("GB"), days_after(date_of(kNow), 1)}).has_value());
}

TEST_CASE("closing: a late document reopens the day, and the next certificate supersedes the former", "[reconcile]") {
  ClosingHub hub;
  hub.take({sale_of("1", 100, 1), close_of(close_body("1", 1, 100), 2)});
  hub.post_all();
  REQUIRE(hub.close()->is_closed);
  hub.take({sale_of("2", 50, 3)});
  CHECK(hub.lock().state == DayLockState::kReopened);
  CHECK(hub.open_exceptions("day.reopened").size() == 1);
  CHECK_FALSE(hub.close()->is_closed);
  TillClose second = close_body("2", 1, 50);
  hub.take({close_of(second, 4)});
  hub.post_all();
  REQUIRE(hub.close()->is_closed);
  CHECK(hub.open_exceptions("day.reopened").empty());
  const auto certificates = read_certificates(hub.connection(), kClosingDay).value();
  REQUIRE(certificates.size() == 2);
  CHECK(certificates[0].number == 2);
  CHECK(nlohmann::json::parse(certificates[0].text).at("supersedes") == 1);
  // The former one is as it was.
  CHECK(is_signed_by(certificates[1].text, certificates[1].signature, hub.keys.public_key));
  // The next late document reopens it again: the same exception, its next generation.
  hub.take({sale_of("3", 50, 5)});
  CHECK(hub.database.number("SELECT max(generation) FROM exception_case WHERE code = 'day.reopened'") == 2);
}

TEST_CASE("closing: opening the period sends what was held for it", "[reconcile]") {
  ClosingHub hub(closing_holds());
  hub.take({close_of(close_body("1", 0, 0))});
  REQUIRE(hub.close()->is_closed);
  const auto late = hub.take({sale_of("1", 100)});
  CHECK(hub.posting_of(late[0].event_no).status == PostingStatus::kHeld);
  CHECK(reopen_day(hub.connection(), kClosingDay, kAnn, kNow).error().code == ErrorCode::kInvalid);
  CHECK(reopen_day(hub.connection(), kClosingDay, kAnnSays, kNow).value() == 1);
  CHECK(hub.posting_of(late[0].event_no).status == PostingStatus::kQueued);
  CHECK(hub.open_exceptions("period.closed").empty());
  CHECK_FALSE(hub.lock().is_locked);
  CHECK(reopen_day(hub.connection(), kClosingDay, kAnnSays, kNow).error().code == ErrorCode::kConflict);
  CHECK(reopen_day(hub.connection(), {LocationId("FR"), kFirstDay}, kAnnSays, kNow).error().code == ErrorCode::kNotFound);
}

TEST_CASE("closing: held postings get another date, which must be open", "[reconcile]") {
  ClosingHub hub(closing_holds());
  hub.take({close_of(close_body("1", 0, 0))});
  REQUIRE(hub.close()->is_closed);
  const auto late = hub.take({sale_of("1", 100)});
  CHECK(release_day(hub.connection(), kClosingDay, kAnn, {}, kNow).error().code == ErrorCode::kInvalid);
  CHECK(release_day(hub.connection(), kClosingDay, kAnnSays, kFirstDay, kNow).error().code == ErrorCode::kConflict);
  SECTION("the next open one") {
    const auto done = release_day(hub.connection(), kClosingDay, kAnnSays, {}, kNow);
    REQUIRE(done);
    CHECK(done->posting_date == days_after(kFirstDay, 1));
    CHECK(done->postings == 1);
  }
  SECTION("one that is named") {
    REQUIRE(release_day(hub.connection(), kClosingDay, kAnnSays, days_after(kFirstDay, 9), kNow));
    CHECK((*PostingReader(hub.connection()).posting_of_event(late[0].event_no))->posting_date == days_after(kFirstDay, 9));
  }
  CHECK(hub.posting_of(late[0].event_no).status == PostingStatus::kQueued);
  CHECK(hub.open_exceptions("period.closed").empty());
  // The day stays as it is: reopened by the document, its period closed.
  CHECK(hub.lock().is_locked);
}

TEST_CASE("closing: exceptions of the day stand in the way, those of other days and other codes do not", "[reconcile]") {
  ClosingHub hub;
  Document wrong = sale_of("1", 100);
  std::get<Sale>(wrong.body).totals.gross = Amount{90};
  std::get<Sale>(wrong.body).tenders[0].amount = Amount{90};
  hub.take({wrong, close_of(close_body("1", 1, 90))});
  // A doubt that is no matter of the day's sums, and the same doubt on another day.
  Document odd = sale_of("2", 10, {}, days_after(kFirstDay, 3));
  odd.header.occurred_at.reset();
  wrong.header.document_no.value = "3";
  wrong.header.business_date = days_after(kFirstDay, 3);
  hub.take({odd, wrong});
  const auto codes_on = [&hub](Date date) { return codes_of(close_day(hub.connection(), {LocationId("GB"), date}, kAnn, false, {}, {}, hub.keys, kNow)->blockers); };
  const auto has = [](const std::vector<std::string>& codes) { return std::ranges::find(codes, "exceptions") != codes.end(); };
  CHECK(has(codes_on(kFirstDay)));
  CHECK(has(codes_on(days_after(kFirstDay, 3))));
  CHECK_FALSE(has(codes_on(days_after(kFirstDay, 1))));
}

TEST_CASE("closing: bytes that cannot be read stand in the way of the days up to then", "[reconcile]") {
  ClosingHub hub;
  hub.take({close_of(close_body("1", 0, 0))});
  hub.hub.commit(hub.feed.batch({opaque(Bytes("no document"))}));
  const auto result = hub.close();
  REQUIRE(result);
  CHECK(codes_of(result->blockers) == std::vector<std::string>{"exceptions"});
}
