#include "hub/postings/correction_store.h"

#include <catch2/catch.hpp>

#include "common/contract/codec.h"
#include "tests/hub/postings/posting_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

Value patch(std::string_view json) {
  auto tree = parse_tree(json, Syntax::kJson);
  REQUIRE(tree);
  return std::move(*tree);
}
CorrectionStatus attempt(PostingHub& hub, const std::string& id, std::string_view json, std::string_view reason = "why") {
  const auto done = correct_posting(hub.connection(), id, patch(json), "ann", reason, kNow);
  if (!done) FAIL(to_string(done.error()));
  return done->status;
}
/// A sale whose tenders are 1 short of its lines.
Document short_sale(const std::string& no) {
  Document broken = sale(no, {goods_line("A", 1, 100)});
  std::get<Sale>(broken.body).tenders[0].amount.minor = 99;
  return broken;
}
std::int64_t recorded(PostingHub& hub) { return hub.database.number("SELECT count(*) FROM posting_correction"); }

}  // namespace

TEST_CASE("correction store: a refused posting is corrected, queued, posted, and all of it is on record", "[postings]") {
  PostingHub hub;
  hub.take({incoming(sale("1", {goods_line("A", 2, 100)})), incoming(sale("2", {goods_line("A", 3, 100)}))});
  const std::string id = hub.id_of(1);
  hub.send(2, PostingStatus::kRefused);
  REQUIRE(hub.due().size() == 1);
  CHECK(hub.due()[0].posting_no == 4);  // the other document flows
  CHECK(attempt(hub, id, R"({"accounts":{"4000":"4010"}})") == CorrectionStatus::kDone);
  CHECK(hub.status_of(id) == PostingStatus::kQueued);
  CHECK(hub.due()[0].posting_no == 2);
  hub.send(2, PostingStatus::kRefused);
  CHECK(attempt(hub, id, R"({"accounts":{"4010":"4020"}})", "the other one") == CorrectionStatus::kDone);
  hub.send(2, PostingStatus::kPosted);
  const auto detail = hub.reader.find(id).value().value();
  std::vector<std::string> history;
  for (const PostingStep& step : detail.history) history.push_back(std::string(to_string(step.status)) + " " + step.who + " " + step.detail);
  CHECK(history == Texts{"queued hub ", "sending hub ", "refused hub no such product", "queued ann correction 1: why", "sending hub ",
                         "refused hub no such product", "queued ann correction 2: the other one", "sending hub ", "posted hub ERP-2"});
  CHECK(detail.corrections.size() == 2);
  CHECK(hub.database.texts("SELECT status FROM exception_case WHERE code = 'posting.refused'") == Texts{"resolved"});
}

TEST_CASE("correction store: one that does not balance is refused and loses nothing", "[postings]") {
  PostingHub hub;
  hub.take({incoming(short_sale("1"))});
  const std::string id = hub.id_of(1);
  CHECK(hub.status_of(id) == PostingStatus::kHeld);
  CHECK(attempt(hub, id, R"({"added_lines":[{"account":"6900","debit":"0.02"}]})") == CorrectionStatus::kUnbalanced);
  CHECK(recorded(hub) == 0);
  CHECK(hub.status_of(id) == PostingStatus::kHeld);
  CHECK(hub.due().empty());
  CHECK(hub.database.number("SELECT count(*) FROM posting_history") == 0);
}

TEST_CASE("correction store: a held posting becomes queued by the correction that balances it, and settles its exception when posted", "[postings]") {
  PostingHub hub;
  hub.take({incoming(short_sale("1"))});
  const std::string id = hub.id_of(1);
  CHECK(attempt(hub, id, R"({"added_lines":[{"account":"1010","debit":"0.01"}]})") == CorrectionStatus::kDone);
  REQUIRE(hub.due().size() == 1);
  CHECK(hub.database.texts("SELECT status FROM exception_case WHERE code = 'posting.unbalanced'") == Texts{"open"});
  hub.send(2, PostingStatus::kPosted);
  CHECK(hub.database.texts("SELECT status FROM exception_case WHERE code = 'posting.unbalanced'") == Texts{"resolved"});
  const auto totals = hub.reader.totals().value();
  REQUIRE(totals.size() == 1);
  CHECK(totals[0].status == PostingStatus::kPosted);
  CHECK(totals[0].gross.minor == 100);  // of the document, whatever its journal says
}

TEST_CASE("correction store: a held posting that was skipped can still be corrected, a corrected one replayed", "[postings]") {
  PostingHub hub;
  hub.take({incoming(short_sale("1"))});
  const std::string id = hub.id_of(1);
  CHECK(act_on_posting(hub.connection(), id, PostingAction::kSkip, "ann", "by hand", kNow).value() == PostingActionStatus::kDone);
  CHECK(act_on_posting(hub.connection(), id, PostingAction::kReplay, "ann", "not", kNow).value() == PostingActionStatus::kNotPossible);
  CHECK(attempt(hub, id, R"({"added_lines":[{"account":"1010","debit":"0.01"}]})") == CorrectionStatus::kDone);
  hub.send(2, PostingStatus::kPosted);
  CHECK(act_on_posting(hub.connection(), id, PostingAction::kReplay, "ann", "lost there", kNow).value() == PostingActionStatus::kDone);
}

