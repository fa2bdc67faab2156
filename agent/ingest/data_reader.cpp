#include "agent/ingest/data_reader.h"

#include "agent/ingest/answer.h"
#include "common/base/os.h"
#include "common/sql/sqlite.h"

namespace tillsync::agent {
namespace {

constexpr std::int64_t kReaderCacheKib = 256;
constexpr std::int64_t kReadTimeLimitMs = 2'000;

}  // namespace

Result<std::unique_ptr<DataReader>> DataReader::open(const std::filesystem::path& folder) {
  sql::SqliteOptions options;
  options.path = folder / "agent.db";
  options.mode = sql::OpenMode::kReadOnly;
  options.cache_kib = kReaderCacheKib;
  options.statement_time_limit_ms = kReadTimeLimitMs;
  TS_ASSIGN_OR_RETURN(auto connection, sql::open_sqlite(options));
  return std::unique_ptr<DataReader>(new DataReader(folder, std::move(connection)));
}

Result<AgentStatus> DataReader::status() {
  AgentStatus status;
  {
    const std::lock_guard lock(mutex_);
    OutboxReader outbox(*connection_);
    TS_ASSIGN_OR_RETURN(const OutboxState state, outbox.state());
    TS_ASSIGN_OR_RETURN(const OutboxStats stats, outbox.stats());
    TS_ASSIGN_OR_RETURN(status.inbox_last_no, InboxReader(*connection_).last_no());
    status.waiting = stats.waiting;
    status.oldest_waiting = stats.oldest_waiting;
    status.last_seq = state.last_seq;
    status.acked_seq = state.acked_seq;
    status.database_bytes = stats.bytes;
  }
  status.version = TILLSYNC_VERSION;
  status.disk_free_bytes = os::disk_free_bytes(folder_).value_or(0);
  status.resident_bytes = os::resident_bytes();
  status.now = os::now();
  return status;
}

std::string status_json(DataReader& data, const LocationId& location, const IngestCounters& counters, const RefusedStore& refused,
                        const std::function<LinkStatus()>& link) {
  auto status = data.status();
  if (!status) return answer_of(problem_of(status.error())).json;
  status->location = location;
  status->accepted = counters.accepted;
  status->duplicates = counters.duplicates;
  status->conflicts = counters.conflicts;
  status->failed = counters.failed;
  status->refused = refused.count_since_start();
  if (link) status->link = link();
  return to_json(*status);
}

}  // namespace tillsync::agent
