#include "hub/app/posting_summer.h"

#include <catch2/catch.hpp>

#include "hub/exceptions/exceptions_stage.h"
#include "hub/intake/intake_stage.h"
#include "hub/ledger/ledger_stage.h"
#include "hub/postings/postings_stage.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

/// Runs each command at once.
struct SummingWriter final : WriterPort {
  explicit SummingWriter(TestHub& hub) : hub_(hub) {}
  Result<void> submit(Priority, Command command) override {
    std::vector<Command> group;
    group.push_back(std::move(command));
    hub_.core().run_group(std::move(group), kNow);
    return {};
  }
  std::size_t bulk_waiting() const override { return 0; }
  TestHub& hub_;
};

}  // namespace

TEST_CASE("posting summer: what is ripe is summed once, and the forwarder is told", "[app][postings]") {
  HubDatabase database;
  TestHub hub{database.connection(), [] {
                auto made = stages<IntakeStage, LedgerStage, ExceptionsStage>();
                made.insert(made.begin() + 2, std::make_unique<PostingsStage>(ChartBook(), true));
                return made;
              }()};
  AgentFeed feed;
  hub.commit(feed.batch({incoming(sale("1", {goods_line("A", 1, 100)})), incoming(sale("2", {goods_line("A", 1, 100)}))}));
  SummingWriter writer(hub);
  int told = 0;
  PostingSummer summer(writer, "tryton", {seconds(3'600), seconds(900)}, [&told] { ++told; });
  CHECK(summer.run(database.connection(), kMorning).value() == 0);
  CHECK(told == 0);
  const Instant next_day = kNow + seconds(2 * 86'400);
  CHECK(summer.run(database.connection(), next_day).value() == 1);
  CHECK(told == 1);
  CHECK(database.number("SELECT count(*) FROM posting WHERE kind = 'summed' AND status = 'queued'") == 1);
  CHECK(database.number("SELECT count(*) FROM posting WHERE status = 'summed'") == 2);
  CHECK(summer.run(database.connection(), next_day).value() == 0);
}
