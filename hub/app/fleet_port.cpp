#include "hub/app/fleet_port.h"

#include <algorithm>
#include <set>

#include "common/contract/problem.h"
#include "common/log/log.h"
#include "hub/exceptions/exception_store.h"
#include "hub/fleet/command_store.h"
#include "hub/fleet/fleet_store.h"
#include "hub/fleet/location_facts.h"
#include "hub/intake/event_reader.h"
#include "hub/masterdata/masterdata_store.h"
#include "hub/outbound/outbound_store.h"
#include "hub/reservations/availability_reader.h"
#include "hub/reservations/stock_request.h"

namespace tillsync::hub {
namespace {

constexpr std::int64_t kMicrosPerMillisecond = 1'000;

AgentStanding standing_of(Standing standing) {
  switch (standing) {
    case Standing::kActive: return AgentStanding::kActive;
    case Standing::kRevoked: return AgentStanding::kRevoked;
    case Standing::kConflict: return AgentStanding::kConflict;
  }
  return AgentStanding::kUnknown;
}

ConflictMachine shown(const SpeakingMachine& machine) {
  return {machine.boot.hex(), machine.host, machine.version, machine.address, machine.last_seen};
}

}  // namespace

bool FleetPort::admits(std::string_view peer_key) { return agents_.admits(peer_key); }

AgentKnowledge FleetPort::knowledge(std::string_view peer_key) {
  if (const auto agent = agents_.by_key(peer_key)) return {standing_of(agent->standing), agent->agent_id, agent->location};
  const auto before = agents_.by_replaced_key(peer_key);
  if (!before) return {};
  return {AgentStanding::kReplaced, before->agent_id, before->location};
}

Result<std::optional<EpochPosition>> FleetPort::epoch(const AgentId& agent_id, const EpochId& epoch) {
  TS_ASSIGN_OR_RETURN(const auto cursor, EventReader(*reads_).epoch_position(agent_id, epoch));
  if (!cursor) return std::optional<EpochPosition>{};
  return std::optional(EpochPosition{cursor->epoch, cursor->seq, cursor->chain});
}

void FleetPort::submit(std::string name, std::function<Result<void>(sql::Connection&, Instant)> apply, std::function<void(Result<void>)> done, bool changes_masterdata) {
  auto report = [name, done](const Result<void>& result) {
    if (!result) log::write(log::Level::kWarning, name + " failed", result.error());
    if (done) done(result);
  };
  Task task{std::move(name), std::move(apply), report};
  task.changes_masterdata = changes_masterdata;
  if (const auto submitted = writer_.submit(Priority::kRequest, std::move(task)); !submitted) report(submitted);
}

void FleetPort::enrol(const std::string& peer_key, const EnrollRequested& request, EnrolDone done) {
  const auto decision = std::make_shared<EnrolmentDecision>();
  const bool may_make_location = !request.location.empty();
  submit(
      "enrol agent",
      [decision, enrolment = EnrolmentRequest{peer_key, request.name, request.version, request.location, request.till}, token = request.token](
          sql::Connection& connection, Instant now) -> Result<void> {
        const auto find_location = [&connection](const LocationId& id) { return MasterdataReader(connection).location(id); };
        TS_ASSIGN_OR_RETURN(*decision, FleetStore(connection).enrol(enrolment, token, now, find_location));
        if (!decision->made_location) return {};
        TS_RETURN_IF_ERROR(put_and_deliver_locations(connection, {*decision->made_location}, "enrolment token " + decision->agent.enrolment_token_id, now));
        TS_RETURN_IF_ERROR(settle_by_cause(connection, "unknown_location", "location:" + enrolment.location, "a PC of a group token was enrolled there", now));
        return {};
      },
      [this, decision, done = std::move(done)](const Result<void>& result) {
        if (!result) return done(std::unexpected(result.error()));
        if (!decision->is_granted()) {
          metrics_.count_refused_frames("bad_token");
          return done(fail(ErrorCode::kDenied, "enrol", decision->refusal));
        }
        if (decision->made_location) agents_.put_location(decision->made_location->id, location_facts(*decision->made_location));
        agents_.put(decision->agent);
        log::info("agent enrolled", {{"agent_id", decision->agent.agent_id.view()}, {"location", decision->agent.location.view()}});
        done(std::pair{decision->agent.agent_id, decision->agent.location});
      },
      may_make_location);
}

void FleetPort::seen(std::string_view peer_key, Instant now) { agents_.seen(peer_key, now); }

void FleetPort::status(std::string_view peer_key, const StatusArrived& arrived, Instant now) {
  AgentStatus status;
  status.backlog = static_cast<std::int64_t>(arrived.status.backlog);
  status.oldest_unsent_s = arrived.status.oldest_unsent_s;
  status.disk_free_bytes = arrived.status.disk_free_bytes;
  status.clock_skew = arrived.clock_skew;
  status.refused = static_cast<std::int64_t>(arrived.status.refused);
  status.resident_bytes = arrived.status.resident_bytes;
  status.host = arrived.status.host;
  status.disk_total_bytes = arrived.status.disk_total_bytes;
  status.config_revision = arrived.status.config_revision;
  status.config_item = arrived.status.config_item;
  status.config_error = arrived.status.config_error;
  agents_.set_status(peer_key, std::move(status), arrived.status.version, now);
}

void FleetPort::conflict(const IdentityConflict& conflict) {
  const auto changed = std::make_shared<std::optional<AgentRecord>>();
  const auto since = std::make_shared<Instant>();
  std::vector<ConflictMachine> machines;
  for (const SpeakingMachine& machine : conflict.machines) machines.push_back(shown(machine));
  const std::string detail = "boots " + conflict.current.hex() + " and " + conflict.other.hex() + " are both alive";
  submit(
      "record identity conflict",
      [changed, since, id = conflict.agent_id, machines, detail](sql::Connection& connection, Instant now) -> Result<void> {
        *since = now;
        TS_ASSIGN_OR_RETURN(*changed, FleetStore(connection).record_conflict(id, detail, now));
        TS_RETURN_IF_ERROR(FleetStore(connection).put_conflict(id, machines, now));
        ExceptionRaised raised;
        raised.code = "identity_conflict";
        raised.subject = id.value;
        raised.cause_key = "agent:" + id.value;
        raised.location = (*changed)->location;
        raised.detail = detail;
        return raise_exceptions(connection, {raised}, now);
      },
      [this, changed, since, machines](const Result<void>& result) {
        if (!result || !*changed) return;
        agents_.put_conflict((*changed)->agent_id, machines, *since);
        agents_.put(**changed);
      });
}

void FleetPort::machine_seen(const ConflictMachineSeen& seen) { agents_.put_conflict(seen.agent_id, {shown(seen.machine)}, seen.machine.last_seen); }

Result<std::vector<wire::Command>> FleetPort::open_commands(const AgentId& agent_id, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto open, CommandStore(*reads_).open(agent_id, now));
  std::vector<wire::Command> commands;
  for (const AgentCommand& command : open) commands.push_back({command.command_id, command.name, command.arguments});
  return commands;
}

