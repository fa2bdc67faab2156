#include "hub/api/read_pool.h"

#include <catch2/catch.hpp>
#include <future>

#include "common/sql/sqlite.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

Result<std::unique_ptr<sql::Connection>> in_memory() {
  sql::SqliteOptions options;
  options.path = ":memory:";
  return sql::open_sqlite(options);
}

}  // namespace

TEST_CASE("read pool: what was given back is lent again", "[api]") {
  const auto pool = std::move(*ReadPool::open(1, in_memory));
  const sql::Connection* first = nullptr;
  {
    const auto lease = pool->borrow();
    first = &*lease;
  }
  CHECK(&*pool->borrow() == first);
}

TEST_CASE("read pool: two leases are two connections", "[api]") {
  const auto pool = std::move(*ReadPool::open(2, in_memory));
  const auto one = pool->borrow();
  const auto other = pool->borrow();
  CHECK(&*one != &*other);
}

TEST_CASE("read pool: who finds none free waits for the first that is given back", "[api]") {
  const auto pool = std::move(*ReadPool::open(1, in_memory));
  std::future<bool> waiter;
  {
    const auto lease = pool->borrow();
    waiter = std::async(std::launch::async, [&] { return pool->borrow()->run("CREATE TABLE t(a INTEGER) STRICT", {}).has_value(); });
  }
  CHECK(waiter.get());
}

TEST_CASE("read pool: a connection that cannot be opened is the pool's failure", "[api]") {
  int opened = 0;
  const auto pool = ReadPool::open(3, [&]() -> Result<std::unique_ptr<sql::Connection>> {
    if (++opened == 2) return fail(ErrorCode::kIo, "open", "no such disk");
    return in_memory();
  });
  REQUIRE_FALSE(pool.has_value());
  CHECK(pool.error().code == ErrorCode::kIo);
  CHECK(opened == 2);
}
