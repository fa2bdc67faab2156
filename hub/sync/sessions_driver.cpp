#include "hub/sync/sessions_driver.h"

#include <algorithm>
#include <bit>

#include "common/base/limits.h"
#include "common/contract/problem.h"
#include "common/log/log.h"
#include "hub/reservations/stock_request.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kWriterAhead = 4;            // batches that wait in the writer's queue: enough to keep it busy, few to be fair
constexpr std::int64_t kLiveBytesMax = 16 * 1'024;  // of a batch that goes before bulk: a few sales of an agent that has nothing else under way
constexpr Duration kWriterLook = milliseconds(5);  // while others keep the writer's queue full
constexpr Duration kStuckLook = milliseconds(20);  // while a peer's queue is full
constexpr std::size_t kUnsentMax = 32;             // frames of one session that wait for their peer
constexpr std::int64_t kWaitingBytesMax = 256'000'000;  // documents of all agents that wait for the writer
constexpr std::string_view kOfferKeyMethod = "keys.offer";
constexpr Duration kCommandPatience = seconds(60);      // for a result, before a command is sent again
constexpr std::int64_t kCreditBytesMin = 128 * 1'024;   // of one agent, however many there are

/// What kept the writer from deciding: nothing was recorded, and the agent may ask again with the same key.
StockAnswer answer_of(const Error& error) {
  const bool is_full = error.code == ErrorCode::kDiskFull;
  const int status = is_full ? 507 : error.code == ErrorCode::kInternal || error.code == ErrorCode::kCorrupt ? 500 : 503;
  return {status, to_problem_json({static_cast<std::uint16_t>(status), std::string(to_string(error.code)), "Not decided",
                                   error.detail + "; ask again with the same key", ""})};
}

}  // namespace

SessionsDriver::SessionsDriver(SessionsOptions options, RegistryPort& registry, WriterPort& writer, Send send, Post post)
    : options_(std::move(options)), registry_(registry), writer_(writer), send_(std::move(send)), post_(std::move(post)) {
  if (options_.credit_bytes == 0) options_.credit_bytes = static_cast<std::int64_t>(kWindowBytesMax);
  credit_bytes_ = options_.credit_bytes;
}

void SessionsDriver::handle_frame(const Bytes& connection, const std::string& peer_key, BytesView frame, Duration now, Instant wall,
                                  std::string_view address) {
  now_ = now;
  wall_ = wall;
  ++counted_.frames_in;
  counted_.bytes_in += frame.size();
  AgentKnowledge known = registry_.knowledge(peer_key);
  known.key = peer_key;
  // While its keys change an agent has two: both are the same session, so that a hello waits for all that is at the writer.
  const std::string key = known.standing == AgentStanding::kUnknown ? peer_key : known.agent_id.value;
  Slot& slot = slot_of(key);
  slot.session.handle_frame(connection, frame, known, now, wall, address);
  if (known.standing != AgentStanding::kReplaced) registry_.seen(peer_key, wall);
  touch(key, slot);
}

void SessionsDriver::inbox_advanced() {
  for (auto& [key, slot] : slots_) {
    slot.session.inbox_advanced();
    touch(key, slot);
  }
}

void SessionsDriver::run(Duration now, Instant wall) {
  now_ = now;
  wall_ = wall;
  for (const auto& key : stuck_) touch(key, slots_.at(key));
  time_out();
  pump();
  feed_writer();
  share_credit();
}

std::optional<Duration> SessionsDriver::poll_timeout(Duration now) const {
  std::optional<Duration> due;
  const auto at = [&](Duration time) { due = due ? std::min(*due, time) : time; };
  if (!stuck_.empty()) at(now + kStuckLook);
  if (queue_.size() > 0 && at_writer_ == 0) at(now + kWriterLook);
  if (!deadlines_.empty()) at(deadlines_.begin()->first);
  return due;
}

SessionsCounters SessionsDriver::counters() const {
  SessionsCounters counters = counted_;
  counters.sessions = slots_.size();
  return counters;
}

SessionsDriver::Slot& SessionsDriver::slot_of(const std::string& key) {
  const auto found = slots_.find(key);
  if (found != slots_.end()) return found->second;
  const HubSessionOptions session_options{options_.incarnation, options_.credit_bytes, options_.nonce_seed()};
  Slot& slot = slots_.emplace(key, Slot(HubSession(session_options))).first->second;
  slot.session.set_credit(credit_bytes_);
  return slot;
}

void SessionsDriver::touch(const std::string& key, Slot& slot) {
  if (std::exchange(slot.touched, true)) return;
  touched_.push_back(key);
}

