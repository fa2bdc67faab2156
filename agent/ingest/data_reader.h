// Reads for the doors, on a read-only connection of its own that never makes the writer wait: status, inbox, products.
// Any thread; one reads at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>

#include "agent/inbox/inbox.h"
#include "agent/ingest/counters.h"
#include "agent/ingest/refused_store.h"
#include "agent/ingest/status.h"
#include "agent/outbox/outbox.h"

namespace tillsync::agent {

class DataReader {
 public:
  /// folder: the data folder, with an agent.db in it.
  static Result<std::unique_ptr<DataReader>> open(const std::filesystem::path& folder);

  /// What the database and the machine tell; counters, link, location and version are the caller's to fill in.
  Result<AgentStatus> status();
  /// Runs `read` with exclusive use of the connection.
  template <class Read>
  auto with_inbox(Read read) {
    const std::lock_guard lock(mutex_);
    InboxReader reader(*connection_);
    return read(reader);
  }
  template <class Read>
  auto with_outbox(Read read) {
    const std::lock_guard lock(mutex_);
    OutboxReader reader(*connection_);
    return read(reader);
  }

 private:
  DataReader(std::filesystem::path folder, std::unique_ptr<sql::Connection> connection)
      : folder_(std::move(folder)), connection_(std::move(connection)) {}

  const std::filesystem::path folder_;
  std::mutex mutex_;
  std::unique_ptr<sql::Connection> connection_;
};

/// The body of GET /v1/status of a running agent. link may be empty.
std::string status_json(DataReader& data, const LocationId& location, const IngestCounters& counters, const RefusedStore& refused,
                        const std::function<LinkStatus()>& link);

}  // namespace tillsync::agent