void FleetPort::commands_sent(std::vector<std::string> command_ids) {
  submit("record commands as sent", [command_ids = std::move(command_ids)](sql::Connection& connection, Instant now) -> Result<void> {
    for (const std::string& id : command_ids) TS_RETURN_IF_ERROR(CommandStore(connection).mark_sent(id, now));
    return {};
  });
}

void FleetPort::offer_key(const AgentId& agent_id, BytesView body, OfferDone done) {
  const auto refusal = [](int status, std::string detail) {
    return StockAnswer{status, to_problem_json({static_cast<std::uint16_t>(status), "key_refused", "Not taken", std::move(detail), ""})};
  };
  const auto offer = parse_key_offer(agent_id, body);
  if (!offer) return done(refusal(422, offer.error().detail));
  const auto outcome = std::make_shared<FleetStore::KeyOfferOutcome>();
  submit(
      "take an agent's next key",
      [outcome, offer = *offer](sql::Connection& connection, Instant now) -> Result<void> {
        TS_ASSIGN_OR_RETURN(*outcome, FleetStore(connection).offer_key(offer, now));
        return {};
      },
      [this, outcome, refusal, done = std::move(done)](const Result<void>& result) {
        if (!result) return done(refusal(503, result.error().detail));
        const std::string_view why = refusal_text(outcome->verdict);
        if (!why.empty()) return done(refusal(409, std::string(why)));
        agents_.put(outcome->agent);
        done({200, "{}"});
      });
}

