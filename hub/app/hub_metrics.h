// What is so now, asked at each scrape: writer, sync, agents, process.
#pragma once

#include <filesystem>

#include "hub/fleet/agent_registry.h"
#include "hub/insight/metrics.h"
#include "hub/sync/sync_loop.h"
#include "hub/writer/writer_loop.h"

namespace tillsync::hub {

/// All arguments must outlive the last scrape.
void register_metrics(Metrics& metrics, const WriterLoop& writer, const SyncLoop& sync, const AgentRegistry& agents, const std::filesystem::path& database);

}  // namespace tillsync::hub
