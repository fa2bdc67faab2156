#include "hub/exceptions/exceptions_stage.h"

#include <catch2/catch.hpp>

#include "hub/intake/intake_stage.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

/// Stands before the exceptions stage: settles what the first document raises when the second is there.
class SettlingStage : public Stage {
 public:
  std::string_view name() const override { return "settling"; }
  Result<void> load(sql::Connection&, const MicroBatch&) override { return {}; }
  void decide(MicroBatch& batch) override {
    ExceptionRaised fact;
    fact.code = "void_original_missing";
    fact.subject = "e_1";
    batch.exceptions.push_back(fact);
    if (batch.documents.size() == 2) batch.settled.push_back({"void_original_missing", "e_1", "it came"});
  }
  Result<void> write(sql::Connection&, const MicroBatch&) override { return {}; }
};

IncomingDocument sale_no(const std::string& no, std::int64_t units = 1) { return incoming(sale(no, {goods_line("A", units, 100)})); }

}  // namespace

TEST_CASE("exceptions stage: a conflict that comes again is still one exception", "[exceptions]") {
  HubDatabase database;
  TestHub hub(database.connection(), stages<IntakeStage, ExceptionsStage>());
  AgentFeed feed;
  const auto outcomes = hub.commit(feed.batch({sale_no("1"), sale_no("1", 2)}));
  hub.commit(feed.batch({sale_no("1", 2)}));
  CHECK(database.texts("SELECT exception_id FROM exception_case") == std::vector<std::string>{outcomes[1].exception_id.value});
  CHECK(database.number("SELECT occurrences FROM exception_case") == 1);
}

TEST_CASE("exceptions stage: doubts of a document are on the list, once, though it is sent twice", "[exceptions]") {
  HubDatabase database;
  TestHub hub(database.connection(), stages<IntakeStage, ExceptionsStage>());
  AgentFeed feed;
  Document doubtful = sale("1", {goods_line("A", 1, 100)});
  std::get<Sale>(doubtful.body).totals.gross.minor += 1;
  const CommitDocuments batch = feed.batch({incoming(doubtful)});
  hub.commit(batch);
  hub.commit(batch);
  CHECK(database.number("SELECT count(*) FROM exception_case WHERE code = 'sum_mismatch' AND event_no = 1 AND occurrences = 1") == 1);
}

TEST_CASE("exceptions stage: what is raised and settled in one batch ends settled", "[exceptions]") {
  HubDatabase database;
  TestHub hub(database.connection(), stages<IntakeStage, SettlingStage, ExceptionsStage>());
  AgentFeed feed;
  hub.commit(feed.batch({sale_no("1")}));
  CHECK(database.texts("SELECT status FROM exception_case") == std::vector<std::string>{"open"});
  hub.commit(feed.batch({sale_no("2"), sale_no("3")}));
  CHECK(database.texts("SELECT status FROM exception_case") == std::vector<std::string>{"resolved"});
}
