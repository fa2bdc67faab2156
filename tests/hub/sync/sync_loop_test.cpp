// The loop over real sockets, with agent, registry and writer played by the test.
#include "hub/sync/sync_loop.h"

#include <catch2/catch.hpp>

#include <deque>
#include <mutex>

#include "common/base/limits.h"
#include "common/base/os.h"
#include "common/sync/chain.h"
#include "tests/common/transport/loopback.h"

namespace tillsync::hub {
namespace {

using transport::eventually;

struct Registry : RegistryPort {
  bool admits(std::string_view) override { return true; }
  AgentKnowledge knowledge(std::string_view peer_key) override {
    const std::lock_guard lock(mutex);
    const auto found = standings.find(std::string(peer_key));
    if (found == standings.end()) return {};
    return {found->second, AgentId{"a_1"}, LocationId{"GB"}};
  }
  void set(const std::string& key, AgentStanding standing) {
    const std::lock_guard lock(mutex);
    standings[key] = standing;
  }
  Result<std::optional<EpochPosition>> epoch(const AgentId&, const EpochId&) override { return std::optional<EpochPosition>{}; }
  void enrol(const std::string& key, const EnrollRequested& request, EnrolDone done) override {
    if (request.token != "good") return done(fail(ErrorCode::kDenied, "enrol", "the token is not known"));
    set(key, AgentStanding::kActive);
    done(std::pair{AgentId{"a_1"}, LocationId{"GB"}});
  }
  void seen(std::string_view, Instant) override {}
  void status(std::string_view, const StatusArrived&, Instant) override { ++statuses; }
  void conflict(const IdentityConflict&) override {}
  StockAnswer availability(const LocationId& location, BytesView body, Instant) override { return {200, "{\"at\":\"" + location.value + "\",\"asked\":" + std::string(body) + "}"}; }
  Result<std::vector<wire::InboxItem>> inbox_items(const AgentId&, std::uint64_t after) override {
    std::vector<wire::InboxItem> items;
    if (after < inbox_last) items.push_back({inbox_last, "product/1", "a", "p"});
    return items;
  }
  void inbox_delivered(const AgentId&, std::uint64_t no) override { delivered = no; }
  void connected(const Connected&, std::function<void()>) override { ++connects; }
  Result<std::vector<wire::Command>> open_commands(const AgentId&, Instant) override {
    const std::lock_guard lock(mutex);
    return commands;
  }
  void commands_sent(std::vector<std::string> ids) override { sent += static_cast<int>(ids.size()); }
  void command_result(const AgentId&, const wire::CommandResult& result) override {
    const std::lock_guard lock(mutex);
    std::erase_if(commands, [&](const wire::Command& command) { return command.command_id == result.command_id; });
    ++results;
  }

  std::mutex mutex;
  std::map<std::string, AgentStanding> standings;
  std::vector<wire::Command> commands;
  std::atomic<int> sent = 0, results = 0;
  std::atomic<int> statuses = 0, connects = 0;
  std::atomic<std::uint64_t> inbox_last = 0, delivered = 0;
};

/// Keeps commands until the test lets them be committed.
struct Writer : WriterPort {
  Result<void> submit(Priority, Command command) override {
    const std::lock_guard lock(mutex);
    commands.push_back(std::move(command));
    return {};
  }
  std::size_t bulk_waiting() const override {
    const std::lock_guard lock(mutex);
    return commands.size();
  }
  std::optional<CommitDocuments> take() {
    const std::lock_guard lock(mutex);
    if (commands.empty()) return std::nullopt;
    CommitDocuments taken = std::get<CommitDocuments>(std::move(commands.front()));
    commands.pop_front();
    return taken;
  }
  CommitDocuments expect() {
    std::optional<CommitDocuments> taken;
    REQUIRE(eventually([&] { return (taken = take()).has_value(); }));
    return std::move(*taken);
  }
  mutable std::mutex mutex;
  std::deque<Command> commands;
};

struct Stand {
  Stand() {
    SyncOptions options;
    options.endpoint = "tcp://127.0.0.1:*";
    options.keys = hub_keys;
    auto started = SyncLoop::start(options, registry, writer);
    REQUIRE(started);
    loop = std::move(*started);
    registry.set(keys.public_key, AgentStanding::kActive);
  }
  ~Stand() { loop->stop(); }

