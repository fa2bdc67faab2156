// What is so now, asked at each scrape: writer, sync, agents, postings, ERP connection, process.
#pragma once

#include <filesystem>

#include "hub/api/read_pool.h"
#include "hub/erp/forwarder_loop.h"
#include "hub/fleet/agent_registry.h"
#include "hub/insight/metrics.h"
#include "hub/sync/sync_loop.h"
#include "hub/writer/writer_loop.h"

namespace tillsync::hub {

/// Postings by status, and how long the oldest one that is not at the ERP has been waiting.
void register_posting_metrics(Metrics& metrics, ReadPool& reads);
/// The breaker: 1 for the state that it is in.
void register_forwarder_metrics(Metrics& metrics, const ForwarderLoop& forwarder, const std::string& connector);

/// All arguments must outlive the last scrape.
void register_metrics(Metrics& metrics, const WriterLoop& writer, const SyncLoop& sync, const AgentRegistry& agents, const std::filesystem::path& database);

}  // namespace tillsync::hub
