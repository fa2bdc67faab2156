// What the session answers and asks, one frame at a time. How both ends get on with each other is tests/sim.
#include "hub/sync/hub_session.h"

#include <catch2/catch.hpp>

#include "common/base/limits.h"
#include "common/sync/chain.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

BootId boot(char name) {
  BootId id;
  id.data[0] = name;
  return id;
}
EpochId epoch() {
  EpochId id;
  id.data[0] = 'e';
  return id;
}

struct Talk {
  Talk() : session(options()) {}
  static HubSessionOptions options() {
    HubSessionOptions made;
    made.incarnation.data[0] = 'i';
    made.credit_bytes = 1'000'000;
    made.nonce_seed = 1;
    return made;
  }

  void hear(const Bytes& connection, const wire::Message& message) { hear_bytes(connection, wire::encode(message)); }
  void hear_bytes(const Bytes& connection, BytesView bytes) {
    session.handle_frame(connection, bytes, {standing, AgentId{"a_1"}, LocationId{"GB"}}, now, wall(), "10.0.0." + connection);
    collect();
  }
  void wait(Duration time) {
    const Duration end = now + time;
    for (auto due = session.poll_timeout(); due && *due <= end; due = session.poll_timeout()) {
      now = std::max(now, *due);
      session.handle_timeout(now, wall());
      collect();
    }
    now = end;
  }
  void collect() {
    while (auto event = session.poll_event()) events.push_back(*std::move(event));
    while (auto frame = session.poll_transmit()) said.push_back({frame->connection, *wire::decode(frame->bytes)});
  }
  template <class Frame>
  std::vector<Frame> all_said(const Bytes& connection) const {
    std::vector<Frame> found;
    for (const auto& [to, message] : said)
      if (const auto* frame = std::get_if<Frame>(&message); frame != nullptr && to == connection) found.push_back(*frame);
    return found;
  }
  template <class Event>
  std::vector<Event> all_asked() const {
    std::vector<Event> found;
    for (const auto& event : events)
      if (const auto* asked = std::get_if<Event>(&event)) found.push_back(*asked);
    return found;
  }
  std::vector<wire::FaultCode> faults(const Bytes& connection) const {
    std::vector<wire::FaultCode> codes;
    for (const auto& fault : all_said<wire::Fault>(connection)) codes.push_back(fault.code);
    return codes;
  }

