#include "hub/app/posting_summer.h"

#include <memory>

#include "common/log/log.h"

namespace tillsync::hub {

Result<std::size_t> PostingSummer::run(sql::Connection& reads, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto groups, collected_groups(reads));
  std::size_t asked = 0;
  for (const CollectedGroup& group : groups) {
    if (!is_ripe(group, policy_, now)) continue;
    Task task;
    task.name = "sum postings";
    task.apply = [connector = connector_, group](sql::Connection& connection, Instant at) -> Result<void> {
      TS_RETURN_IF_ERROR(make_summed(connection, connector, group, at));
      return {};
    };
    task.done = [made = made_, group](const Result<void>& done) {
      if (done) return made();
      log::write(log::Level::kError, "postings of " + group.location.value + " are not summed", done.error());
    };
    TS_RETURN_IF_ERROR(writer_.submit(Priority::kRequest, std::move(task)));
    ++asked;
  }
  return asked;
}

}  // namespace tillsync::hub
