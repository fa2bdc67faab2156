#include "hub/exceptions/exception_store.h"

#include <catch2/catch.hpp>

#include "hub/exceptions/exception_reader.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

struct Store {
  HubDatabase database;
  sql::Connection& connection = database.connection();
  ExceptionReader reader{connection};
  Store() { REQUIRE(migrate_exceptions(connection)); }
  void raise(const std::string& code, const std::string& subject, const std::string& cause = "sku:A") {
    ExceptionRaised fact;
    fact.code = code;
    fact.subject = subject;
    fact.cause_key = cause;
    fact.location = LocationId("GB");
    REQUIRE(raise_exceptions(connection, {fact}, kNow));
  }
  std::string only_id() { return database.texts("SELECT exception_id FROM exception_case").at(0); }
};

}  // namespace

TEST_CASE("exception store: raising again counts, closing and raising again opens a new one", "[exceptions]") {
  Store store;
  store.raise("unknown_sku", "GB/A");
  store.raise("unknown_sku", "GB/A");
  CHECK(store.database.number("SELECT occurrences FROM exception_case") == 2);
  CHECK(act_on_exception(store.connection, store.only_id(), CaseAction::kResolve, "ann", "created", kNow).value() == ActionStatus::kDone);
  store.raise("unknown_sku", "GB/A");
  CHECK(store.database.number("SELECT count(*) FROM exception_case") == 2);
  CHECK(store.database.number("SELECT max(generation) FROM exception_case WHERE status = 'open'") == 2);
}

TEST_CASE("exception store: each step is a record with who, when and why", "[exceptions]") {
  Store store;
  store.raise("negative_stock", "GB/A");
  const std::string id = store.only_id();
  REQUIRE(act_on_exception(store.connection, id, CaseAction::kAssign, "ann", "bob", kNow));
  REQUIRE(act_on_exception(store.connection, id, CaseAction::kDismiss, "bob", "counted, it is right", kNow + seconds(1)));
  const auto record = store.reader.find(id).value().value();
  CHECK(record.status == CaseStatus::kDismissed);
  CHECK(record.assignee == "bob");
  CHECK(record.closed_at == kNow + seconds(1));
  const auto steps = store.reader.steps(record.exception_no);
  REQUIRE(steps);
  REQUIRE(steps->size() == 3);
  CHECK(steps->at(0).action == "raised");
  CHECK(steps->at(1).action == "assigned");
  CHECK(steps->at(1).who == "ann");
  CHECK(steps->at(2).action == "dismissed");
  CHECK(steps->at(2).reason == "counted, it is right");
}

TEST_CASE("exception store: refused actions change nothing", "[exceptions]") {
  Store store;
  store.raise("gap", "g");
  const std::string id = store.only_id();
  CHECK(act_on_exception(store.connection, id, CaseAction::kDismiss, "ann", "", kNow).value() == ActionStatus::kReasonMissing);
  CHECK(act_on_exception(store.connection, "x_none", CaseAction::kDismiss, "ann", "r", kNow).value() == ActionStatus::kNotFound);
  REQUIRE(act_on_exception(store.connection, id, CaseAction::kDismiss, "ann", "r", kNow));
  CHECK(act_on_exception(store.connection, id, CaseAction::kResolve, "ann", "r", kNow).value() == ActionStatus::kAlreadyClosed);
  CHECK(store.database.number("SELECT count(*) FROM exception_step") == 2);
}

TEST_CASE("exception store: settling closes what is open and leaves the rest", "[exceptions]") {
  Store store;
  store.raise("void_original_missing", "e_1");
  REQUIRE(settle_exceptions(store.connection, {{"void_original_missing", "e_1", "it came"}, {"void_original_missing", "e_2", "?"}}, kNow));
  CHECK(store.database.texts("SELECT status FROM exception_case") == std::vector<std::string>{"resolved"});
  REQUIRE(settle_exceptions(store.connection, {{"void_original_missing", "e_1", "it came"}}, kNow));
  CHECK(store.database.number("SELECT count(*) FROM exception_step WHERE action = 'resolved' AND who = 'hub'") == 1);
}

TEST_CASE("exception store: a cause is settled in bulk", "[exceptions]") {
  Store store;
  store.raise("unknown_sku", "GB/A", "sku:A");
  store.raise("unknown_sku", "FR/A", "sku:A");
  store.raise("unknown_sku", "GB/B", "sku:B");
  store.raise("negative_stock", "GB/A", "sku:A");
  CHECK(settle_by_cause(store.connection, "unknown_sku", "sku:A", "created", kNow).value() == 2);
  CHECK(settle_by_cause(store.connection, "unknown_sku", "sku:A", "created", kNow).value() == 0);
  CHECK(store.database.number("SELECT count(*) FROM exception_case WHERE status = 'open'") == 2);
}