  std::unique_ptr<transport::DealerSocket> connect() {
    auto dealer = transport::DealerSocket::connect_curve(context, loop->endpoint(), keys, hub_keys.public_key, kFrameBytesMax);
    REQUIRE(dealer);
    return std::move(*dealer);
  }
  void say(transport::DealerSocket& dealer, const wire::Message& message) { REQUIRE(transport::send_eventually(dealer, wire::encode(message))); }
  template <class Frame>
  Frame expect(transport::DealerSocket& dealer) {
    std::optional<Frame> found;
    REQUIRE(eventually([&] {
      while (auto bytes = dealer.receive()) {
        auto message = wire::decode(*bytes);
        REQUIRE(message);
        if (auto* wanted = std::get_if<Frame>(&*message)) {
          found = *wanted;
          return true;
        }
      }
      return false;
    }));
    return *found;
  }
  wire::Welcome open(transport::DealerSocket& dealer, std::uint64_t hello_no = 1) {
    wire::Hello hello;
    hello.hello_no = hello_no;
    say(dealer, hello);
    return expect<wire::Welcome>(dealer);
  }
  static wire::Events batch(const wire::Welcome& welcome, std::uint64_t first, std::size_t count) {
    wire::Events events{welcome.session, welcome.epoch, first, sync::chain_seed(welcome.epoch), {}};
    for (std::uint64_t seq = 1; seq < first + count; ++seq) {
      wire::Event event;
      event.payload = "no document " + std::to_string(seq);
      event.content_hash.data[0] = static_cast<char>(seq);
      events.chain = sync::chain_next(events.chain, event.content_hash);
      if (seq >= first) events.events.push_back(std::move(event));
    }
    return events;
  }

