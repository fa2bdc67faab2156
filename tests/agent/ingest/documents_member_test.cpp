#include "agent/ingest/documents_member.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/agent/data_folder.h"
#include "tests/agent/sales.h"

namespace tillsync::agent {
namespace {

const LocationId kMemberLocation("GB");

struct KeptReply final : DocumentsMember {
  KeptReply(IngestedRequest request, IngestCounters& counters, std::vector<Answer>& answers)
      : DocumentsMember(std::move(request), kMemberLocation, counters), answers_(answers) {}
  void reply(const Answer& answer) override { answers_.push_back(answer); }
  std::vector<Answer>& answers_;
};

struct MemberFixture {
  TemporaryFolder folder;
  std::unique_ptr<sql::Connection> connection = open_database(folder);
  std::unique_ptr<Outbox> outbox = std::move(*Outbox::open(*connection));
  std::unique_ptr<Inbox> inbox = std::move(*Inbox::open(*connection));
  IngestCounters counters;
  std::vector<Answer> answers;

  std::unique_ptr<KeptReply> member(const std::string& body) {
    auto request = ingest(body, Syntax::kJson, {kMemberLocation, Instant{1}, ""});
    REQUIRE(request);
    return std::make_unique<KeptReply>(std::move(*request), counters, answers);
  }
  Result<void> write(KeptReply& member) {
    return in_transaction(*connection, [&] { return member.write(*outbox, *inbox); });
  }
};

}  // namespace

TEST_CASE("documents member: its answer is what the outbox said, and is counted once", "[agent][ingest]") {
  MemberFixture f;
  for (const auto& [body, status] : {std::pair{sale("1"), 201}, {sale("1"), 200}, {sale("1", "GB-1", "OTHER"), 409}}) {
    const auto member = f.member(body);
    const auto written = f.write(*member);
    REQUIRE(written);
    member->finish(written);
    CHECK(f.answers.back().code == status);
  }
  CHECK(f.counters.accepted == 1);
  CHECK(f.counters.duplicates == 1);
  CHECK(f.counters.conflicts == 1);
}

TEST_CASE("documents member: written again after a rollback it answers once and for the second time", "[agent][ingest]") {
  MemberFixture f;
  const auto member = f.member(sale("1"));
  {
    auto transaction = sql::Transaction::begin(*f.connection);
    REQUIRE(transaction);
    REQUIRE(member->write(*f.outbox, *f.inbox));
  }  // rolled back: another member of the group failed
  f.outbox->forget_uncommitted();
  const auto written = f.write(*member);
  REQUIRE(written);
  member->finish(written);
  REQUIRE(f.answers.size() == 1);
  CHECK(f.answers[0].code == 201);
  CHECK(nlohmann::json::parse(f.answers[0].json).at("seq") == 1);
}

TEST_CASE("documents member: a failed commit is told as what it is, and nothing is counted", "[agent][ingest]") {
  MemberFixture f;
  for (const auto& [code, status] : {std::pair{ErrorCode::kDiskFull, 507}, {ErrorCode::kUnavailable, 503}, {ErrorCode::kShuttingDown, 503}}) {
    f.member(sale("1"))->finish(std::unexpected(Error{code, "write", "", ""}));
    CHECK(f.answers.back().code == status);
  }
  CHECK(f.counters.accepted == 0);
}

}  // namespace tillsync::agent