void FleetPort::key_used(const AgentId& agent_id, std::string_view key) {
  if (!agents_.is_next_key(agent_id, key)) return;
  const auto changed = std::make_shared<std::optional<AgentRecord>>();
  submit(
      "replace an agent's key",
      [changed, agent_id, key = std::string(key)](sql::Connection& connection, Instant now) -> Result<void> {
        TS_ASSIGN_OR_RETURN(*changed, FleetStore(connection).use_key(agent_id, key, now));
        return {};
      },
      [this, changed](const Result<void>& result) {
        if (!result || !*changed) return;
        agents_.put(**changed);
        log::info("an agent's key is replaced", {{"agent_id", (*changed)->agent_id.view()}});
      });
}

void FleetPort::command_result(const AgentId& agent_id, const wire::CommandResult& result) {
  const auto changed = std::make_shared<std::optional<AgentRecord>>();
  submit("record a command's result", [agent_id, result, changed](sql::Connection& connection, Instant now) -> Result<void> {
    FleetStore fleet(connection);
    TS_ASSIGN_OR_RETURN(const auto agent, fleet.find(agent_id));
    // An agent says that its keys are changed when it was welcomed by the new ones: "done" and "replaced" are one commit.
    if (result.ok && agent && !agent->agent.next_key.empty() && agent->agent.next_key_command == result.command_id) {
      TS_ASSIGN_OR_RETURN(*changed, fleet.use_key(agent_id, agent->agent.next_key, now));
    }
    const bool is_kept = result.body.size() <= kCommandResultBytesMax;
    TS_ASSIGN_OR_RETURN(const bool is_first, CommandStore(connection).answer(result.command_id, agent_id, result.ok && is_kept,
                                                                            is_kept ? std::string_view(result.body) : R"({"detail":"the answer was too long to be kept"})", now));
    (void)is_first;  // an answer that came twice changes nothing
    return {};
  }, [this, changed](const Result<void>& outcome) {
    if (outcome && *changed) agents_.put(**changed);
  });
}

StockAnswer FleetPort::availability(const LocationId& location, BytesView body, Instant now) {
  auto request = read_availability(body);
  if (!request) return {request.error().status, to_problem_json(request.error())};
  AvailabilityQuery query{std::move(request->skus), std::move(request->locations), request->max_age_s};
  if (query.locations.empty()) query.locations = {location};
  auto known = AvailabilityReader(*reads_, availability_)
                   .answer(query, [this](const LocationId& asked) { return agents_.last_heard(asked); }, dark_after_, now);
  if (known) return {200, std::move(*known)};
  const int status = known.error().code == ErrorCode::kInvalid ? 422 : 503;
  return {status, to_problem_json({static_cast<std::uint16_t>(status), std::string(to_string(known.error().code)), "Not read", known.error().detail, ""})};
}

Result<std::vector<wire::InboxItem>> FleetPort::inbox_items(const AgentId& agent_id, std::uint64_t after) {
  TS_ASSIGN_OR_RETURN(const auto agent, FleetStore(*reads_).find(agent_id));
  if (!agent) return std::vector<wire::InboxItem>{};
  return OutboundStore(*reads_).items(agent_id, agent->agent.location, after);
}

void FleetPort::inbox_delivered(const AgentId& agent_id, std::uint64_t no) {
  submit("record delivery", [agent_id, no](sql::Connection& connection, Instant now) { return OutboundStore(connection).acknowledge(agent_id, no, now); });
}

