// The command "rotate_keys" through the driver, with the hub played by the test: what is said, and what is on the disk before it.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agent/sync/session_driver.h"
#include "common/sync/chain.h"
#include "tests/agent/data_folder.h"

namespace tillsync::agent {
namespace {

using nlohmann::json;

/// What outlives a start of the agent: its database and its keys.
struct KeyDisk : SyncPort {
  KeyDisk() : connection(open_database(folder)) {
    REQUIRE(Outbox::open(*connection));
    REQUIRE(Inbox::open(*connection));
  }
  void submit_ack(const IncarnationId&, std::uint64_t, const ChainHash&) override {}
  void submit_inbox(std::vector<wire::InboxItem>, std::function<void(Result<std::uint64_t>)>) override {}
  void submit_rebase(const EpochId&, std::uint64_t, const IncarnationId&, std::function<void(Result<OutboxState>)>) override {}
  void reply_arrived(const wire::Reply& reply) override { other_replies.push_back(reply.request_id); }
  std::uint64_t refused_documents() override { return 0; }
  Result<KeyPair> make_keys() override {
    if (cannot_make) return fail(ErrorCode::kInternal, "make keys", "no random numbers");
    return KeyPair{"made-" + std::to_string(++made), "secret"};
  }
  Result<void> save_keys(const KeyRecord& saved) override {
    if (is_full) return fail(ErrorCode::kDiskFull, "save keys", "the disk is full");
    record = saved;
    return {};
  }

  TemporaryFolder folder;
  std::unique_ptr<sql::Connection> connection;
  KeyRecord record{{"first", "secret"}};
  int made = 0;
  bool is_full = false, cannot_make = false;
  std::vector<std::string> other_replies;
};

/// One start of the agent.
struct KeyTalk {
  explicit KeyTalk(KeyDisk& on) : disk(on) {
    auto opened = SessionDriver::open({"1", random_fixed<BootId>(), 1}, disk.record, *disk.connection, disk,
                                      {[this](wire::Lane, const Bytes& frame) { said.push_back(*wire::decode(frame)); }, [](const std::function<void()>& work) { work(); }, [](wire::Status&) {}});
    REQUIRE(opened);
    driver = std::move(*opened);
  }
  void run() { driver->run(now, Instant{now.micros}); }
  void link() {
    key = driver->keys().public_key;
    for (const wire::Lane lane : {wire::Lane::kData, wire::Lane::kControl}) driver->link_up(lane, now, Instant{now.micros});
    run();
  }
  /// As sync_loop does it; whether there was a wish.
  bool relink() {
    const auto wish = driver->take_reconnect();
    if (!wish) return false;
    CHECK(wish->with_other_keys);
    for (const wire::Lane lane : {wire::Lane::kData, wire::Lane::kControl}) driver->link_down(lane, now);
    link();
    return true;
  }
  void hear(wire::Lane lane, const wire::Message& message) {
    driver->handle_frame(lane, wire::encode(message), now, Instant{now.micros});
    run();
  }
  void welcome() {
    const wire::Hello hello = last<wire::Hello>();
    wire::Welcome made;
    made.hello_no = hello.hello_no;
    made.session = 5;
    made.incarnation.data[0] = 'h';
    made.epoch = hello.epoch;
    made.chain = sync::chain_seed(hello.epoch);
    made.credit_bytes = 1'000'000;
    hear(wire::Lane::kData, made);
  }
  void open() {
    link();
    welcome();
    REQUIRE(driver->is_ready());
  }
  void command(const std::string& id) { hear(wire::Lane::kControl, wire::Command{id, "rotate_keys", "{}"}); }
  void answer(int status, const std::string& detail = "") { hear(wire::Lane::kControl, wire::Reply{last<wire::Request>().request_id, status, json{{"detail", detail}}.dump()}); }
  void refuse_key(wire::FaultCode code = wire::FaultCode::kNotEnrolled, const std::string& text = "this key is not enrolled") { hear(wire::Lane::kData, wire::Fault{code, text, false, {}}); }
  template <class Frame>
  std::vector<Frame> all() const {
    std::vector<Frame> found;
    for (const auto& message : said)
      if (const auto* frame = std::get_if<Frame>(&message)) found.push_back(*frame);
    return found;
  }
  template <class Frame>
  Frame last() const {
    const auto found = all<Frame>();
    REQUIRE_FALSE(found.empty());
    return found.back();
  }

