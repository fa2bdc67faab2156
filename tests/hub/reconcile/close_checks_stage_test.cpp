#include "hub/reconcile/close_checks_stage.h"

#include <catch2/catch.hpp>

#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

using Texts = std::vector<std::string>;
const std::string kCheckedDay = "GB/GB-1/2010-12-01";

}  // namespace

TEST_CASE("close checks: a close that agrees raises nothing", "[reconcile]") {
  DayHub hub;
  hub.take({sale_of("1", 100, 1), close_of(close_body("1", 1, 100), 2)});
  CHECK(hub.open_exceptions("sequence.gap").empty());
  CHECK(hub.open_exceptions("close.differs").empty());
}

TEST_CASE("close checks: a gap is told with the close and settled by the document that fills it", "[reconcile]") {
  DayHub hub;
  hub.take({sale_of("1", 100, 1), sale_of("3", 100, 3)});
  CHECK(hub.open_exceptions("sequence.gap").empty());
  hub.take({close_of(close_body("1", 3, 300), 4)});
  CHECK(hub.open_exceptions("sequence.gap") == Texts{"sequence.gap " + kCheckedDay});
  CHECK(hub.open_exceptions("close.differs") == Texts{"close.differs " + kCheckedDay});
  hub.take({sale_of("2", 100, 2)});
  CHECK(hub.open_exceptions("sequence.gap").empty());
  CHECK(hub.open_exceptions("close.differs").empty());
}

TEST_CASE("close checks: a gap that a document of another day fills is settled too", "[reconcile]") {
  DayHub hub;
  const Date second = days_after(kFirstDay, 1);
  hub.take({sale_of("1", 100, 1), sale_of("3", 100, 3, second), close_of(close_body("2", 1, 100), 4, second)});
  CHECK(hub.open_exceptions("sequence.gap") == Texts{"sequence.gap GB/GB-1/2010-12-02"});
  hub.take({sale_of("2", 100, 2)});
  CHECK(hub.open_exceptions("sequence.gap").empty());
}

TEST_CASE("close checks: a difference goes with the revision of the close", "[reconcile]") {
  DayHub hub;
  hub.take({sale_of("1", 100), close_of(close_body("1", 1, 150))});
  CHECK(hub.open_exceptions("close.differs") == Texts{"close.differs " + kCheckedDay});
  TillClose revised_close = close_body("1", 1, 100);
  revised_close.revision = 1;
  hub.take({close_of(revised_close)});
  CHECK(hub.open_exceptions("close.differs").empty());
}

TEST_CASE("close checks: trade behind the close of a shift is no difference until the next close", "[reconcile]") {
  DayHub hub;
  hub.take({sale_of("1", 100), close_of(close_body("1", 1, 100))});
  hub.take({sale_of("2", 200)});
  CHECK(hub.open_exceptions("close.differs").empty());
  hub.take({close_of(close_body("2", 1, 200))});
  CHECK(hub.open_exceptions("close.differs").empty());
}

TEST_CASE("close checks: what is known to differ is not told again with every document", "[reconcile]") {
  DayHub hub;
  hub.take({sale_of("1", 100), close_of(close_body("1", 1, 150))});
  hub.take({sale_of("2", 10)});
  hub.take({sale_of("3", 10)});
  CHECK(hub.database.number("SELECT occurrences FROM exception_case WHERE code = 'close.differs'") == 1);
}

TEST_CASE("close checks: over and short, at the limit and beyond", "[reconcile]") {
  for (const auto& [off, is_told] : {std::pair<std::int64_t, bool>{500, false}, {501, true}, {-500, false}, {-501, true}}) {
    INFO(off);
    DayHub hub;
    TillClose close = close_body("1", 1, 1'000);
    close.tenders[0].counted = Amount{1'000 + off};
    close.tenders[0].over_short = Amount{off};
    hub.take({sale_of("1", 1'000), close_of(close)});
    CHECK(hub.open_exceptions("close.over_short").size() == (is_told ? 1 : 0));
  }
}

TEST_CASE("close checks: a close that comes settles that it was missing", "[reconcile]") {
  DayHub hub;
  ExceptionRaised raised;
  raised.code = "close.missing";
  raised.subject = kCheckedDay;
  REQUIRE(raise_exceptions(hub.connection(), {raised}, kNow));
  hub.take({sale_of("1", 100)});
  CHECK(hub.open_exceptions("close.missing").size() == 1);
  hub.take({close_of(close_body("1", 1, 100))});
  CHECK(hub.open_exceptions("close.missing").empty());
}
