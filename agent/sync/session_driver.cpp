#include "agent/sync/session_driver.h"

#include <algorithm>

#include "common/crypto/crypto.h"
#include "common/log/log.h"

namespace tillsync::agent {
namespace {

std::string reason_of(wire::FaultCode code) {
  switch (code) {
    case wire::FaultCode::kConflict: return "conflict";
    case wire::FaultCode::kRevoked: return "revoked";
    case wire::FaultCode::kNotEnrolled: return "not_enrolled";
    default: return "unsupported";
  }
}

constexpr std::string_view kDrainCommand = "drain", kRotateCommand = "rotate_keys";
constexpr Duration kOfferAgain = seconds(10);  // from an offer of keys without an answer to the same one again
constexpr std::size_t kRoundsMax = 16;  // of reading rows and sending them, before the sockets are looked at again

}  // namespace

Result<std::unique_ptr<SessionDriver>> SessionDriver::open(SessionOptions options, KeyRecord keys, sql::Connection& connection, SyncPort& port,
                                                           SessionDriverPorts ports) {
  TS_ASSIGN_OR_RETURN(const OutboxState state, OutboxReader(connection).state());
  TS_ASSIGN_OR_RETURN(const std::uint64_t inbox_cursor, InboxReader(connection).last_no());
  return std::unique_ptr<SessionDriver>(new SessionDriver(std::move(options), std::move(keys), state, inbox_cursor, connection, port, std::move(ports)));
}

SessionDriver::SessionDriver(SessionOptions options, KeyRecord keys, const OutboxState& state, std::uint64_t inbox_cursor, sql::Connection& connection,
                             SyncPort& port, SessionDriverPorts ports)
    : options_(std::move(options)),
      outbox_(connection),
      inbox_(connection),
      port_(port),
      ports_(std::move(ports)),
      session_(options_, state, inbox_cursor),
      seen_seq_(state.last_seq),
      ring_(std::move(keys)) {}

void SessionDriver::outbox_advanced(std::uint64_t last_seq, Duration now) {
  seen_seq_ = last_seq;
  session_.outbox_advanced(last_seq, now);
}

void SessionDriver::link_up(wire::Lane lane, Duration now, Instant wall) { session_.link_up(lane, now, wall); }
void SessionDriver::link_down(wire::Lane lane, Duration now) { session_.link_down(lane, now); }
void SessionDriver::handle_frame(wire::Lane lane, BytesView frame, Duration now, Instant wall) { session_.handle_frame(lane, frame, now, wall); }

bool SessionDriver::run(Duration now, Instant wall) {
  now_ = now;
  wall_ = wall;
  for (const auto& answer : std::exchange(answers_, {})) answer();
  if (const auto due = session_.poll_timeout(); due && *due <= now) session_.handle_timeout(now, wall);
  // What is sent makes room for rows, and rows that were read can be sent: until neither moves, but not for ever, because
  // acknowledgements want to be read.
  for (std::size_t round = 0; round < kRoundsMax; ++round) {
    bool moved = false;
    while (auto event = session_.poll_event()) {
      std::visit([this](auto& what) { obey(what); }, *event);
      moved = true;
    }
    while (auto frame = session_.poll_transmit(now)) {
      ports_.send(frame->lane, std::move(frame->bytes));
      moved = true;
    }
    if (!moved) return false;
  }
  return true;
}

// ---- what the session asks for

void SessionDriver::obey(const WantRows& want) {
  auto rows = outbox_.rows(want.first_seq, want.count_max, want.bytes_max);
  if (!rows) log::write(log::Level::kError, "outbox not read", rows.error());
  session_.rows_loaded(rows ? std::move(*rows) : std::vector<OutboxRow>{}, now_);
}
void SessionDriver::obey(const WantChainAt& want) {
  auto chain = outbox_.chain_at(want.seq);
  if (!chain) log::write(log::Level::kError, "outbox not read", chain.error());
  session_.chain_loaded(want.seq, chain ? *chain : std::nullopt, now_);
}
void SessionDriver::obey(const WantRebase& want) {
  log::warning("the hub knows another history: a new epoch begins, what it has not confirmed is sent again",
               {{"first_seq", static_cast<std::int64_t>(want.first_seq)}});
  port_.submit_rebase(random_fixed<EpochId>(), want.first_seq, want.incarnation, [this, post = ports_.post](Result<OutboxState> result) {
    post([this, result = std::move(result)] { answers_.push_back([this, result] {
      if (result) {
        session_.rebased(*result, now_);
        return;
      }
      log::write(log::Level::kError, "epoch not begun", result.error());
      if (auto state = outbox_.state()) session_.rebased(*state, now_);
    }); });
  });
}
void SessionDriver::obey(const WantAckStored& want) { port_.submit_ack(want.incarnation, want.seq, want.chain); }
void SessionDriver::obey(WantInboxStored& want) {
  port_.submit_inbox(std::move(want.items), [this, post = ports_.post](Result<std::uint64_t> result) {
    post([this, result = std::move(result)] {
      if (result) {
        session_.inbox_stored(*result);
      } else {
        log::write(log::Level::kError, "inbox not written", result.error());
        session_.inbox_failed();
      }
    });
  });
}
void SessionDriver::obey(const WantStatus&) {
  wire::Status status;
  status.boot = options_.boot;
  status.version = options_.version;
  status.now = wall_;
  if (const auto stats = outbox_.stats()) {
    status.backlog = stats->waiting;
    if (stats->oldest_waiting) status.oldest_unsent_s = std::max<std::int64_t>(0, (status.now - *stats->oldest_waiting).micros / 1'000'000);
  }
  ports_.describe_machine(status);
  port_.describe_config(status);
  status.refused = port_.refused_documents();
  status.inbox_cursor = inbox_.last_no().value_or(0);
  session_.status_collected(std::move(status), now_);
  if (ring_.is_to_be_offered() && now_ - offered_at_ >= kOfferAgain) advance_keys();  // its answer was lost with a line
}
void SessionDriver::obey(const WantReconnect& want) { reconnect_ = {want.reason, false}; }
void SessionDriver::obey(const ReplyArrived& arrived) {
  if (!take_offer_reply(arrived.reply)) port_.reply_arrived(arrived.reply);
}
void SessionDriver::obey(const CommandArrived& arrived) {
  if (arrived.command.name == kDrainCommand) {
    const auto stats = outbox_.stats();
    session_.drain(now_);
    return session_.command_done({arrived.command.command_id, true, stats ? "{\"backlog\":" + std::to_string(stats->waiting) + "}" : std::string("{}")});
  }
  log::info("the hub's command", {{"command", arrived.command.name}, {"command_id", arrived.command.command_id}});
  if (arrived.command.name == kRotateCommand) return rotate_keys(arrived.command.command_id);
  port_.command_arrived(arrived.command, [this, post = ports_.post](wire::CommandResult result) {
    post([this, result = std::move(result)] { session_.command_done(result); });
  });
}
void SessionDriver::obey(const Paused& paused) {
  const bool is_about_key = paused.code == wire::FaultCode::kNotEnrolled || paused.code == wire::FaultCode::kRevoked;
  if (is_about_key && tries_other_keys_) return;
  tries_other_keys_ = false;
  log::error("sync is paused until a person decides; the doors go on", {{"detail", paused.text}});
  pause_text_ = paused.text;
  pause_reason_ = reason_of(paused.code);
}
void SessionDriver::obey(const LinkReady& ready) {
  log::info("linked to the hub", {{"clock_skew_ms", ready.clock_skew.micros / 1'000}});
  clock_skew_ = ready.clock_skew;
  pause_text_.clear();
  pause_reason_.clear();
  hub_version_ = ready.hub_version;
  tries_other_keys_ = false;
  if (reconnect_) return;  // by the pair before
  ring_.welcomed();
  advance_keys();
}

}  // namespace tillsync::agent
