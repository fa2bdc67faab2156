#include "hub/app/erp_stock.h"

#include <catch2/catch.hpp>

#include "hub/exceptions/exceptions_stage.h"
#include "hub/intake/intake_stage.h"
#include "hub/ledger/ledger_stage.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

struct AskedErp {
  HubDatabase database;
  TestHub hub{database.connection(), stages<IntakeStage, LedgerStage, ExceptionsStage>()};
  AgentFeed feed;
  std::vector<std::string> asked;
  std::function<Result<std::vector<OnHandAtErp>>(const std::vector<std::string>&)> answer;

  void receive(std::vector<MovementLine> lines) { hub.commit(feed.batch({incoming(movement("m", "receipt", std::move(lines)))})); }
  Result<ErpStock> ask() {
    ErpStockQuestions questions(database.open(), [this](auto locations, auto skus, auto done) {
      for (const std::string& sku : skus) asked.push_back(locations.at(0) + "/" + sku);
      if (answer) done(answer(skus));
    }, [] { return kNow; });
    return questions.on_hand(LocationId("GB"));
  }
};

}  // namespace

TEST_CASE("ERP stock: every SKU of the location is asked for, what is not sellable is left out", "[app][reconcile]") {
  AskedErp erp;
  MovementLine damaged = movement_line("C", 1);
  damaged.state = "damaged";
  erp.receive({movement_line("A", 5), movement_line("B", 2), damaged});
  erp.answer = [](const std::vector<std::string>&) -> Result<std::vector<OnHandAtErp>> { return std::vector<OnHandAtErp>{{"GB", "A", "5"}, {"GB", "B", "1.5"}}; };
  const auto stock = erp.ask();
  REQUIRE(stock);
  CHECK(erp.asked == std::vector<std::string>{"GB/A", "GB/B"});
  CHECK(stock->as_of == kNow);
  CHECK(stock->on_hand == OnHand{{Sku("A"), Quantity{5'000}}, {Sku("B"), Quantity{1'500}}});
}

TEST_CASE("ERP stock: many SKUs are asked for in several questions", "[app][reconcile][limits]") {
  AskedErp erp;
  std::vector<MovementLine> lines;
  for (std::size_t i = 0; i <= kAskedSkusMax; ++i) lines.push_back(movement_line("SKU-" + std::to_string(i), 1));
  erp.receive(std::move(lines));
  std::vector<std::size_t> sizes;
  erp.answer = [&sizes](const std::vector<std::string>& skus) -> Result<std::vector<OnHandAtErp>> {
    sizes.push_back(skus.size());
    return std::vector<OnHandAtErp>{};
  };
  REQUIRE(erp.ask());
  CHECK(sizes == std::vector<std::size_t>{kAskedSkusMax, 1});
}

TEST_CASE("ERP stock: what the ERP cannot say is an error, a dropped question too", "[app][reconcile]") {
  AskedErp erp;
  erp.receive({movement_line("A", 5)});
  erp.answer = [](const std::vector<std::string>&) -> Result<std::vector<OnHandAtErp>> { return fail(ErrorCode::kIo, "ask", "timeout: gone"); };
  CHECK(erp.ask().error().code == ErrorCode::kIo);
  erp.answer = [](const std::vector<std::string>&) -> Result<std::vector<OnHandAtErp>> { return std::vector<OnHandAtErp>{{"GB", "A", "five"}}; };
  CHECK(erp.ask().error().code == ErrorCode::kInvalid);
  erp.answer = nullptr;
  CHECK(erp.ask().error().code == ErrorCode::kUnavailable);
}
