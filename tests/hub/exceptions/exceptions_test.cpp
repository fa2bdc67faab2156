#include "hub/exceptions/exceptions.h"

#include <catch2/catch.hpp>

#include "hub/exceptions/catalogue.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

ExceptionRaised raised(const std::string& code, const std::string& subject) {
  ExceptionRaised fact;
  fact.code = code;
  fact.subject = subject;
  return fact;
}

}  // namespace

TEST_CASE("exceptions: the same code and subject twice is one case with a count", "[exceptions]") {
  const auto decision = decide_raise({raised("unknown_sku", "GB/A"), raised("unknown_sku", "GB/A"), raised("unknown_sku", "GB/B")}, {}, kNow);
  REQUIRE(decision.created.size() == 2);
  CHECK(decision.created[0].occurrences == 2);
  CHECK(decision.created[0].generation == 1);
  CHECK(decision.created[0].due_at == kNow + seconds(24 * 3'600));
  CHECK(decision.created[1].occurrences == 1);
}

TEST_CASE("exceptions: while one is open it only counts", "[exceptions]") {
  const StoredCases stored{{{"unknown_sku", "GB/A"}, {7, 1, CaseStatus::kOpen}}};
  const auto decision = decide_raise({raised("unknown_sku", "GB/A"), raised("unknown_sku", "GB/A")}, stored, kNow);
  CHECK(decision.created.empty());
  CHECK(decision.again.at(7) == 2);
}

TEST_CASE("exceptions: after closing, a recurring code opens the next generation", "[exceptions]") {
  const StoredCases stored{{{"unknown_sku", "GB/A"}, {7, 3, CaseStatus::kResolved}}};
  const auto decision = decide_raise({raised("unknown_sku", "GB/A")}, stored, kNow);
  REQUIRE(decision.created.size() == 1);
  CHECK(decision.created[0].generation == 4);
  CHECK(decision.created[0].exception_id != derive_exception_id("unknown_sku", "GB/A", 3));
}

TEST_CASE("exceptions: what happened once stays closed", "[exceptions]") {
  const StoredCases stored{{{"conflict", "x_1"}, {7, 1, CaseStatus::kDismissed}}};
  const auto decision = decide_raise({raised("conflict", "x_1")}, stored, kNow);
  CHECK(decision.created.empty());
  CHECK(decision.again.empty());
}

TEST_CASE("exceptions: an id that the fact brings is kept, another is derived", "[exceptions]") {
  ExceptionRaised own = raised("conflict", "x_1");
  own.exception_id = "x_1";
  CHECK(decide_raise({own}, {}, kNow).created[0].exception_id == "x_1");
  CHECK(decide_raise({raised("gap", "s")}, {}, kNow).created[0].exception_id == derive_exception_id("gap", "s", 1));
  CHECK(derive_exception_id("ab", "c", 1) != derive_exception_id("a", "bc", 1));
  CHECK(derive_exception_id("a", "b", 1) != derive_exception_id("a", "b", 2));
  CHECK(derive_exception_id("a", "b", 1).size() == 28);
}

TEST_CASE("exceptions: only open cases can be worked on, and only with a reason", "[exceptions]") {
  for (const CaseAction action : {CaseAction::kAssign, CaseAction::kResolve, CaseAction::kDismiss}) {
    CHECK(decide_action(CaseStatus::kOpen, action, "because") == ActionStatus::kDone);
    CHECK(decide_action(CaseStatus::kOpen, action, "") == ActionStatus::kReasonMissing);
    CHECK(decide_action(CaseStatus::kResolved, action, "because") == ActionStatus::kAlreadyClosed);
    CHECK(decide_action(CaseStatus::kDismissed, action, "because") == ActionStatus::kAlreadyClosed);
    CHECK(decide_action(std::nullopt, action, "because") == ActionStatus::kNotFound);
  }
}

TEST_CASE("exceptions: status texts are read back", "[exceptions]") {
  for (const CaseStatus status : {CaseStatus::kOpen, CaseStatus::kResolved, CaseStatus::kDismissed})
    CHECK(case_status(to_string(status)) == status);
  CHECK_FALSE(case_status("closed"));
}
