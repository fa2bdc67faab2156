#include "hub/exceptions/exception_reader.h"

#include <catch2/catch.hpp>

#include "hub/exceptions/exception_store.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

struct Filled {
  HubDatabase database;
  ExceptionReader reader{database.connection()};
  Filled() {
    REQUIRE(migrate_exceptions(database.connection()));
    std::vector<ExceptionRaised> facts;
    for (int i = 0; i < 4; ++i) {
      ExceptionRaised fact;
      fact.code = i % 2 == 0 ? "unknown_sku" : "gap";
      fact.subject = "s" + std::to_string(i);
      fact.cause_key = "cause" + std::to_string(i);
      fact.location = LocationId(i < 2 ? "GB" : "FR");
      fact.event_no = i;
      facts.push_back(fact);
    }
    REQUIRE(raise_exceptions(database.connection(), facts, kNow));
    const std::string id = database.texts("SELECT exception_id FROM exception_case WHERE subject = 's0'").at(0);
    REQUIRE(act_on_exception(database.connection(), id, CaseAction::kDismiss, "ann", "why not", kNow));
  }
  std::vector<std::string> subjects(const ExceptionFilter& filter) {
    std::vector<std::string> found;
    const auto page = reader.list(filter);
    REQUIRE(page);
    for (const auto& record : page->exceptions) found.push_back(record.subject);
    return found;
  }
};
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("exception reader: newest first, in pages", "[exceptions]") {
  Filled filled;
  ExceptionFilter filter;
  filter.limit = 3;
  const auto first = filled.reader.list(filter);
  REQUIRE(first->next);
  CHECK(filled.subjects(filter) == Texts{"s3", "s2", "s1"});
  filter.after = first->next;
  CHECK(filled.subjects(filter) == Texts{"s0"});
  CHECK_FALSE(filled.reader.list(filter)->next);
}

TEST_CASE("exception reader: every filter narrows", "[exceptions]") {
  Filled filled;
  ExceptionFilter filter;
  filter.status = CaseStatus::kOpen;
  CHECK(filled.subjects(filter) == Texts{"s3", "s2", "s1"});
  filter.code = "gap";
  CHECK(filled.subjects(filter) == Texts{"s3", "s1"});
  filter.location = "FR";
  CHECK(filled.subjects(filter) == Texts{"s3"});
  filter.cause_key = "cause1";
  CHECK(filled.subjects(filter).empty());
  filter = {};
  filter.status = CaseStatus::kDismissed;
  CHECK(filled.subjects(filter) == Texts{"s0"});
  filter = {};
  filter.owner = "master_data";
  CHECK(filled.subjects(filter) == Texts{"s2", "s0"});
  filter = {};
  filter.event_no = 2;
  CHECK(filled.subjects(filter) == Texts{"s2"});
  filter = {};
  filter.assignee = "bob";
  CHECK(filled.subjects(filter).empty());
}

TEST_CASE("exception reader: limits are kept", "[exceptions]") {
  Filled filled;
  ExceptionFilter filter;
  filter.limit = kExceptionPageMax;
  CHECK(filled.reader.list(filter));
  filter.limit = kExceptionPageMax + 1;
  CHECK(filled.reader.list(filter).error().code == ErrorCode::kInvalid);
  filter.limit = 0;
  CHECK_FALSE(filled.reader.list(filter));
}

TEST_CASE("exception reader: open ones are counted per code", "[exceptions]") {
  Filled filled;
  const auto counts = filled.reader.open_counts();
  REQUIRE(counts->size() == 2);
  CHECK(counts->at(0).code == "gap");
  CHECK(counts->at(0).open == 2);
  CHECK(counts->at(1).open == 1);
  CHECK(counts->at(1).oldest == kNow);
}

TEST_CASE("exception reader: what is not there is not found", "[exceptions]") {
  Filled filled;
  CHECK_FALSE(filled.reader.find("x_none").value());
  CHECK(filled.reader.steps(99)->empty());
}