  transport::CurveKeyPair hub_keys = transport::generate_key_pair(), keys = transport::generate_key_pair();
  Registry registry;
  Writer writer;
  std::shared_ptr<transport::Context> context = transport::make_context();
  std::unique_ptr<SyncLoop> loop;
};

}  // namespace

TEST_CASE("hub sync loop: documents reach the writer prepared, and are acknowledged when it has committed", "[hub][sync]") {
  Stand stand;
  const auto dealer = stand.connect();
  const auto welcome = stand.open(*dealer);
  CHECK(welcome.location.value == "GB");
  stand.say(*dealer, Stand::batch(welcome, 1, 3));
  CommitDocuments command = stand.writer.expect();
  REQUIRE(command.documents.size() == 3);
  CHECK(command.documents[2].seq == 3);
  CHECK(command.documents[2].agent_id.value == "a_1");
  CHECK(command.documents[2].payload == "no document 3");
  CHECK_FALSE(command.documents[2].decode_error.empty());  // prepared: it is no document
  REQUIRE(command.cursor);
  CHECK(command.cursor->seq == 3);
  stand.say(*dealer, wire::Delivered{});  // something else in between
  command.done(std::vector<DocumentOutcome>(3));
  CHECK(stand.expect<wire::Ack>(*dealer).seq == 3);
  CHECK(stand.loop->counters().online == 1);
  CHECK(stand.registry.connects == 1);
}

TEST_CASE("hub sync loop: nothing follows into the writer before a new epoch's first batch is committed", "[hub][sync]") {
  Stand stand;
  const auto dealer = stand.connect();
  const auto welcome = stand.open(*dealer);
  stand.say(*dealer, Stand::batch(welcome, 1, 1));
  stand.say(*dealer, Stand::batch(welcome, 2, 1));
  stand.say(*dealer, wire::Hello{});  // number 0: passed over, but shows that all before it was read
  CommitDocuments first = stand.writer.expect();
  REQUIRE(eventually([&] { return stand.loop->counters().frames_in == 4; }));
  CHECK_FALSE(stand.writer.take());
  first.done(std::vector<DocumentOutcome>(1));
  CHECK(stand.writer.expect().documents[0].seq == 2);
}

TEST_CASE("hub sync loop: a batch that could not be committed takes those behind it along", "[hub][sync]") {
  Stand stand;
  const auto dealer = stand.connect();
  const auto welcome = stand.open(*dealer);
  stand.say(*dealer, Stand::batch(welcome, 1, 1));
  stand.say(*dealer, Stand::batch(welcome, 2, 1));
  stand.writer.expect().done(fail(ErrorCode::kDiskFull, "commit", "no space left"));
  CHECK(stand.expect<wire::Fault>(*dealer).code == wire::FaultCode::kBusy);
  const auto again = stand.open(*dealer, 2);
  stand.say(*dealer, Stand::batch(again, 1, 2));
  CommitDocuments command = stand.writer.expect();
  CHECK(command.documents.size() == 2);  // not the dropped one
  command.done(std::vector<DocumentOutcome>(2));
  CHECK(stand.expect<wire::Ack>(*dealer).seq == 2);
}

TEST_CASE("hub sync loop: a gap reaches the writer as a gap", "[hub][sync]") {
  Stand stand;
  const auto dealer = stand.connect();
  const auto welcome = stand.open(*dealer);
  stand.say(*dealer, wire::Gap{welcome.session, welcome.epoch, 1, 9, ChainHash{}, "pruned"});
  CommitDocuments command = stand.writer.expect();
  REQUIRE(command.gap);
  CHECK(command.gap->gap.last_seq == 9);
  CHECK(command.cursor->seq == 9);
  command.done(std::vector<DocumentOutcome>{});
  CHECK(stand.expect<wire::Ack>(*dealer).seq == 9);
}

TEST_CASE("hub sync loop: enrolment turns an unknown key into an agent; a bad token does not", "[hub][sync]") {
  Stand stand;
  stand.keys = transport::generate_key_pair();
  const auto dealer = stand.connect();
  stand.say(*dealer, wire::Hello{});
  CHECK(stand.expect<wire::Fault>(*dealer).code == wire::FaultCode::kNotEnrolled);
  stand.say(*dealer, wire::Enroll{"bad", "pc", "1"});
  CHECK(stand.expect<wire::Fault>(*dealer).code == wire::FaultCode::kBadToken);
  stand.say(*dealer, wire::Enroll{"good", "pc", "1"});
  CHECK(stand.expect<wire::Enrolled>(*dealer).agent_id.value == "a_1");
  stand.open(*dealer);
  CHECK(eventually([&] { return stand.loop->counters().not_enrolled == 1; }));
}

TEST_CASE("hub sync loop: revoking takes effect with the next frame", "[hub][sync]") {
  Stand stand;
  const auto dealer = stand.connect();
  const auto welcome = stand.open(*dealer);
  stand.registry.set(stand.keys.public_key, AgentStanding::kRevoked);
  stand.say(*dealer, Stand::batch(welcome, 1, 1));
  CHECK(stand.expect<wire::Fault>(*dealer).code == wire::FaultCode::kRevoked);
  CHECK(eventually([&] { return stand.loop->counters().revoked == 1; }));
  CHECK_FALSE(stand.writer.take());
}

TEST_CASE("hub sync loop: garbage is answered and counted, and nothing else happens", "[hub][sync]") {
  Stand stand;
  const auto dealer = stand.connect();
  REQUIRE(transport::send_eventually(*dealer, "garbage"));
  CHECK(stand.expect<wire::Fault>(*dealer).code == wire::FaultCode::kMalformed);
  CHECK(eventually([&] { return stand.loop->counters().malformed == 1; }));
  stand.open(*dealer);
}

TEST_CASE("hub sync loop: what is new in the inbox goes out when it is told, and is confirmed", "[hub][sync]") {
  Stand stand;
  const auto dealer = stand.connect();
  stand.open(*dealer);
  stand.registry.inbox_last = 7;
  stand.loop->outbound_advanced();
  CHECK(stand.expect<wire::Deliver>(*dealer).items.at(0).no == 7);
  stand.say(*dealer, wire::Delivered{7});
  CHECK(eventually([&] { return stand.registry.delivered == 7; }));
}

TEST_CASE("hub sync loop: status reaches the registry and is answered on the control lane", "[hub][sync]") {
  Stand stand;
  const auto data = stand.connect();
  stand.open(*data);
  const auto control = stand.connect();
  stand.say(*control, wire::Attach{});
  stand.say(*control, wire::Status{});
  stand.expect<wire::Credit>(*control);
  CHECK(stand.registry.statuses == 1);
  stand.say(*control, wire::Request{"r-1", "reserve", 0, "{}"});
  CHECK(stand.expect<wire::Reply>(*control).request_id == "r-1");
}

TEST_CASE("hub sync loop: a command goes out when it is given, again with each welcome, and not once it is answered", "[hub][sync]") {
  Stand stand;
  const auto data = stand.connect(), control = stand.connect();
  stand.open(*data);
  stand.say(*control, wire::Attach{"1", {}});
  {
    const std::lock_guard lock(stand.registry.mutex);
    stand.registry.commands.push_back({"k-1", "verify", "{}"});
  }
  stand.loop->commands_advanced(AgentId{"a_nobody"});
  stand.loop->commands_advanced(AgentId{"a_1"});
  CHECK(stand.expect<wire::Command>(*control).command_id == "k-1");
  stand.loop->commands_advanced(AgentId{"a_1"});  // is on its way already
  stand.open(*data, 2);
  CHECK(stand.expect<wire::Command>(*control).command_id == "k-1");
  CHECK(eventually([&] { return stand.registry.sent == 2; }));
  stand.say(*control, wire::CommandResult{"k-1", true, "{}"});
  CHECK(eventually([&] { return stand.registry.results == 1; }));
  stand.open(*data, 3);
  stand.say(*control, wire::Status{});
  stand.expect<wire::Credit>(*control);
  CHECK(stand.registry.sent == 2);
}

TEST_CASE("hub sync loop: stops while the writer still has a batch, whose answer then comes too late", "[hub][sync]") {
  Stand stand;
  const auto dealer = stand.connect();
  stand.say(*dealer, Stand::batch(stand.open(*dealer), 1, 1));
  CommitDocuments command = stand.writer.expect();
  stand.loop->stop();
  command.done(std::vector<DocumentOutcome>(1));
  stand.loop->stop();
}

TEST_CASE("hub sync loop: a taken endpoint is an error", "[hub][sync]") {
  Stand stand;
  SyncOptions options;
  options.endpoint = stand.loop->endpoint();
  options.keys = stand.hub_keys;
  CHECK(SyncLoop::start(options, stand.registry, stand.writer).error().code == ErrorCode::kUnavailable);
  options.endpoint = "nonsense";
  CHECK(SyncLoop::start(options, stand.registry, stand.writer).error().code == ErrorCode::kInvalid);
}

}  // namespace tillsync::hub