void SessionsDriver::time_out() {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now_) {
    const std::string key = deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    const auto found = slots_.find(key);
    if (found == slots_.end()) continue;
    found->second.deadline.reset();
    found->second.session.handle_timeout(now_, wall_);
    touch(key, found->second);
  }
}

/// Sends, obeys and reschedules every session that something happened to.
void SessionsDriver::pump() {
  while (!touched_.empty()) {
    const std::vector<std::string> keys = std::exchange(touched_, {});
    for (const auto& key : keys) {
      const auto found = slots_.find(key);
      if (found == slots_.end()) continue;
      Slot& slot = found->second;
      slot.touched = false;
      while (auto event = slot.session.poll_event())
        std::visit([&](auto& what) { obey(key, slot, what); }, *event);
      transmit(key, slot);
      count(slot);
      reschedule(key, slot);
      if (slot.session.is_idle() && !slot.touched && slot.unsent.empty() && slot.at_writer == 0 && !queue_.has(key)) {
        if (slot.deadline) deadlines_.erase({*slot.deadline, key});
        if (slot.was_online) --counted_.online;
        slots_.erase(found);
      }
    }
  }
}

void SessionsDriver::transmit(const std::string& key, Slot& slot) {
  // A lane whose queue is full must not hold up the other: each frame waits behind those of its own connection only.
  std::vector<HubOutgoingFrame> waiting = std::exchange(slot.unsent, {});
  for (auto& frame : waiting) send(slot, std::move(frame));
  while (slot.unsent.size() < kUnsentMax) {
    auto frame = slot.session.poll_transmit();
    if (!frame) break;
    send(slot, *std::move(frame));
  }
  if (slot.unsent.empty())
    stuck_.erase(key);
  else
    stuck_.insert(key);
}

void SessionsDriver::send(Slot& slot, HubOutgoingFrame frame) {
  const bool must_wait = std::ranges::find(slot.unsent, frame.connection, &HubOutgoingFrame::connection) != slot.unsent.end();
  switch (must_wait ? FrameSent::kWouldBlock : send_(frame.connection, frame.bytes)) {
    case FrameSent::kSent:
      ++counted_.frames_out;
      counted_.bytes_out += frame.bytes.size();
      break;
    case FrameSent::kWouldBlock:
      if (slot.session.speaks_on(frame.connection)) slot.unsent.push_back(std::move(frame));
      break;
    case FrameSent::kPeerGone: slot.session.connection_gone(frame.connection); break;
  }
}

void SessionsDriver::reschedule(const std::string& key, Slot& slot) {
  const auto next = slot.session.poll_timeout();
  if (next == slot.deadline) return;
  if (slot.deadline) deadlines_.erase({*slot.deadline, key});
  slot.deadline = next;
  if (next) deadlines_.insert({*next, key});
}

void SessionsDriver::count(Slot& slot) {
  const HubSessionCounters& counters = slot.session.counters();
  counted_.malformed += counters.malformed_frames - slot.counted.malformed_frames;
  counted_.not_enrolled += counters.not_enrolled_frames - slot.counted.not_enrolled_frames;
  counted_.revoked += counters.revoked_frames - slot.counted.revoked_frames;
  counted_.out_of_step += counters.out_of_step - slot.counted.out_of_step;
  slot.counted = counters;
  if (slot.session.is_online() != slot.was_online) {
    slot.was_online = slot.session.is_online();
    counted_.online += slot.was_online ? 1 : -1;
  }
}

// ---- what sessions ask for