TEST_CASE("correction store: what is posted, on its way or of unknown outcome is not corrected", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  const std::string id = hub.id_of(1);
  const char* account = R"({"accounts":{"4000":"4010"}})";
  CHECK(attempt(hub, id, account) == CorrectionStatus::kWaiting);
  REQUIRE(mark_sending(hub.connection(), std::vector<std::int64_t>{2}, kNow));
  CHECK(attempt(hub, id, account) == CorrectionStatus::kSending);
  PostingResult unknown;
  unknown.posting_no = 2;
  unknown.status = PostingStatus::kUnknown;
  REQUIRE(record_results(hub.connection(), std::vector<PostingResult>{unknown}, kNow));
  CHECK(attempt(hub, id, account) == CorrectionStatus::kOutcomeUnknown);
  unknown.status = PostingStatus::kPosted;
  REQUIRE(record_results(hub.connection(), std::vector<PostingResult>{unknown}, kNow));
  CHECK(attempt(hub, id, account) == CorrectionStatus::kPosted);
  CHECK(attempt(hub, "p_none", account) == CorrectionStatus::kNotFound);
  CHECK(recorded(hub) == 0);
}

TEST_CASE("correction store: the preview tells what would be sent and writes nothing", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  const std::string id = hub.id_of(1);
  hub.send(2, PostingStatus::kRefused);
  const auto preview = preview_correction(hub.connection(), id, patch(R"({"accounts":{"4000":"4010"}})"), "why");
  REQUIRE(preview);
  CHECK(preview->status == CorrectionStatus::kDone);
  CHECK(preview->effective.journal[1].account == "4010");
  CHECK(recorded(hub) == 0);
  CHECK(hub.status_of(id) == PostingStatus::kRefused);
  CHECK(preview_correction(hub.connection(), id, patch(R"({"nonsense":1})"), "why").error().code == ErrorCode::kInvalid);
}

TEST_CASE("correction store: the bytes of a correction are limited", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  hub.send(2, PostingStatus::kRefused);
  std::string json = R"({"journal":[)";
  for (int i = 0; i < 100; ++i)
    json += std::string(i > 0 ? "," : "") + R"({"account":"1",")" + (i % 2 == 0 ? "debit" : "credit") + R"(":"1.00","text":")" + std::string(700, 'x') + "\"}";
  const auto refused = correct_posting(hub.connection(), hub.id_of(1), patch(json + "]}"), "ann", "why", kNow);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kLimitExceeded);
  CHECK(recorded(hub) == 0);
}

TEST_CASE("correction store: after a crash before the commit neither the correction nor the step is there", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  const std::string id = hub.id_of(1);
  hub.send(2, PostingStatus::kRefused);
  REQUIRE(hub.connection().begin());
  CHECK(attempt(hub, id, R"({"accounts":{"4000":"4010"}})") == CorrectionStatus::kDone);
  sql::Connection& reopened = hub.database.crash();
  CHECK(recorded(hub) == 0);
  CHECK(PostingReader(reopened).find(id).value()->record.status == PostingStatus::kRefused);
}

TEST_CASE("correction store: refused again for another reason, the first exception is settled and the second stands", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  const std::string id = hub.id_of(1);
  const auto refuse = [&](const char* code) {
    REQUIRE(mark_sending(hub.connection(), std::vector<std::int64_t>{2}, kNow));
    PostingResult result;
    result.posting_no = 2;
    result.status = PostingStatus::kRefused;
    result.code = code;
    const auto done = record_results(hub.connection(), std::vector<PostingResult>{result}, kNow);
    REQUIRE(done);
    REQUIRE(raise_exceptions(hub.connection(), done->raised, kNow));
    REQUIRE(settle_exceptions(hub.connection(), done->settled, kNow));
  };
  const auto open = [&] { return hub.database.texts("SELECT code || ' ' || generation FROM exception_case WHERE status = 'open' AND code LIKE 'posting.%'"); };
  refuse("unknown_account");
  CHECK(open() == Texts{"posting.unknown_account 1"});
  CHECK(attempt(hub, id, R"({"accounts":{"4000":"4010"}})") == CorrectionStatus::kDone);
  refuse("closed_period");
  CHECK(open() == Texts{"posting.closed_period 1"});
  CHECK(attempt(hub, id, R"({"posting_date":"2010-12-03"})") == CorrectionStatus::kDone);
  refuse("unknown_account");  // it is about the same posting, and must not stay closed
  CHECK(open() == Texts{"posting.unknown_account 2"});
}

TEST_CASE("correction store: a release of a closed period is a correction as well, and the body stays", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  const std::string id = hub.id_of(1);
  const Date day = *hub.posting_of(1).business_date;
  const auto body = hub.database.texts("SELECT hex(body) FROM posting");
  const auto hold = [&] { REQUIRE(hub.connection().run("UPDATE posting SET status = 'held', is_open = 0")); };
  hold();
  REQUIRE(release_period(hub.connection(), LocationId("GB"), day, Date{day.days + 3}, "ann", "closed", kNow)->size() == 1);
  CHECK(hub.posting_of(1).posting_date == Date{day.days + 3});
  hold();
  REQUIRE(release_period(hub.connection(), LocationId("GB"), day, {}, "bob", "open again", kNow)->size() == 1);
  CHECK(hub.posting_of(1).posting_date == day);
  hold();
  REQUIRE(release_period(hub.connection(), LocationId("GB"), day, day, "bob", "the same", kNow)->size() == 1);
  const auto detail = hub.reader.find(id).value().value();
  CHECK(detail.corrections.size() == 2);  // the third changed nothing
  CHECK(detail.corrections[1].who == "bob");
  CHECK(hub.database.texts("SELECT hex(body) FROM posting") == body);
}
