// What the session says and asks, one frame at a time. How both ends get on with each other is tests/sim.
#include "agent/sync/agent_session.h"

#include <catch2/catch.hpp>

#include "common/base/limits.h"
#include "common/sync/chain.h"

using namespace tillsync;
using namespace tillsync::agent;
using wire::Lane;

namespace {

/// A session with its clock and everything that it said and asked.
struct Talk {
  explicit Talk(OutboxState state = fresh(), std::uint64_t inbox_cursor = 0) : session(options(), state, inbox_cursor), outbox(state) {}

  static OutboxState fresh() {
    OutboxState state;
    state.epoch.data[0] = 'e';
    return state;
  }
  static SessionOptions options() {
    SessionOptions made;
    made.version = "1.2.3";
    made.boot.data[0] = 'b';
    return made;
  }

  void up() {
    session.link_up(Lane::kData, now, wall());
    session.link_up(Lane::kControl, now, wall());
    collect();
  }
  void hear(Lane lane, const wire::Message& message) {
    session.handle_frame(lane, wire::encode(message), now, wall());
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
    while (auto frame = session.poll_transmit(now)) said.push_back({frame->lane, *wire::decode(frame->bytes)});
  }

  template <class Frame>
  std::vector<Frame> all_said() const {
    std::vector<Frame> found;
    for (const auto& [lane, message] : said)
      if (const auto* frame = std::get_if<Frame>(&message)) found.push_back(*frame);
    return found;
  }
  template <class Event>
  std::vector<Event> all_asked() const {
    std::vector<Event> found;
    for (const auto& event : events)
      if (const auto* asked = std::get_if<Event>(&event)) found.push_back(*asked);
    return found;
  }