void SessionsDriver::obey(const std::string& key, Slot& slot, IncomingBatch& batch) {
  // What a store sells now does not wait behind what another has been collecting for weeks.
  const bool is_live = batch.plain_bytes <= kLiveBytesMax && !batch.opens_epoch && !batch.gap && slot.at_writer == 0 && !queue_.has(key);
  if (is_live)
    submit(key, std::move(batch), Priority::kRequest);
  else
    queue_.push(key, std::move(batch));
}
void SessionsDriver::obey(const std::string&, Slot& slot, const WantEpoch& want) {
  const auto position = registry_.epoch(want.agent_id, want.epoch);
  if (position)
    slot.session.epoch_loaded(want.epoch, *position, wall_);
  else
    slot.session.epoch_failed(want.epoch, position.error().detail);
}
void SessionsDriver::obey(const std::string& key, Slot&, const EnrollRequested& request) {
  registry_.enrol(request.key, request, [this, key, post = post_](Result<std::pair<AgentId, LocationId>> result) {
    post([this, key, result = std::move(result)] {
      const auto found = slots_.find(key);
      if (found == slots_.end()) return;
      if (result)
        found->second.session.enrolled(result->first, result->second);
      else
        found->second.session.enroll_refused(result.error().detail);
      touch(key, found->second);
    });
  });
}
void SessionsDriver::obey(const std::string&, Slot& slot, const StatusArrived& status) {
  registry_.status(status.key, status, wall_);
  registry_.key_used(status.agent_id, status.key);  // where it could not be written with the welcome
  if (!slot.commands.empty()) send_commands(slot);
}
void SessionsDriver::obey(const std::string& key, Slot& slot, const RequestArrived& arrived) {
  const wire::Request& request = arrived.request;
  if (request.method == kAvailabilityMethod) {
    StockAnswer known = registry_.availability(arrived.location, request.body, wall_);
    return slot.session.reply({request.request_id, known.status, std::move(known.body)});
  }
  if (request.method == kOfferKeyMethod) {
    return registry_.offer_key(arrived.agent_id, request.body, [this, key, id = request.request_id, post = post_](StockAnswer answer) {
      post([this, key, id, answer = std::move(answer)] { reply(key, id, answer); });
    });
  }
  auto demand = read_agent_request(request.method, request.body);
  if (!demand) return slot.session.reply({request.request_id, demand.error().status, to_problem_json(demand.error())});
  StockRequest asked;
  asked.scope = "agent:" + arrived.agent_id.value;
  asked.who = asked.scope;
  asked.location = arrived.location;
  asked.demand = std::move(*demand);
  DecideRequest command{std::move(asked), [this, key, id = request.request_id, post = post_](Result<StockAnswer> decided) {
                          StockAnswer answer = decided ? std::move(*decided) : answer_of(decided.error());
                          post([this, key, id, answer = std::move(answer)] { reply(key, id, answer); });
                        }};
  if (const auto submitted = writer_.submit(Priority::kRequest, std::move(command)); !submitted) {
    StockAnswer refusal = answer_of(submitted.error());
    slot.session.reply({request.request_id, refusal.status, std::move(refusal.body)});
  }
}
void SessionsDriver::reply(const std::string& key, const std::string& request_id, const StockAnswer& answer) {
  const auto found = slots_.find(key);
  if (found == slots_.end()) return;
  found->second.session.reply({request_id, answer.status, answer.body});
  touch(key, found->second);
}
void SessionsDriver::obey(const std::string&, Slot& slot, const CommandResultArrived& result) {
  slot.commands.erase(result.result.command_id);
  registry_.command_result(result.agent_id, result.result);
  log::info("command result", {{"agent_id", result.agent_id.view()}, {"command_id", result.result.command_id}, {"ok", result.result.ok}});
}
void SessionsDriver::obey(const std::string&, Slot& slot, const WantInbox& want) {
  auto items = registry_.inbox_items(want.agent_id, want.after);
  if (!items) log::write(log::Level::kWarning, "outbound items not read", items.error(), {{"agent_id", want.agent_id.view()}});
  slot.session.deliver(items ? std::move(*items) : std::vector<wire::InboxItem>{});
}
void SessionsDriver::obey(const std::string&, Slot&, const InboxDelivered& delivered) { registry_.inbox_delivered(delivered.agent_id, delivered.no); }
void SessionsDriver::obey(const std::string&, Slot&, const IdentityConflict& conflict) {
  log::error("identity conflict: two machines speak with one key, sync of both is paused", {{"agent_id", conflict.agent_id.view()}});
  registry_.conflict(conflict);
}
void SessionsDriver::obey(const std::string&, Slot&, const ConflictMachineSeen& seen) { registry_.machine_seen(seen); }
void SessionsDriver::obey(const std::string&, Slot& slot, const Connected& connected) {
  log::info("agent connected", {{"agent_id", connected.agent_id.view()}, {"version", connected.version}});
  slot.agent_id = connected.agent_id;
  slot.commands.clear();  // what was on its way went with the line
  send_commands(slot);
  registry_.key_used(connected.agent_id, connected.key);
  registry_.connected(connected, [this, post = post_] { post([this] { inbox_advanced(); }); });
}
void SessionsDriver::obey(const std::string&, Slot&, const Disconnected& gone) { log::info("agent disconnected", {{"agent_id", gone.agent_id.view()}}); }

void SessionsDriver::commands_advanced(const AgentId& agent_id) {
  const auto found = slots_.find(agent_id.value);
  if (found == slots_.end() || !found->second.session.is_online()) return;  // at its next welcome
  send_commands(found->second);
  touch(agent_id.value, found->second);
}

