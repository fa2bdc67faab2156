// Makes summed postings when their time has come (hub/postings/summed_store.h), each in a writer's task of its own. Called now and then by
// the program's main thread.
#pragma once

#include <functional>
#include <string>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/postings/summed_store.h"
#include "hub/writer/commands.h"

namespace tillsync::hub {

class PostingSummer {
 public:
  /// made: called by the writer's thread after a commit that queued one.
  PostingSummer(WriterPort& writer, std::string connector, SumPolicy policy, std::function<void()> made)
      : writer_(writer), connector_(std::move(connector)), policy_(policy), made_(std::move(made)) {}

  /// Asks the writer to sum every group that is ripe. reads: a connection of the calling thread. Returns how many were asked for.
  Result<std::size_t> run(sql::Connection& reads, Instant now);

 private:
  WriterPort& writer_;
  const std::string connector_;
  const SumPolicy policy_;
  const std::function<void()> made_;
};

}  // namespace tillsync::hub