  wire::Welcome welcome_for(const wire::Hello& hello) const {
    wire::Welcome welcome;
    welcome.hello_no = hello.hello_no;
    welcome.session = 77;
    welcome.incarnation.data[0] = 'i';
    welcome.epoch = hello.epoch;
    welcome.credit_bytes = 4'000'000;
    welcome.now = wall();
    return welcome;
  }
  /// Up and welcomed by a hub that knows nothing.
  void open() {
    up();
    hear(Lane::kData, welcome_for(all_said<wire::Hello>().back()));
    REQUIRE(session.is_ready());
  }
  /// Sells one document and sends it.
  void sell_one() {
    OutboxRow row;
    row.seq = ++outbox.last_seq;
    row.chain = sync::chain_next(sync::chain_seed(outbox.epoch), row.event.content_hash);
    session.outbox_advanced(row.seq, now);
    collect();
    session.rows_loaded({row}, now);
    collect();
  }
  void fault(Lane lane, wire::FaultCode code, Bytes nonce = "") { hear(lane, wire::Fault{code, "because", false, std::move(nonce)}); }
  Instant wall() const { return Instant{1'000'000'000 + now.micros}; }

  Duration now = seconds(1'000);
  AgentSession session;
  OutboxState outbox;
  std::vector<std::pair<Lane, wire::Message>> said;
  std::vector<SessionEvent> events;
};

}  // namespace

TEST_CASE("agent session: says hello with what it has and attaches its control lane", "[sync]") {
  OutboxState state = Talk::fresh();
  state.last_seq = 9;
  state.acked_seq = 4;
  Talk talk(state, 12);
  talk.up();
  const auto hellos = talk.all_said<wire::Hello>();
  REQUIRE(hellos.size() == 1);
  CHECK(hellos[0].epoch == state.epoch);
  CHECK(hellos[0].last_seq == 9);
  CHECK(hellos[0].acked_seq == 4);
  CHECK(hellos[0].inbox_cursor == 12);
  CHECK(hellos[0].hello_no == 1);
  CHECK(talk.all_said<wire::Attach>().size() == 1);
  CHECK_FALSE(talk.session.is_ready());
}

TEST_CASE("agent session: a welcome that answers another hello, or names another epoch, is not taken", "[sync]") {
  Talk talk;
  talk.up();
  wire::Welcome late = talk.welcome_for(talk.all_said<wire::Hello>().back());
  late.hello_no = 0;
  talk.hear(Lane::kData, late);
  CHECK_FALSE(talk.session.is_ready());
  wire::Welcome other = talk.welcome_for(talk.all_said<wire::Hello>().back());
  other.epoch.data[0] = 'x';
  talk.hear(Lane::kData, other);
  CHECK_FALSE(talk.session.is_ready());
}

TEST_CASE("agent session: the clock's skew is what the hub says, less half of the way", "[sync]") {
  Talk talk;
  talk.up();
  wire::Welcome welcome = talk.welcome_for(talk.all_said<wire::Hello>().back());
  welcome.now = welcome.now + seconds(90);
  talk.now = talk.now + seconds(2);
  talk.hear(Lane::kData, welcome);
  REQUIRE(talk.all_asked<LinkReady>().size() == 1);
  CHECK(talk.all_asked<LinkReady>()[0].clock_skew == seconds(89));
}

TEST_CASE("agent session: an acknowledgement is stored once it is checked", "[sync]") {
  Talk talk;
  talk.open();
  talk.sell_one();
  const auto events = talk.all_said<wire::Events>();
  REQUIRE(events.size() == 1);
  CHECK(events[0].session == 77);
  const std::size_t stored = talk.all_asked<WantAckStored>().size();
  talk.hear(Lane::kData, wire::Ack{77, talk.outbox.epoch, 1, events[0].chain, 4'000'000});
  REQUIRE(talk.all_asked<WantAckStored>().size() == stored + 1);
  CHECK(talk.all_asked<WantAckStored>().back().seq == 1);
  CHECK(talk.session.acked_seq() == 1);
}

TEST_CASE("agent session: an acknowledgement with another chain is not stored, hello is said again", "[sync]") {
  Talk talk;
  talk.open();
  talk.sell_one();
  talk.hear(Lane::kData, wire::Ack{77, talk.outbox.epoch, 1, ChainHash{}, 4'000'000});
  CHECK(talk.session.acked_seq() == 0);
  CHECK_FALSE(talk.session.is_ready());
  talk.wait(seconds(2));
  CHECK(talk.all_said<wire::Hello>().size() >= 2);
}

TEST_CASE("agent session: out of step answers come slower and slower, not in a storm", "[sync]") {
  Talk talk;
  talk.up();
  for (int i = 0; i < 600; ++i) {
    if (talk.session.poll_timeout()) talk.wait(seconds(1));
    const auto hello = talk.all_said<wire::Hello>().back();
    if (hello.hello_no != static_cast<std::uint64_t>(talk.all_said<wire::Hello>().size())) continue;
    talk.hear(Lane::kData, talk.welcome_for(hello));
    if (talk.session.is_ready()) talk.fault(Lane::kData, wire::FaultCode::kBusy);
  }
  CHECK(talk.all_said<wire::Hello>().size() < 200);
  CHECK(talk.all_said<wire::Hello>().size() > 20);
}

TEST_CASE("agent session: a chain that the hub never takes begins a new epoch", "[sync]") {
  Talk talk;
  talk.open();
  for (int i = 0; i < 20 && talk.all_asked<WantRebase>().empty(); ++i) {
    talk.fault(Lane::kData, wire::FaultCode::kOutOfStep);
    talk.wait(seconds(16));
    talk.hear(Lane::kData, talk.welcome_for(talk.all_said<wire::Hello>().back()));
  }
  REQUIRE(talk.all_asked<WantRebase>().size() == 1);
  CHECK(talk.all_asked<WantRebase>()[0].first_seq == 1);
}

TEST_CASE("agent session: superseded, it proves that it lives, at most once a second", "[sync]") {
  Talk talk;
  talk.open();
  talk.fault(Lane::kData, wire::FaultCode::kSuperseded, "n1");
  talk.wait(milliseconds(1));
  REQUIRE(talk.all_said<wire::Hello>().back().proof == "n1");
  const std::size_t hellos = talk.all_said<wire::Hello>().size();
  for (int i = 0; i < 50; ++i) {
    talk.fault(Lane::kData, wire::FaultCode::kSuperseded, "n2");
    talk.wait(milliseconds(10));
  }
  CHECK(talk.all_said<wire::Hello>().size() <= hellos + 1);
  talk.wait(seconds(2));
  CHECK(talk.all_said<wire::Hello>().back().proof.empty() == false);
}

TEST_CASE("agent session: what only a person can mend pauses it; it asks again every minute and tells once", "[sync]") {
  for (const auto code : {wire::FaultCode::kConflict, wire::FaultCode::kRevoked, wire::FaultCode::kNotEnrolled, wire::FaultCode::kUnsupported}) {
    Talk talk;
    talk.up();
    for (int minute = 0; minute < 5; ++minute) {
      talk.fault(Lane::kData, code);
      CHECK(talk.session.is_paused());
      const std::size_t hellos = talk.all_said<wire::Hello>().size();
      talk.wait(seconds(59));
      CHECK(talk.all_said<wire::Hello>().size() == hellos);
      for (int second = 0; second < 7 && talk.all_said<wire::Hello>().size() == hellos; ++second) talk.wait(seconds(1));
      CHECK(talk.all_said<wire::Hello>().size() == hellos + 1);
    }
    CHECK(talk.all_asked<Paused>().size() == 1);
    CHECK(talk.all_asked<WantReconnect>().empty());
    talk.hear(Lane::kData, talk.welcome_for(talk.all_said<wire::Hello>().back()));
    CHECK(talk.session.is_ready());
  }
}

TEST_CASE("agent session: status goes out with each heartbeat, with what only the session knows", "[sync]") {
  Talk talk(Talk::fresh(), 12);
  talk.open();
  for (int beat = 0; beat < 4; ++beat) {
    REQUIRE(talk.all_asked<WantStatus>().size() == static_cast<std::size_t>(beat + 1));
    talk.session.status_collected({}, talk.now);
    talk.collect();
    talk.hear(Lane::kControl, wire::Credit{4'000'000});
    talk.hear(Lane::kData, wire::Credit{4'000'000});
    talk.wait(seconds(15));
  }
  REQUIRE(talk.all_said<wire::Status>().size() == 4);
  CHECK(talk.all_said<wire::Status>()[0].boot == Talk::options().boot);
  CHECK(talk.all_said<wire::Status>()[0].inbox_cursor == 12);
}

TEST_CASE("agent session: a lane that stays silent for three heartbeats opens the link anew, one that speaks does not", "[sync]") {
  for (const bool control_silent : {false, true}) {
    Talk talk;
    talk.open();
    for (int beat = 0; beat < 10; ++beat) {
      talk.session.status_collected({}, talk.now);
      talk.hear(control_silent ? Lane::kData : Lane::kControl, wire::Credit{4'000'000});
      talk.wait(seconds(15));
      if (beat == 1) CHECK(talk.all_asked<WantReconnect>().empty());
    }
    CHECK(talk.all_asked<WantReconnect>().size() == 1);
  }
}

TEST_CASE("agent session: without a welcome hello is repeated, then the link is opened anew", "[sync]") {
  Talk talk;
  talk.up();
  talk.wait(seconds(60));
  CHECK(talk.all_said<wire::Hello>().size() >= 3);
  REQUIRE(talk.all_asked<WantReconnect>().size() == 1);
  CHECK_FALSE(talk.session.poll_timeout());  // the loop brings the next link
}

TEST_CASE("agent session: documents that are never acknowledged are sent again behind a new hello", "[sync]") {
  Talk talk;
  talk.open();
  talk.sell_one();
  for (int i = 0; i < 5; ++i) {
    talk.wait(seconds(10));
    talk.hear(Lane::kData, wire::Credit{4'000'000});
    talk.hear(Lane::kControl, wire::Credit{4'000'000});
  }
  CHECK(talk.all_said<wire::Hello>().size() == 2);
  CHECK(talk.all_asked<WantReconnect>().empty());
}

TEST_CASE("agent session: inbox items are stored once and in order", "[sync]") {
  Talk talk(Talk::fresh(), 10);
  talk.open();
  talk.hear(Lane::kData, wire::Deliver{10, {{11, "k", "a", ""}, {15, "k", "b", ""}}});
  REQUIRE(talk.all_asked<WantInboxStored>().size() == 1);
  CHECK(talk.all_said<wire::Delivered>().empty());  // only after COMMIT
  talk.hear(Lane::kData, wire::Deliver{10, {{11, "k", "a", ""}, {15, "k", "b", ""}}});  // came twice
  CHECK(talk.all_asked<WantInboxStored>().size() == 1);
  talk.session.inbox_stored(15);
  talk.collect();
  CHECK(talk.all_said<wire::Delivered>().back().no == 15);
  talk.hear(Lane::kData, wire::Deliver{20, {{21, "k", "c", ""}}});  // something in between was lost
  CHECK(talk.all_asked<WantInboxStored>().size() == 1);
  CHECK(talk.all_said<wire::Delivered>().back().no == 15);
  talk.hear(Lane::kData, wire::Deliver{15, {{17, "k", "c", ""}, {16, "k", "d", ""}}});  // out of order
  CHECK(talk.all_asked<WantInboxStored>().size() == 1);
}

TEST_CASE("agent session: inbox items that could not be stored are taken when they come again", "[sync]") {
  Talk talk;
  talk.open();
  talk.hear(Lane::kData, wire::Deliver{0, {{1, "k", "a", ""}}});
  talk.session.inbox_failed();
  talk.hear(Lane::kData, wire::Deliver{0, {{1, "k", "a", ""}}});
  CHECK(talk.all_asked<WantInboxStored>().size() == 2);
}

TEST_CASE("agent session: requests wait for the welcome; too long or too many are answered here", "[sync]") {
  Talk talk;
  talk.session.send_request({"r-1", "m", 0, "{}"});
  talk.session.send_request({"r-2", "m", 0, std::string(kControlFrameBytesMax, 'x')});
  for (int i = 0; i < 300; ++i) talk.session.send_request({"more", "m", 0, ""});
  talk.collect();
  const auto replies = talk.all_asked<ReplyArrived>();
  REQUIRE_FALSE(replies.empty());
  CHECK(replies[0].reply.request_id == "r-2");
  CHECK(replies[0].reply.status == 413);
  CHECK(replies.back().reply.status == 503);
  talk.open();
  REQUIRE_FALSE(talk.all_said<wire::Request>().empty());
  CHECK(talk.all_said<wire::Request>()[0].request_id == "r-1");
}

TEST_CASE("agent session: a command is handed on and its result told, also after the link was down", "[sync]") {
  Talk talk;
  talk.open();
  talk.hear(Lane::kControl, wire::Command{"k-1", "verify", "{}"});
  REQUIRE(talk.all_asked<CommandArrived>().size() == 1);
  talk.session.link_down(Lane::kControl, talk.now);
  talk.session.command_done({"k-1", true, "{}"});
  talk.collect();
  CHECK(talk.all_said<wire::CommandResult>().empty());
  talk.session.link_up(Lane::kControl, talk.now, talk.wall());
  talk.collect();
  CHECK(talk.all_said<wire::CommandResult>().size() == 1);
}

TEST_CASE("agent session: a control lane that the hub does not know attaches again, slowly", "[sync]") {
  Talk talk;
  talk.open();
  for (int i = 0; i < 20; ++i) {
    talk.fault(Lane::kControl, wire::FaultCode::kOutOfStep);
    talk.wait(milliseconds(100));
  }
  const std::size_t attached = talk.all_said<wire::Attach>().size();
  CHECK(attached >= 2);
  CHECK(attached <= 4);
}

TEST_CASE("agent session: garbage and unknown frames change nothing; an error is not answered", "[sync]") {
  Talk talk;
  talk.open();
  const std::size_t said = talk.said.size();
  talk.session.handle_frame(Lane::kData, "garbage", talk.now, talk.wall());
  talk.session.handle_frame(Lane::kData, "", talk.now, talk.wall());
  talk.fault(Lane::kData, wire::FaultCode::kUnsupported);
  talk.hear(Lane::kData, wire::Enroll{});  // the hub does not say this
  CHECK(talk.session.is_ready());
  CHECK(talk.said.size() == said);
  talk.session.handle_frame(Lane::kData, BytesView("\x93\x01\x60\x80", 4), talk.now, talk.wall());
  talk.collect();
  REQUIRE(talk.all_said<wire::Fault>().size() == 1);
  CHECK(talk.all_said<wire::Fault>()[0].code == wire::FaultCode::kUnsupported);
}

TEST_CASE("agent session: a lane that is down hears nothing", "[sync]") {
  Talk talk;
  talk.open();
  talk.session.link_down(Lane::kData, talk.now);
  CHECK_FALSE(talk.session.is_ready());
  talk.hear(Lane::kData, talk.welcome_for(talk.all_said<wire::Hello>().back()));
  CHECK_FALSE(talk.session.is_ready());
}

TEST_CASE("agent session: drain says hello at once that was put off, and reports", "[sync]") {
  Talk talk;
  talk.open();
  const auto hellos = talk.all_said<wire::Hello>().size();
  for (int i = 0; i < 4; ++i) talk.fault(Lane::kData, wire::FaultCode::kBusy);
  talk.collect();
  CHECK(talk.all_said<wire::Hello>().size() == hellos);  // it waits
  talk.session.drain(talk.now);
  talk.session.handle_timeout(talk.now, talk.wall());
  talk.collect();
  CHECK(talk.all_said<wire::Hello>().size() == hellos + 1);
}

TEST_CASE("agent session: a report goes out without waiting for the heartbeat", "[sync]") {
  Talk talk;
  talk.open();
  const auto asked = talk.all_asked<WantStatus>().size();
  talk.session.report(talk.now);
  talk.collect();
  CHECK(talk.all_asked<WantStatus>().size() == asked + 1);
}