  wire::Hello hello(char name = 'b') {
    wire::Hello made;
    made.version = "1";
    made.boot = boot(name);
    made.hello_no = ++hellos;
    made.epoch = epoch();
    made.now = wall();
    return made;
  }
  /// Hello of an epoch that nobody knows, on connection "d"; control lane on "c".
  void open() {
    hear("d", hello());
    session.epoch_loaded(epoch(), std::nullopt, wall());
    collect();
    hear("c", wire::Attach{"1", boot('b')});
    REQUIRE(all_said<wire::Welcome>("d").size() == 1);
  }
  wire::Events batch(std::uint64_t first, std::uint64_t last) {
    wire::Events events_frame;
    events_frame.session = all_said<wire::Welcome>("d").back().session;
    events_frame.epoch = epoch();
    events_frame.first_seq = first;
    events_frame.chain = chain_at(last);
    events_frame.events.resize(last + 1 - first);
    return events_frame;
  }
  static ChainHash chain_at(std::uint64_t seq) {
    ChainHash chain = sync::chain_seed(epoch());
    for (std::uint64_t i = 0; i < seq; ++i) chain = sync::chain_next(chain, {});
    return chain;
  }
  Instant wall() const { return Instant{1'000'000'000 + now.micros}; }

  Duration now = seconds(1'000);
  AgentStanding standing = AgentStanding::kActive;
  HubSession session;
  std::uint64_t hellos = 0;
  std::vector<std::pair<Bytes, wire::Message>> said;
  std::vector<HubSessionEvent> events;
};

}  // namespace

TEST_CASE("hub session: a hello is answered when the epoch has been looked up", "[sync]") {
  Talk talk;
  talk.hear("d", talk.hello());
  REQUIRE(talk.all_asked<WantEpoch>().size() == 1);
  CHECK(talk.all_said<wire::Welcome>("d").empty());
  talk.session.epoch_loaded(epoch(), EpochPosition{epoch(), 5, Talk::chain_at(5)}, talk.wall());
  talk.collect();
  const auto welcomes = talk.all_said<wire::Welcome>("d");
  REQUIRE(welcomes.size() == 1);
  CHECK(welcomes[0].epoch_known);
  CHECK(welcomes[0].seq == 5);
  CHECK(welcomes[0].chain == Talk::chain_at(5));
  CHECK(welcomes[0].hello_no == 1);
  CHECK(welcomes[0].session != 0);
  CHECK(welcomes[0].incarnation == Talk::options().incarnation);
  CHECK(welcomes[0].location.value == "GB");
  CHECK(talk.session.is_online());
  CHECK(talk.all_asked<Connected>().size() == 1);
}

TEST_CASE("hub session: an epoch that could not be looked up asks the agent to come again", "[sync]") {
  Talk talk;
  talk.hear("d", talk.hello());
  talk.session.epoch_failed(epoch(), "no disk");
  talk.collect();
  CHECK(talk.faults("d") == std::vector{wire::FaultCode::kBusy});
}

TEST_CASE("hub session: acknowledges what is committed, and only that", "[sync]") {
  Talk talk;
  talk.open();
  talk.hear("d", talk.batch(1, 3));
  talk.hear("d", talk.batch(4, 5));
  const auto batches = talk.all_asked<IncomingBatch>();
  REQUIRE(batches.size() == 2);
  CHECK(batches[0].opens_epoch);
  CHECK(batches[0].chains.back() == Talk::chain_at(3));
  CHECK(batches[1].first_seq == 4);
  CHECK(talk.all_said<wire::Ack>("d").empty());
  talk.session.committed(epoch(), 3, Talk::chain_at(3));
  talk.collect();
  REQUIRE(talk.all_said<wire::Ack>("d").size() == 1);
  CHECK(talk.all_said<wire::Ack>("d")[0].seq == 3);
  talk.hear("d", talk.batch(6, 6));
  CHECK_FALSE(talk.all_asked<IncomingBatch>().back().opens_epoch);
}

TEST_CASE("hub session: one acknowledgement speaks for all commits since the last", "[sync]") {
  Talk talk;
  talk.open();
  for (std::uint64_t seq = 1; seq <= 10; ++seq) talk.hear("d", talk.batch(seq, seq));
  for (std::uint64_t seq = 1; seq <= 10; ++seq) talk.session.committed(epoch(), seq, Talk::chain_at(seq));
  talk.collect();
  REQUIRE(talk.all_said<wire::Ack>("d").size() == 1);
  CHECK(talk.all_said<wire::Ack>("d")[0].seq == 10);
}

TEST_CASE("hub session: a batch that came twice is acknowledged again, not committed again", "[sync]") {
  Talk talk;
  talk.open();
  talk.hear("d", talk.batch(1, 3));
  talk.session.committed(epoch(), 3, Talk::chain_at(3));
  talk.hear("d", talk.batch(1, 3));
  CHECK(talk.all_asked<IncomingBatch>().size() == 1);
  CHECK(talk.all_said<wire::Ack>("d").back().seq == 3);
}

TEST_CASE("hub session: what does not follow is told once; the rest of the pipeline is dropped in silence", "[sync]") {
  Talk talk;
  talk.open();
  talk.hear("d", talk.batch(5, 6));
  for (std::uint64_t seq = 7; seq < 30; ++seq) talk.hear("d", talk.batch(seq, seq));
  CHECK(talk.faults("d") == std::vector{wire::FaultCode::kOutOfStep});
  CHECK(talk.session.counters().out_of_step == 1);
  CHECK(talk.all_asked<IncomingBatch>().empty());
}

TEST_CASE("hub session: a hello waits until what the writer has is settled", "[sync]") {
  Talk talk;
  talk.open();
  talk.hear("d", talk.batch(1, 2));
  talk.hear("d", talk.batch(3, 4));
  talk.hear("d2", talk.hello());
  CHECK(talk.all_asked<WantEpoch>().size() == 1);
  talk.session.committed(epoch(), 2, Talk::chain_at(2));
  talk.collect();
  CHECK(talk.all_asked<WantEpoch>().size() == 1);
  talk.session.failed(epoch(), 3, "disk full");
  talk.collect();
  CHECK(talk.all_asked<WantEpoch>().size() == 2);
  CHECK(talk.all_said<wire::Ack>("d2").empty());
}

TEST_CASE("hub session: a failed commit asks the agent to come again later", "[sync]") {
  Talk talk;
  talk.open();
  talk.hear("d", talk.batch(1, 2));
  talk.session.failed(epoch(), 1, "disk full");
  talk.collect();
  CHECK(talk.faults("d") == std::vector{wire::FaultCode::kBusy});
  CHECK(talk.all_said<wire::Ack>("d").empty());
  CHECK(talk.session.pending_bytes() == 0);
}

TEST_CASE("hub session: a hello that came twice or late is not answered again", "[sync]") {
  Talk talk;
  const wire::Hello first = talk.hello();
  talk.hear("d", first);
  talk.session.epoch_loaded(epoch(), std::nullopt, talk.wall());
  talk.hear("d", first);
  talk.hear("d", first);
  CHECK(talk.all_asked<WantEpoch>().size() == 1);
}

TEST_CASE("hub session: an unknown key may only enrol, and is told the outcome", "[sync]") {
  Talk talk;
  talk.standing = AgentStanding::kUnknown;
  talk.hear("x", talk.hello());
  talk.hear("x", wire::Status{});
  talk.hear_bytes("x", "garbage");
  CHECK(talk.faults("x") == std::vector(3, wire::FaultCode::kNotEnrolled));
  CHECK(talk.session.counters().not_enrolled_frames == 3);
  talk.hear("x", wire::Enroll{"token", "pc", "1"});
  REQUIRE(talk.all_asked<EnrollRequested>().size() == 1);
  CHECK(talk.all_asked<EnrollRequested>()[0].token == "token");
  talk.session.enrolled(AgentId{"a_1"}, LocationId{"GB"});
  talk.collect();
  CHECK(talk.all_said<wire::Enrolled>("x").size() == 1);
  talk.hear("x", wire::Enroll{"bad", "pc", "1"});
  talk.session.enroll_refused("used up");
  talk.collect();
  CHECK(talk.faults("x").back() == wire::FaultCode::kBadToken);
  CHECK(talk.session.is_idle());
}

TEST_CASE("hub session: revoked from one frame to the next", "[sync]") {
  Talk talk;
  talk.open();
  talk.standing = AgentStanding::kRevoked;
  talk.hear("d", talk.batch(1, 2));
  CHECK(talk.faults("d") == std::vector{wire::FaultCode::kRevoked});
  CHECK(talk.all_asked<IncomingBatch>().empty());
  CHECK_FALSE(talk.session.is_online());
  CHECK(talk.all_asked<Disconnected>().size() == 1);
}

TEST_CASE("hub session: garbage is answered and counted; an error is not answered", "[sync]") {
  Talk talk;
  talk.open();
  talk.hear_bytes("d", "garbage");
  talk.hear_bytes("d", "");
  talk.hear_bytes("d", BytesView("\x93\x01\x60\x80", 4));
  CHECK(talk.session.counters().malformed_frames == 3);
  CHECK(talk.faults("d") == std::vector{wire::FaultCode::kMalformed, wire::FaultCode::kMalformed, wire::FaultCode::kUnsupported});
  talk.hear("d", wire::Fault{});
  CHECK(talk.faults("d").size() == 3);
  talk.hear("d", wire::Welcome{});  // an agent does not say this
  CHECK(talk.faults("d").back() == wire::FaultCode::kUnsupported);
  talk.hear("d", talk.batch(1, 1));
  CHECK(talk.all_asked<IncomingBatch>().size() == 1);
}

TEST_CASE("hub session: documents on a lane without a hello are out of step, on a superseded one nothing", "[sync]") {
  Talk talk;
  talk.hear("d", wire::Events{});
  CHECK(talk.faults("d") == std::vector{wire::FaultCode::kOutOfStep});
  talk.open();
  talk.hear("d2", talk.hello('c'));  // a new boot takes over
  talk.hear("d", talk.batch(1, 2));
  CHECK(talk.all_asked<IncomingBatch>().empty());
  CHECK(talk.faults("d").back() == wire::FaultCode::kSuperseded);
}

TEST_CASE("hub session: a proof of life against a boot that lives is a conflict, until a person heals it", "[sync]") {
  Talk talk;
  talk.open();
  talk.hear("d2", talk.hello('c'));
  talk.session.epoch_loaded(epoch(), std::nullopt, talk.wall());
  talk.collect();
  wire::Events alive = talk.batch(1, 1);
  alive.session = talk.all_said<wire::Welcome>("d2").back().session;
  talk.hear("d2", alive);
  wire::Hello proof = talk.hello('b');
  proof.proof = talk.all_said<wire::Fault>("d").back().nonce;
  talk.hear("d", proof);
  REQUIRE(talk.all_asked<IdentityConflict>().size() == 1);
  CHECK(talk.all_asked<IdentityConflict>()[0].current == boot('c'));
  CHECK(talk.all_asked<IdentityConflict>()[0].other == boot('b'));
  CHECK(talk.faults("d").back() == wire::FaultCode::kConflict);
  CHECK(talk.faults("d2").back() == wire::FaultCode::kConflict);

  talk.hear("d", talk.hello('b'));  // the registry has not written it yet
  CHECK(talk.faults("d").back() == wire::FaultCode::kConflict);
  talk.standing = AgentStanding::kConflict;
  talk.hear("d", talk.hello('b'));
  CHECK(talk.faults("d").back() == wire::FaultCode::kConflict);
  talk.session.committed(epoch(), 1, Talk::chain_at(1));
  talk.standing = AgentStanding::kActive;
  talk.hear("d", talk.hello('b'));
  CHECK(talk.all_asked<WantEpoch>().size() == 3);
}

TEST_CASE("hub session: told by the registry of a conflict, it stops at once", "[sync]") {
  Talk talk;
  talk.open();
  talk.session.paused_by_conflict();
  talk.session.paused_by_conflict();
  talk.collect();
  CHECK(talk.faults("d") == std::vector{wire::FaultCode::kConflict});
  CHECK(talk.faults("c") == std::vector{wire::FaultCode::kConflict});
  CHECK_FALSE(talk.session.is_online());
}

TEST_CASE("hub session: a status that was minutes on its way makes no clock wrong, and a wrong clock shows", "[sync]") {
  Talk talk;
  talk.open();
  wire::Status status;
  status.boot = boot('b');
  const auto skew_of = [&](Duration agent_ahead, Duration way) {
    status.now = talk.wall() - way + agent_ahead;
    status.hub_now = talk.wall() - way - milliseconds(20);  // the welcome's own way
    talk.hear("c", status);
    return talk.all_asked<StatusArrived>().back().clock_skew;
  };
  CHECK(skew_of(Duration{0}, milliseconds(20)) == Duration{0});
  CHECK(skew_of(Duration{0}, seconds(140)) == Duration{0});
  CHECK(skew_of(seconds(90), milliseconds(20)) == milliseconds(20) - seconds(90));
  CHECK(skew_of(seconds(90), seconds(60)) == seconds(60) - seconds(90));  // as much as is certain
  CHECK(skew_of(seconds(-90), milliseconds(20)) == seconds(90) - milliseconds(20));
  CHECK(skew_of(seconds(-90), seconds(140)) == seconds(90) - milliseconds(20));
}

TEST_CASE("hub session: an agent that was told of more than the hub has proves that the database was put back", "[sync]") {
  const auto is_lost = [](std::uint64_t acked, std::optional<std::uint64_t> held, bool same_hub) {
    Talk talk;
    auto hello = talk.hello();
    hello.first_seq = 3;
    hello.last_seq = hello.acked_seq = acked;
    hello.incarnation = same_hub ? Talk::options().incarnation : IncarnationId{};
    talk.hear("d", hello);
    talk.session.epoch_loaded(epoch(), held ? std::optional(EpochPosition{epoch(), *held, Talk::chain_at(*held)}) : std::nullopt, talk.wall());
    talk.collect();
    return talk.all_asked<Connected>().at(0).history_lost;
  };
  CHECK_FALSE(is_lost(5, 5, true));
  CHECK(is_lost(6, 5, true));
  CHECK_FALSE(is_lost(6, 5, false));           // the hub said so itself, or is another one
  CHECK_FALSE(is_lost(2, std::nullopt, true)); // nothing of this epoch was ever confirmed
  CHECK(is_lost(3, std::nullopt, true));
}

TEST_CASE("hub session: a status is answered on both lanes and keeps the agent on line", "[sync]") {
  Talk talk;
  talk.open();
  wire::Status status;
  status.boot = boot('b');
  for (int beat = 0; beat < 10; ++beat) {
    talk.wait(seconds(15));
    status.now = talk.wall() - seconds(3);
    talk.hear("c", status);
  }
  CHECK(talk.session.is_online());
  CHECK(talk.all_said<wire::Credit>("c").size() == 10);
  CHECK(talk.all_said<wire::Credit>("d").size() == 10);
  REQUIRE(talk.all_asked<StatusArrived>().size() == 10);
  CHECK(talk.all_asked<StatusArrived>()[0].clock_skew == seconds(3));
  talk.wait(seconds(49));
  CHECK(talk.session.is_online());
  talk.wait(seconds(2));
  CHECK_FALSE(talk.session.is_online());
  CHECK(talk.all_asked<Disconnected>().size() == 1);
  talk.hear("c", status);
  CHECK(talk.session.is_online());
}

TEST_CASE("hub session: a control lane that never attached, or of a superseded boot, is not heard", "[sync]") {
  Talk talk;
  talk.open();
  wire::Status status;
  status.boot = boot('b');
  talk.hear("c9", status);
  CHECK(talk.faults("c9") == std::vector{wire::FaultCode::kOutOfStep});
  talk.hear("d2", talk.hello('c'));
  talk.hear("c", wire::Attach{"1", boot('b')});
  talk.hear("c", status);
  CHECK(talk.all_asked<StatusArrived>().empty());
}

TEST_CASE("hub session: a control lane may attach before its boot says hello", "[sync]") {
  Talk talk;
  talk.hear("c", wire::Attach{"1", boot('b')});
  talk.hear("d", talk.hello());
  talk.session.epoch_loaded(epoch(), std::nullopt, talk.wall());
  talk.session.send_command({"k-1", "verify", ""});
  talk.collect();
  CHECK(talk.all_said<wire::Command>("c").size() == 1);
}

TEST_CASE("hub session: commands wait for the control lane", "[sync]") {
  Talk talk;
  talk.session.send_command({"k-1", "verify", ""});
  talk.open();
  CHECK(talk.all_said<wire::Command>("c").size() == 1);
  talk.hear("c", wire::CommandResult{"k-1", true, ""});
  CHECK(talk.all_asked<CommandResultArrived>().size() == 1);
}

TEST_CASE("hub session: a request waits for its document, but not for ever, and not beyond a bound", "[sync]") {
  Talk talk;
  talk.open();
  talk.hear("c", wire::Request{"now", "m", 0, ""});
  talk.hear("c", wire::Request{"later", "m", 1, ""});
  talk.hear("c", wire::Request{"later", "m", 1, ""});  // asked again
  talk.hear("c", wire::Request{"never", "m", 99, ""});
  REQUIRE(talk.all_asked<RequestArrived>().size() == 1);
  talk.hear("d", talk.batch(1, 1));
  talk.session.committed(epoch(), 1, Talk::chain_at(1));
  talk.collect();
  REQUIRE(talk.all_asked<RequestArrived>().size() == 2);
  CHECK(talk.all_asked<RequestArrived>()[1].request.request_id == "later");
  talk.wait(seconds(61));
  REQUIRE(talk.all_said<wire::Reply>("c").size() == 1);
  CHECK(talk.all_said<wire::Reply>("c")[0].request_id == "never");
  CHECK(talk.all_said<wire::Reply>("c")[0].status == 503);
  for (int i = 0; i < 300; ++i) talk.hear("c", wire::Request{"many-" + std::to_string(i), "m", 99, ""});
  CHECK(talk.all_said<wire::Reply>("c").size() == 1 + 300 - 256);
}

TEST_CASE("hub session: the inbox is sent frame by frame, again when nothing is heard, and from the agent's cursor", "[sync]") {
  Talk talk;
  wire::Hello hello = talk.hello();
  hello.inbox_cursor = 7;
  talk.hear("d", hello);
  talk.session.epoch_loaded(epoch(), std::nullopt, talk.wall());
  talk.collect();
  REQUIRE(talk.all_asked<WantInbox>().size() == 1);
  CHECK(talk.all_asked<WantInbox>()[0].after == 7);
  talk.session.deliver({{9, "k", "a", ""}, {12, "k", "b", ""}});
  talk.collect();
  REQUIRE(talk.all_said<wire::Deliver>("d").size() == 1);
  CHECK(talk.all_said<wire::Deliver>("d")[0].after == 7);
  talk.wait(seconds(16));
  CHECK(talk.all_asked<WantInbox>().size() == 2);
  CHECK(talk.all_asked<WantInbox>()[1].after == 7);
  talk.session.deliver({{9, "k", "a", ""}, {12, "k", "b", ""}});
  talk.hear("d", wire::Delivered{12});
  CHECK(talk.all_asked<InboxDelivered>().size() == 1);
  CHECK(talk.all_asked<WantInbox>().back().after == 12);
  talk.session.deliver({});
  talk.session.inbox_advanced();
  talk.collect();
  CHECK(talk.all_asked<WantInbox>().size() == 4);
  talk.hear("d", wire::Delivered{12});  // came twice
  CHECK(talk.all_asked<InboxDelivered>().size() == 1);
}

TEST_CASE("hub session: a changed credit is told once and never above the window", "[sync]") {
  Talk talk;
  talk.open();
  talk.session.set_credit(500'000);
  talk.session.set_credit(500'000);
  talk.session.set_credit(99'000'000);
  talk.collect();
  const auto credits = talk.all_said<wire::Credit>("d");
  REQUIRE(credits.size() == 2);
  CHECK(credits[0].credit_bytes == 500'000);
  CHECK(credits[1].credit_bytes == 1'000'000);
}

TEST_CASE("hub session: a connection that is gone ends what is open, not what is being written", "[sync]") {
  Talk talk;
  talk.open();
  talk.hear("d", talk.batch(1, 2));
  CHECK(talk.session.speaks_on("d"));
  talk.session.connection_gone("d");
  talk.session.connection_gone("unknown");
  talk.collect();
  CHECK_FALSE(talk.session.speaks_on("d"));
  CHECK_FALSE(talk.session.is_online());
  CHECK_FALSE(talk.session.is_idle());
  talk.session.committed(epoch(), 2, Talk::chain_at(2));
  talk.collect();
  CHECK(talk.all_said<wire::Ack>("d").empty());
  CHECK(talk.session.is_idle());
}

TEST_CASE("hub session: a conflict names both machines, and who asks again while it lasts", "[sync]") {
  Talk talk;
  talk.open();
  wire::Status status;
  status.boot = boot('b');
  status.host = "till-1";
  talk.hear("c", status);
  talk.hear("d2", talk.hello('x'));  // takes over, and shows life
  talk.session.epoch_loaded(epoch(), std::nullopt, talk.wall());
  talk.collect();
  talk.hear("c2", wire::Attach{"1", boot('x')});
  wire::Events first = talk.batch(1, 1);
  first.session = talk.all_said<wire::Welcome>("d2").back().session;
  talk.hear("d2", first);
  wire::Hello proof = talk.hello('b');
  proof.proof = talk.all_said<wire::Fault>("d").back().nonce;
  talk.hear("d", proof);
  const auto conflicts = talk.all_asked<IdentityConflict>();
  REQUIRE(conflicts.size() == 1);
  REQUIRE(conflicts[0].machines.size() == 2);
  CHECK(conflicts[0].machines[0].boot == boot('x'));
  CHECK(conflicts[0].machines[0].address == "10.0.0.d2");
  CHECK(conflicts[0].machines[1].boot == boot('b'));
  CHECK(conflicts[0].machines[1].host == "till-1");
  CHECK(conflicts[0].machines[1].version == "1");
  talk.standing = AgentStanding::kConflict;
  talk.wait(seconds(60));
  talk.hear("d2", talk.hello('x'));
  const auto seen = talk.all_asked<ConflictMachineSeen>();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].machine.boot == boot('x'));
  CHECK(seen[0].machine.last_seen == talk.wall());
}

TEST_CASE("hub session: a command that waits is not sent twice", "[sync]") {
  Talk talk;
  talk.session.send_command({"k-1", "verify", ""});
  talk.session.send_command({"k-1", "verify", ""});
  talk.open();
  CHECK(talk.all_said<wire::Command>("c").size() == 1);
}

TEST_CASE("hub session: a replaced key is told so, and the agent's session by its newer key goes on", "[sync]") {
  Talk talk;
  talk.open();
  talk.standing = AgentStanding::kReplaced;
  talk.hear("copy", talk.hello('x'));
  talk.hear("copy", wire::Attach{"1", boot('x')});
  talk.hear("copy", wire::Enroll{"token", "pc", "1"});
  CHECK(talk.faults("copy") == std::vector(3, wire::FaultCode::kRevoked));
  CHECK(talk.all_said<wire::Fault>("copy").front().text.find("replaced") != std::string::npos);
  CHECK(talk.session.counters().revoked_frames == 3);
  CHECK(talk.session.is_online());
  CHECK(talk.all_asked<EnrollRequested>().empty());
  CHECK(talk.all_asked<Disconnected>().empty());
  talk.standing = AgentStanding::kActive;
  talk.hear("d", talk.batch(1, 1));
  CHECK(talk.all_asked<IncomingBatch>().size() == 1);
  CHECK(talk.faults("d").empty());
}

TEST_CASE("hub session: events name the key that they came by", "[sync]") {
  Talk talk;
  const auto hear_by = [&](const std::string& key, const Bytes& connection, const wire::Message& message) {
    talk.session.handle_frame(connection, wire::encode(message), {AgentStanding::kActive, AgentId{"a_1"}, LocationId{"GB"}, key}, talk.now, talk.wall());
    talk.collect();
  };
  hear_by("new", "d", talk.hello());
  hear_by("old", "c", wire::Attach{"1", boot('b')});  // late, by the link before
  talk.session.epoch_loaded(epoch(), std::nullopt, talk.wall());
  talk.collect();
  REQUIRE(talk.all_asked<Connected>().size() == 1);
  CHECK(talk.all_asked<Connected>()[0].key == "new");
  wire::Status status;
  status.boot = boot('b');
  hear_by("new", "c", status);
  REQUIRE(talk.all_asked<StatusArrived>().size() == 1);
  CHECK(talk.all_asked<StatusArrived>()[0].key == "new");
  hear_by("new", "e", wire::Enroll{"token", "pc", "1"});
  CHECK(talk.all_asked<EnrollRequested>()[0].key == "new");
}
