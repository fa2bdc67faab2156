// Read-only connections of the API, so that a read never waits for the writer. Any thread borrows one for one request.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"

namespace tillsync::hub {

class ReadPool {
 public:
  using Open = std::function<Result<std::unique_ptr<sql::Connection>>()>;
  static Result<std::unique_ptr<ReadPool>> open(std::size_t connections, const Open& open);

  class Lease {
   public:
    Lease(ReadPool& pool, std::unique_ptr<sql::Connection> connection) : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    sql::Connection& operator*() const { return *connection_; }
    sql::Connection* operator->() const { return connection_.get(); }

   private:
    ReadPool* pool_;
    std::unique_ptr<sql::Connection> connection_;
  };
  /// Waits for a free one; there are as many as server threads, so it never waits long.
  Lease borrow();

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<sql::Connection>> free_;
};

}  // namespace tillsync::hub
