#include "hub/postings/correction_reader.h"

#include <catch2/catch.hpp>

#include "common/contract/codec.h"
#include "hub/postings/correction_store.h"
#include "tests/hub/postings/posting_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

void correct_sale(PostingHub& hub, std::int64_t event_no, std::string_view json) {
  const auto done = correct_posting(hub.connection(), hub.id_of(event_no), *parse_tree(json, Syntax::kJson), "ann", "why", kNow);
  REQUIRE(done);
  REQUIRE(done->status == CorrectionStatus::kDone);
}

}  // namespace

TEST_CASE("correction reader: the forwarder, the API and a void get the effective posting, the body stays", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  const auto body = hub.database.texts("SELECT hex(body) FROM posting");
  hub.send(2, PostingStatus::kRefused);
  correct_sale(hub, 1, R"({"posting_date":"2010-12-02","accounts":{"4000":"4010"}})");
  CHECK(hub.database.texts("SELECT hex(body) FROM posting") == body);

  const auto due = hub.due();
  REQUIRE(due.size() == 1);
  const auto sent = decode_posting(due[0].body);
  REQUIRE(sent);
  CHECK(sent->posting_date == *parse_date("2010-12-02"));
  CHECK(sent->journal[1].account == "4010");
  CHECK(sent->idempotency_key == due[0].idempotency_key);

  const auto detail = hub.reader.find(hub.id_of(1)).value().value();
  CHECK(detail.posting_json == posting_to_json(*sent));
  CHECK(detail.submitted_json.find("\"4000\"") != std::string::npos);
  CHECK(detail.balance_problem.empty());
  REQUIRE(detail.corrections.size() == 1);
  CHECK(detail.corrections[0].version == 1);
  CHECK(detail.corrections[0].who == "ann");
  CHECK(detail.corrections[0].reason == "why");
  CHECK(detail.corrections[0].correction_json == R"({"posting_date":"2010-12-02","accounts":{"4000":"4010"}})");

  hub.send(2, PostingStatus::kPosted);
  hub.take(void_of("2", "1"));
  CHECK(hub.posting_of(2).journal[1].account == "4010");  // what was booked is what is taken back
}

TEST_CASE("correction reader: a posting that nobody corrected is as it was stored", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  CHECK(corrections_of(hub.connection(), 2)->empty());
  const auto detail = hub.reader.find(hub.id_of(1)).value().value();
  CHECK(detail.posting_json == detail.submitted_json);
  CHECK_FALSE(effective_posting(hub.connection(), 2, "no posting"));
}

TEST_CASE("correction reader: a correction that no longer reads is an error, never left out", "[postings]") {
  PostingHub hub;
  hub.take(sale("1", {goods_line("A", 2, 100)}));
  const std::string id = hub.id_of(1);
  REQUIRE(hub.connection().run("INSERT INTO posting_correction (posting_no, version, correction, who, reason, at) VALUES (2, 1, '{', 'a', 'b', 0)"));
  CHECK(hub.reader.find(id).error().code == ErrorCode::kCorrupt);
  DueRequest request;
  request.now = kNow;
  CHECK(hub.reader.due(request).error().code == ErrorCode::kCorrupt);
}
