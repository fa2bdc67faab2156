#include "hub/api/bulk_store.h"

#include <catch2/catch.hpp>

#include "common/sql/migrate.h"
#include "hub/api/schema.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

BulkOperation operation_called(const std::string& id, const std::string& key = "k") {
  BulkOperation operation;
  operation.operation_id = id;
  operation.scope = {"ann", "/v1/x", key};
  operation.request = "{}";
  operation.upto = 9;
  operation.selected = 3;
  operation.started_at = kNow;
  return operation;
}

}  // namespace

TEST_CASE("bulk store: an operation is kept as far as it has come", "[api]") {
  HubDatabase database;
  sql::Connection& connection = database.connection();
  REQUIRE(sql::migrate(connection, "hub/api", api_schema::migrations()));
  BulkOperation operation = operation_called("o_1");
  REQUIRE(insert_operation(connection, operation, "hash"));
  CHECK(operation.operation_no == 1);
  operation.position = 5;
  operation.counts = {{"done", 2}, {"already_closed", 1}};
  operation.items.push_back({{"outcome", "done"}});
  REQUIRE(update_operation(connection, operation));
  const auto found = find_unfinished(database.crash(), operation.scope, "hash");
  REQUIRE(found);
  REQUIRE(*found);
  CHECK((*found)->position == 5);
  CHECK((*found)->upto == 9);
  CHECK((*found)->counts == operation.counts);
  CHECK((*found)->items.size() == 1);
  const auto shown = operation_json(**found);
  CHECK(shown.at("done") == 2);
  CHECK(shown.at("left_alone").at("already_closed") == 1);
  CHECK(shown.at("status") == "unfinished");
}

TEST_CASE("bulk store: a key is of one body and one unfinished operation", "[api]") {
  HubDatabase database;
  sql::Connection& connection = database.connection();
  REQUIRE(sql::migrate(connection, "hub/api", api_schema::migrations()));
  BulkOperation first = operation_called("o_1"), second = operation_called("o_2"), other = operation_called("o_3", "k2");
  REQUIRE(insert_operation(connection, first, "hash"));
  CHECK(insert_operation(connection, second, "hash").error().code == ErrorCode::kConflict);
  CHECK(find_unfinished(connection, first.scope, "else").error().code == ErrorCode::kConflict);
  REQUIRE(insert_operation(connection, other, "hash"));
  first.finished_at = kNow;
  REQUIRE(update_operation(connection, first));
  CHECK_FALSE(*find_unfinished(connection, first.scope, "hash"));
  REQUIRE(insert_operation(connection, second, "hash"));
  CHECK((*find_operation(connection, "o_1"))->finished_at == kNow);
  CHECK_FALSE(*find_operation(connection, "o_none"));
  const auto newest = list_operations(connection, 0, 2);
  REQUIRE(newest);
  REQUIRE(newest->size() == 2);
  CHECK((*newest)[0].operation_id == "o_2");
  CHECK(list_operations(connection, (*newest)[1].operation_no, 5)->size() == 1);
}