void FleetPort::connected(const Connected& connected, std::function<void()> renumbered) {
  OutboundStore outbound(*reads_);
  const auto last = outbound.last_no();
  const auto doubtful = outbound.is_cursor_doubtful(connected.agent_id, connected.inbox_cursor);
  // Only after a restore does an agent hold what was never given here, or documents that are not here.
  const bool is_ahead = (last && connected.inbox_cursor > *last) || (doubtful && *doubtful);
  const bool is_first_proof = connected.history_lost && !numbered_anew_.exchange(true);
  if (!is_ahead && !is_first_proof) return;
  if (is_first_proof)
    log::warning("an agent was told of documents that this database does not have: it was put back from a copy without 'tillsync-hub restored'",
                 {{"agent_id", connected.agent_id.view()}});
  submit(
      "number outbound items anew",
      [agent_id = connected.agent_id, cursor = connected.inbox_cursor, is_first_proof](sql::Connection& connection, Instant now) -> Result<void> {
        OutboundStore store(connection);
        TS_ASSIGN_OR_RETURN(const std::uint64_t last_no, store.last_no());
        TS_ASSIGN_OR_RETURN(const bool is_doubtful, store.is_cursor_doubtful(agent_id, cursor));
        if (cursor <= last_no && !is_doubtful && !is_first_proof) return {};
        return store.renumber_above(std::max(cursor, static_cast<std::uint64_t>(now.micros / kMicrosPerMillisecond)));
      },
      [this, is_first_proof, renumbered = std::move(renumbered)](const Result<void>& result) {
        if (result)
          renumbered();
        else if (is_first_proof)
          numbered_anew_ = false;
      });
}

void FleetPort::save_statuses() {
  auto changed = agents_.take_changed();
  if (changed.empty()) return;
  AlarmDecision alarms = alarms_.decide(changed);
  std::set<std::string> looked;  // at a configuration that the history does not tell of yet
  for (const AgentWithStatus& row : changed) {
    const std::int64_t before = std::exchange(config_seen_[row.agent.agent_id.value], row.status.config_item);
    if (before != row.status.config_item) looked.insert(row.agent.agent_id.value);
  }
  submit("save agents' status",
         [changed = std::move(changed), alarms = std::move(alarms), looked = std::move(looked)](sql::Connection& connection, Instant now) -> Result<void> {
           FleetStore fleet(connection);
           TS_RETURN_IF_ERROR(fleet.save_status(changed));
           for (const AgentWithStatus& row : changed) {
             if (!looked.contains(row.agent.agent_id.value)) continue;
             const bool is_taken = row.status.config_error.empty();
             const std::string detail = is_taken ? "revision " + std::to_string(row.status.config_revision) : row.status.config_error;
             TS_RETURN_IF_ERROR(fleet.add_history(row.agent.agent_id, {now, is_taken ? "config_taken" : "config_refused", "agent", detail}));
           }
           if (!alarms.raised.empty()) TS_RETURN_IF_ERROR(raise_exceptions(connection, alarms.raised, now));
           return settle_exceptions(connection, alarms.settled, now);
         });
}

void FleetPort::save_samples(Instant now) {
  const std::int64_t slot = sample_slot(now);
  if (std::exchange(sampled_slot_, slot) == slot) return;
  const auto samples = std::make_shared<const std::vector<AgentSample>>(agents_.samples(now - seconds(kSampleSeconds)));
  for (std::size_t first = 0; first < samples->size(); first += kSamplesPerTask) {
    submit("save agents' samples", [samples, slot, first](sql::Connection& connection, Instant) {
      return SampleStore(connection).write(slot, std::span(*samples).subspan(first, std::min(kSamplesPerTask, samples->size() - first)));
    });
  }
  // Two at a time, so that a hub that was off for hours catches up without holding up sales.
  for (int drops = 0; drops < 2; ++drops) {
    submit("drop agents' old samples", [slot](sql::Connection& connection, Instant) -> Result<void> {
      TS_ASSIGN_OR_RETURN([[maybe_unused]] const bool more, SampleStore(connection).prune(slot));
      return {};
    });
  }
}

void FleetPort::expire_commands() {
  submit("expire commands", [](sql::Connection& connection, Instant now) -> Result<void> {
    TS_ASSIGN_OR_RETURN([[maybe_unused]] const std::int64_t expired, CommandStore(connection).expire(now));
    return {};
  });
}

}  // namespace tillsync::hub