/// Each once, and again when no answer has come for a while: a line may have broken under it. The agent does it once.
void SessionsDriver::send_commands(Slot& slot) {
  const auto open = registry_.open_commands(slot.agent_id, wall_);
  if (!open) return log::write(log::Level::kWarning, "commands not read", open.error(), {{"agent_id", slot.agent_id.view()}});
  std::map<std::string, Duration> on_their_way;
  std::vector<std::string> fresh;
  for (const wire::Command& command : *open) {
    const auto sent = slot.commands.find(command.command_id);
    const bool is_due = sent == slot.commands.end() || now_ - sent->second >= kCommandPatience;
    if (is_due) slot.session.send_command(command);
    if (sent == slot.commands.end()) fresh.push_back(command.command_id);
    on_their_way[command.command_id] = is_due ? now_ : sent->second;
  }
  slot.commands = std::move(on_their_way);
  if (!fresh.empty()) registry_.commands_sent(std::move(fresh));
}

/// Keeps a few batches waiting at the writer, in the order of turns.
void SessionsDriver::feed_writer() {
  // One at a time: making it ready takes a while, in which others may have sold something.
  may_feed_more_ = false;
  if (writer_.bulk_waiting() >= kWriterAhead) return;
  auto next = queue_.take();
  if (!next) return;
  auto& [key, batch] = *next;
  submit(key, std::move(batch), Priority::kBulk);
  may_feed_more_ = queue_.size() > 0 && writer_.bulk_waiting() < kWriterAhead;
  // The writer calls back after each of ours, so a queue that is full of ours is looked at again without a timer.
}

/// What all agents together may have here uncommitted is bounded: many share it, few have a whole window each.
void SessionsDriver::share_credit() {
  const auto online = static_cast<std::int64_t>(std::max<std::uint64_t>(counted_.online, 1));
  const auto share = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(kWaitingBytesMax / online)));
  const std::int64_t credit = std::clamp(share, std::min(kCreditBytesMin, options_.credit_bytes), options_.credit_bytes);
  if (credit == std::exchange(credit_bytes_, credit)) return;
  for (auto& [key, slot] : slots_) {
    slot.session.set_credit(credit);
    touch(key, slot);
  }
}

void SessionsDriver::submit(const std::string& key, IncomingBatch batch, Priority priority) {
  Slot& slot = slot_of(key);
  CommitDocuments command;
  command.documents.reserve(batch.events.size());
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    wire::Event& event = batch.events[i];
    IncomingDocument document;
    document.agent_id = batch.agent_id;
    document.epoch = batch.epoch;
    document.seq = batch.first_seq + i;
    document.chain = batch.chains[i];
    document.location = batch.location;
    document.kind = event.kind;
    document.agent_received_at = event.received_at;
    document.correlation_id = std::move(event.correlation_id);
    document.content_hash = event.content_hash;
    document.payload = std::move(event.payload);
    document.clock_skew = batch.clock_skew;
    prepare(document);
    command.documents.push_back(std::move(document));
  }
  std::uint64_t last_seq = batch.first_seq + batch.events.size() - 1;
  ChainHash chain;
  if (batch.gap) {
    last_seq = batch.gap->last_seq;
    chain = batch.gap->chain;
    command.gap = GapDeclared{batch.agent_id, batch.location, *batch.gap};
  } else if (!batch.chains.empty()) {
    chain = batch.chains.back();
  }
  command.cursor = CursorMoved{batch.agent_id, batch.epoch, last_seq, chain};
  command.done = [this, key, post = post_, epoch = batch.epoch, first = batch.first_seq, last_seq, chain](
                     Result<std::vector<DocumentOutcome>> result) {
    std::optional<std::string> problem;
    if (!result) problem = to_string(result.error());
    post([this, key, epoch, first, last_seq, chain, problem] { answered(key, epoch, first, last_seq, chain, problem); });
  };
  if (batch.opens_epoch) queue_.hold(key);
  ++slot.at_writer;
  ++at_writer_;
  if (const auto submitted = writer_.submit(priority, std::move(command)); !submitted)
    answered(key, batch.epoch, batch.first_seq, last_seq, chain, submitted.error().detail);
}

void SessionsDriver::answered(const std::string& key, const EpochId& epoch, std::uint64_t first, std::uint64_t last, const ChainHash& chain,
              const std::optional<std::string>& problem) {
  Slot& slot = slot_of(key);
  --slot.at_writer;
  --at_writer_;
  if (!problem) {
    slot.session.committed(epoch, last, chain);
  } else {
    log::warning("documents not committed", {{"detail", *problem}, {"seq", static_cast<std::int64_t>(first)}});
    slot.session.failed(epoch, first, *problem);
    // What came behind it cannot be committed either: its place is not taken.
    for (const auto& batch : queue_.drop(key)) slot.session.failed(batch.epoch, batch.first_seq, *problem);
  }
  queue_.release(key);
  touch(key, slot);
}

}  // namespace tillsync::hub