  KeyDisk& disk;
  Duration now = seconds(1'000);
  std::unique_ptr<SessionDriver> driver;
  std::string key;  // that the links were opened with
  std::vector<wire::Message> said;
};

}  // namespace

TEST_CASE("rotate keys: an offer whose answer was lost is made again with a later status", "[agent][sync]") {
  KeyDisk disk;
  KeyTalk talk(disk);
  talk.open();
  talk.command("k-1");
  const std::size_t offers = talk.all<wire::Request>().size();
  const std::size_t told = talk.all<wire::Status>().size();
  for (int round = 0; round < 600 && talk.all<wire::Status>().size() == told; ++round) {
    talk.now = talk.now + seconds(1);
    talk.run();
  }
  REQUIRE(talk.all<wire::Status>().size() > told);
  talk.run();
  REQUIRE(talk.all<wire::Request>().size() > offers);
  CHECK(talk.last<wire::Request>().request_id == talk.all<wire::Request>().front().request_id);
  talk.answer(200);
  CHECK(talk.relink());
}

TEST_CASE("rotate keys: stored, offered, used, done, in this order", "[agent][sync]") {
  KeyDisk disk;
  KeyTalk talk(disk);
  talk.open();
  CHECK(talk.key == "first");
  talk.command("k-1");
  REQUIRE(disk.record.next);
  CHECK(disk.record.next->pair.public_key == "made-1");
  CHECK_FALSE(disk.record.next->is_taken);
  const auto offer = talk.last<wire::Request>();
  CHECK(offer.method == "keys.offer");
  CHECK(json::parse(offer.body) == json{{"command_id", "k-1"}, {"public_key", "made-1"}});
  CHECK_FALSE(talk.relink());

  talk.answer(200);
  CHECK(disk.record.next->is_taken);
  REQUIRE(talk.relink());
  CHECK(talk.key == "made-1");
  CHECK(talk.all<wire::CommandResult>().empty());
  CHECK(disk.record.keys.front().public_key == "first");  // until the hub has welcomed the other

  talk.welcome();
  CHECK(disk.record.keys.front().public_key == "made-1");
  CHECK_FALSE(disk.record.next);
  const auto result = talk.last<wire::CommandResult>();
  CHECK(result.command_id == "k-1");
  CHECK(result.ok);
  CHECK(json::parse(result.body) == json{{"public_key", "made-1"}});
  talk.command("k-1");  // the result was lost
  CHECK(talk.all<wire::CommandResult>().size() == 2);
  CHECK(disk.made == 1);
  CHECK(disk.other_replies.empty());
  talk.hear(wire::Lane::kControl, wire::Reply{"a till's request", 200, "{}"});
  CHECK(disk.other_replies.size() == 1);
}

TEST_CASE("rotate keys: an agent that ends after any step goes on from there, with one pair", "[agent][sync]") {
  KeyDisk disk;
  {
    KeyTalk stored(disk);
    stored.open();
    stored.command("k-1");
  }
  {
    KeyTalk before_the_answer(disk);
    before_the_answer.open();
    CHECK(before_the_answer.key == "first");
    CHECK(json::parse(before_the_answer.last<wire::Request>().body).at("public_key") == "made-1");  // without being told again
    before_the_answer.answer(200);
  }
  {
    KeyTalk before_the_welcome(disk);
    before_the_welcome.link();
    CHECK(before_the_welcome.key == "made-1");
  }
  KeyTalk last(disk);
  last.open();
  CHECK(last.last<wire::CommandResult>().command_id == "k-1");
  CHECK(disk.record.keys.size() == 2);
  CHECK(disk.made == 1);
  KeyTalk after(disk);
  after.open();
  CHECK(after.key == "made-1");
  after.command("k-1");
  CHECK(after.last<wire::CommandResult>().ok);
  CHECK(disk.made == 1);
}

TEST_CASE("rotate keys: what cannot be made or stored is said, and nothing is offered", "[agent][sync]") {
  KeyDisk disk;
  KeyTalk talk(disk);
  talk.open();
  disk.cannot_make = true;
  talk.command("k-1");
  CHECK(talk.last<wire::CommandResult>().body.find("no random numbers") != std::string::npos);
  disk.cannot_make = false;
  disk.is_full = true;
  talk.command("k-2");
  CHECK_FALSE(talk.last<wire::CommandResult>().ok);
  CHECK(talk.last<wire::CommandResult>().body.find("disk") != std::string::npos);
  CHECK(talk.all<wire::Request>().empty());
  CHECK_FALSE(disk.record.next);
  disk.is_full = false;
  talk.command("k-3");
  CHECK(talk.all<wire::Request>().size() == 1);
}

TEST_CASE("rotate keys: a disk that fills up in between delays the change; the command that comes again ends it", "[agent][sync]") {
  KeyDisk disk;
  KeyTalk talk(disk);
  talk.open();
  talk.command("k-1");
  disk.is_full = true;
  talk.answer(200);
  CHECK_FALSE(talk.relink());  // not before it is stored that the hub has taken it
  disk.is_full = false;
  talk.command("k-1");
  talk.answer(200);
  REQUIRE(talk.relink());
  disk.is_full = true;
  talk.welcome();
  CHECK(talk.all<wire::CommandResult>().empty());
  disk.is_full = false;
  talk.command("k-1");
  CHECK(talk.last<wire::CommandResult>().ok);
  CHECK(disk.record.keys.front().public_key == "made-1");
}

TEST_CASE("rotate keys: what the hub refuses fails the command; what it cannot do now is offered again", "[agent][sync]") {
  KeyDisk disk;
  KeyTalk talk(disk);
  talk.open();
  talk.command("k-1");
  talk.answer(503, "the disk is full");
  CHECK(talk.all<wire::CommandResult>().empty());
  talk.command("k-1");
  CHECK(talk.all<wire::Request>().size() == 2);
  talk.answer(409, "another key was offered");
  CHECK_FALSE(talk.last<wire::CommandResult>().ok);
  CHECK(json::parse(talk.last<wire::CommandResult>().body).at("detail") == "another key was offered");
  CHECK_FALSE(talk.relink());
  talk.answer(200);  // late, to a question that is over
  CHECK_FALSE(talk.relink());
  talk.command("k-2");
  talk.answer(501);  // a hub that went back to an older version
  CHECK(talk.last<wire::CommandResult>().body.find("501") != std::string::npos);
}

TEST_CASE("rotate keys: a hub that was put back is met with the pair that it knows, and told the next one again", "[agent][sync]") {
  KeyDisk disk;
  KeyTalk talk(disk);
  talk.open();
  talk.command("k-1");
  talk.answer(200);
  REQUIRE(talk.relink());
  talk.refuse_key();
  REQUIRE(talk.relink());
  CHECK(talk.key == "first");
  talk.welcome();
  CHECK(talk.driver->is_ready());
  CHECK(talk.all<wire::Request>().size() == 2);
  CHECK_FALSE(disk.record.next->is_taken);
}

TEST_CASE("rotate keys: where every pair is refused, the first word is shown, and all are tried again with the next hello", "[agent][sync]") {
  KeyDisk disk;
  disk.record.keys.push_back({"older", "secret"});
  KeyTalk talk(disk);
  talk.link();
  talk.refuse_key(wire::FaultCode::kRevoked, "this agent was revoked");
  CHECK(talk.driver->pause_text() == "this agent was revoked");
  REQUIRE(talk.relink());
  CHECK(talk.key == "older");
  talk.refuse_key(wire::FaultCode::kRevoked, "this key was replaced");
  CHECK_FALSE(talk.relink());
  CHECK(talk.driver->is_paused());
  CHECK(talk.driver->pause_text() == "this agent was revoked");
  talk.refuse_key(wire::FaultCode::kRevoked, "this key was replaced");  // to the next hello
  REQUIRE(talk.relink());
  CHECK(talk.key == "first");
  talk.welcome();
  CHECK(talk.driver->is_ready());
  CHECK(talk.driver->pause_text().empty());
}

TEST_CASE("rotate keys: an agent with one pair, as a copy from before the change has, stays paused and says why", "[agent][sync]") {
  KeyDisk disk;
  KeyTalk talk(disk);
  talk.link();
  for (int hello = 0; hello < 3; ++hello) {
    talk.refuse_key(wire::FaultCode::kRevoked, "this key was replaced");
    CHECK_FALSE(talk.relink());
    CHECK(talk.driver->is_paused());
    CHECK(talk.driver->pause_text() == "this key was replaced");
  }
}

}  // namespace tillsync::agent
