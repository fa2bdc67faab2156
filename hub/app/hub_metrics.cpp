#include "hub/app/hub_metrics.h"

#include "common/base/os.h"
#include "hub/postings/posting_reader.h"

namespace tillsync::hub {

void register_posting_metrics(Metrics& metrics, ReadPool& reads) {
  metrics.on_scrape([&reads](Metrics& target) {
    const auto connection = reads.borrow();
    PostingReader reader(*connection);
    const auto totals = reader.counts();
    const auto oldest = reader.oldest_open();
    if (!totals || !oldest) return;  // the last figures stand; the log has the reason where it was met
    std::map<std::string, double> by_status;
    for (const auto status : {PostingStatus::kQueued, PostingStatus::kSending, PostingStatus::kPosted, PostingStatus::kRetrying,
                              PostingStatus::kUnknown, PostingStatus::kRefused, PostingStatus::kHeld, PostingStatus::kSkipped, PostingStatus::kCollected, PostingStatus::kSummed})
      by_status[std::string(to_string(status))] = 0;
    for (const auto& row : *totals) by_status[std::string(to_string(row.status))] += static_cast<double>(row.postings);
    for (const auto& [status, count] : by_status) target.set_gauge("tillsync_postings", "Postings by status.", {{"status", status}}, count);
    const double age = *oldest ? static_cast<double>((os::now() - **oldest).micros) / 1e6 : 0;
    target.set_gauge("tillsync_posting_oldest_seconds", "Age of the oldest posting that is not at the ERP.", {}, std::max(0.0, age));
  });
}

void register_forwarder_metrics(Metrics& metrics, const ForwarderLoop& forwarder, const std::string& connector) {
  metrics.on_scrape([&forwarder, connector](Metrics& target) {
    const ForwarderState now = forwarder.state();
    for (const auto state : {BreakerState::kFlowing, BreakerState::kStopped, BreakerState::kProbing})
      target.set_gauge("tillsync_erp_breaker", "1 for the state of the connection's breaker.",
                       {{"connector", connector}, {"state", std::string(to_string(state))}}, state == now.breaker ? 1 : 0);
    target.set_gauge("tillsync_erp_in_flight", "Requests to the ERP without an answer yet.", {{"connector", connector}}, static_cast<double>(now.in_flight));
  });
}

void register_metrics(Metrics& metrics, const WriterLoop& writer, const SyncLoop& sync, const AgentRegistry& agents, const std::filesystem::path& database) {
  metrics.on_scrape([&writer, &sync, &agents, database](Metrics& target) {
    const WriterCounters written = writer.counters();
    target.set_total("tillsync_writer_tasks_total", "Writes of API, forwarder and enrolment.", {}, written.tasks);
    target.set_total("tillsync_writer_reruns_total", "Groups that were rolled back and rerun one by one.", {}, written.reruns);
    target.set_total("tillsync_writer_failures_total", "Commands that could not be committed.", {}, written.failures);

    const SyncCounters line = sync.counters();
    target.set_total("tillsync_sync_frames_total", "Frames on the line to the agents.", {{"direction", "in"}}, line.frames_in);
    target.set_total("tillsync_sync_frames_total", "Frames on the line to the agents.", {{"direction", "out"}}, line.frames_out);
    target.set_total("tillsync_sync_bytes_total", "Bytes on the line to the agents.", {{"direction", "in"}}, line.bytes_in);
    target.set_total("tillsync_sync_bytes_total", "Bytes on the line to the agents.", {{"direction", "out"}}, line.bytes_out);
    constexpr const char* kRefused = "Frames that got nowhere.";
    target.set_total("tillsync_frames_refused_total", kRefused, {{"reason", "malformed"}}, line.malformed);
    target.set_total("tillsync_frames_refused_total", kRefused, {{"reason", "not_enrolled"}}, line.not_enrolled);
    target.set_total("tillsync_frames_refused_total", kRefused, {{"reason", "revoked"}}, line.revoked);
    target.set_total("tillsync_frames_refused_total", kRefused, {{"reason", "out_of_step"}}, line.out_of_step);
    target.set_total("tillsync_frames_refused_total", kRefused, {{"reason", "dropped"}}, line.handshakes.dropped_messages);
    target.set_total("tillsync_handshakes_denied_total", "Handshakes of keys that are not let in.", {}, line.handshakes.denied);
    target.set_total("tillsync_handshakes_failed_total", "Handshakes without CURVE, with a wrong hub key, or broken.", {}, line.handshakes.failed);

    std::map<std::string, double> by_state;
    for (const auto state : {AgentState::kWaiting, AgentState::kOnline, AgentState::kDraining, AgentState::kDark, AgentState::kMissing,
                             AgentState::kConflict, AgentState::kRevoked})
      by_state[std::string(to_string(state))] = 0;
    double backlog = 0, idle = 0;
    std::int64_t oldest_unsent_s = 0;
    const Instant now = os::now();
    for (const auto& row : agents.all()) {
      const AgentState state = agent_state(row.agent.standing, row.status, now);
      by_state[std::string(to_string(state))] += 1;
      const bool is_silent = state == AgentState::kDark || state == AgentState::kMissing;
      if (is_silent && !agents.is_open(row.agent.location, now).value_or(true)) ++idle;
      backlog += static_cast<double>(row.status.backlog);
      oldest_unsent_s = std::max(oldest_unsent_s, row.status.oldest_unsent_s);
    }
    for (const auto& [state, count] : by_state) target.set_gauge("tillsync_agents", "Agents by state.", {{"state", state}}, count);
    target.set_gauge("tillsync_agents_idle", "Dark and missing agents whose locations are closed now, by their opening hours.", {}, idle);
    target.set_gauge("tillsync_agents_oldest_unsent_seconds", "Age of the oldest document that an agent said to hold and the hub does not have.", {},
                     static_cast<double>(oldest_unsent_s));
    target.set_gauge("tillsync_agents_backlog_documents", "Documents that agents said to hold and the hub does not have.", {}, backlog);
    target.set_gauge("tillsync_resident_bytes", "Resident memory of the hub.", {}, static_cast<double>(os::resident_bytes()));
    if (const auto free_bytes = os::disk_free_bytes(database.parent_path()))
      target.set_gauge("tillsync_disk_free_bytes", "Free on the disk of the database.", {}, static_cast<double>(*free_bytes));
  });
}

}  // namespace tillsync::hub
