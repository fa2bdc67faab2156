#include "hub/reconcile/closing_store.h"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "hub/masterdata/masterdata_store.h"
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
  explicit ClosingHub(DayPolicy day_policy = {}) : DayHub(day_policy), policy(day_policy) {
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
