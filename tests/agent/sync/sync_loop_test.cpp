// The loop over real sockets and a real database, with the hub played by the test.
#include "agent/sync/sync_loop.h"

#include <catch2/catch.hpp>

#include <mutex>

#include "agent/inbox/inbox.h"
#include "agent/outbox/outbox.h"
#include "common/base/limits.h"
#include "common/sync/chain.h"
#include "tests/agent/data_folder.h"
#include "tests/common/transport/loopback.h"

namespace tillsync::agent {
namespace {

using transport::eventually;

IncarnationId hub_life() {
  IncarnationId id;
  id.data[0] = 'h';
  return id;
}

/// The agent's side without the loop: database, and a port that writes at once on the caller's thread.
struct Store : SyncPort {
  Store() : connection(open_database(folder)) {
    outbox = std::move(*Outbox::open(*connection));
    inbox = std::move(*Inbox::open(*connection));
  }
  std::uint64_t sell(int count) {
    const std::lock_guard lock(mutex);
    in_transaction(*connection, [&]() -> Result<int> {
      for (int i = 0; i < count; ++i) {
        NewRow row;
        row.payload = "document " + std::to_string(++sold);
        row.identity_key = row.payload;
        const Sha256Digest digest = sha256({row.payload});
        row.content_hash = {digest};
        row.event_id = *EventId::from_view(BytesView(digest.data(), EventId::kSize));
        TS_ASSIGN_OR_RETURN(const auto appended, outbox->append({row}));
        REQUIRE(appended.size() == 1);
      }
      return 0;
    }).value();
    return outbox->state().last_seq;
  }
  void reply_arrived(const wire::Reply& reply) override {
    const std::lock_guard lock(mutex);
    replies.push_back(reply);
  }
  void submit_ack(const IncarnationId& incarnation, std::uint64_t seq, const ChainHash& chain) override {
    const std::lock_guard lock(mutex);
    if (outbox->acknowledge(incarnation, seq, chain)) acked = outbox->state().acked_seq;
  }
  void submit_inbox(std::vector<wire::InboxItem> items, std::function<void(Result<std::uint64_t>)> done) override {
    {
      const std::lock_guard lock(mutex);
      in_transaction(*connection, [&]() -> Result<int> {
        TS_RETURN_IF_ERROR(inbox->append(items));
        return 0;
      }).value();
      inbox_no = items.back().no;
    }
    done(items.back().no);
  }
  void submit_rebase(const EpochId& epoch, std::uint64_t first_seq, const IncarnationId& incarnation,
                     std::function<void(Result<OutboxState>)> done) override {
    const std::lock_guard lock(mutex);
    done(in_transaction(*connection, [&] { return outbox->rebase(epoch, first_seq, incarnation); }));
  }
  std::uint64_t refused_documents() override { return 3; }

  TemporaryFolder folder;
  std::mutex mutex;
  std::vector<wire::Reply> replies;
  std::unique_ptr<sql::Connection> connection;
  std::unique_ptr<Outbox> outbox;
  std::unique_ptr<Inbox> inbox;
  int sold = 0;
  std::atomic<std::uint64_t> acked = 0, inbox_no = 0;
};

/// The hub's socket; speaks only when the test says so.
struct Hub {
  Hub() { bind("tcp://127.0.0.1:*"); }
  void bind(const std::string& endpoint) {
    REQUIRE(eventually([&] {
      auto bound = transport::RouterSocket::bind_curve(context, endpoint, keys, [](std::string_view) { return true; }, kFrameBytesMax);
      if (bound) router = std::move(*bound);
      return router != nullptr;
    }));
  }
  /// The next frame of this kind; others are kept in mind (the data connection) and passed over.
  template <class Frame>
  Frame expect() {
    std::optional<Frame> found;
    REQUIRE(eventually([&] {
      while (auto frame = router->receive()) {
        auto message = wire::decode(frame->frame);
        REQUIRE(message);
        if (std::holds_alternative<wire::Hello>(*message)) data = frame->routing_id;
        if (auto* wanted = std::get_if<Frame>(&*message)) {
          found = *wanted;
          return true;
        }
      }
      return false;
    }));
    return *found;
  }
  void say(const wire::Message& message) { REQUIRE(router->send(data, wire::encode(message)) == transport::SendStatus::kSent); }
  void welcome(const wire::Hello& hello, std::uint64_t seq = 0, const ChainHash& chain = {}) {
    wire::Welcome made;
    made.hello_no = hello.hello_no;
    made.session = 5;
    made.incarnation = hub_life();
    made.epoch = hello.epoch;
    made.epoch_known = seq != 0;
    made.seq = seq;
    made.chain = chain;
    made.credit_bytes = static_cast<std::int64_t>(kWindowBytesMax);
    say(made);
  }

  transport::CurveKeyPair keys = transport::generate_key_pair();
  std::shared_ptr<transport::Context> context = transport::make_context();
  std::unique_ptr<transport::RouterSocket> router;
  Bytes data;
};

std::unique_ptr<SyncLoop> start(Store& store, const Hub& hub, std::vector<std::string> endpoints = {}) {
  SyncOptions options;
  options.endpoints = endpoints.empty() ? std::vector{hub.router->endpoint()} : std::move(endpoints);
  options.hub_key = hub.keys.public_key;
  const auto keys = transport::generate_key_pair();
  options.keys = KeyRecord({keys.public_key, keys.secret_key});
  options.database = store.folder.file("agent.db");
  options.version = "test";
  auto loop = SyncLoop::start(options, store);
  REQUIRE(loop);
  return std::move(*loop);
}

}  // namespace

TEST_CASE("agent sync loop: what was sold before and after the start reaches the hub and is acknowledged", "[agent][sync]") {
  Store store;
  store.sell(3);
  Hub hub;
  const auto loop = start(store, hub);
  hub.welcome(hub.expect<wire::Hello>());
  const auto first = hub.expect<wire::Events>();
  CHECK(first.events.size() == 3);
  hub.say(wire::Ack{5, first.epoch, 3, first.chain, 4'000'000});
  CHECK(eventually([&] { return store.acked == 3; }));
  CHECK(eventually([&] { return loop->state().is_up; }));
  CHECK(loop->state().clock_skew);
  loop->outbox_advanced(store.sell(1));
  const auto second = hub.expect<wire::Events>();
  CHECK(second.first_seq == 4);
  CHECK(second.events[0].payload == "document 4");
}

TEST_CASE("agent sync loop: its status names the backlog", "[agent][sync]") {
  Store store;
  store.sell(3);
  Hub hub;
  const auto loop = start(store, hub);
  hub.welcome(hub.expect<wire::Hello>());
  const auto status = hub.expect<wire::Status>();
  CHECK(status.backlog == 3);
  CHECK(status.refused == 3);
  CHECK(status.version == "test");
  CHECK_FALSE(status.host.empty());
}

TEST_CASE("agent sync loop: inbox items are durable before they are confirmed", "[agent][sync]") {
  Store store;
  Hub hub;
  const auto loop = start(store, hub);
  hub.welcome(hub.expect<wire::Hello>());
  hub.expect<wire::Status>();
  hub.say(wire::Deliver{0, {{4, "product/1", "a", "p"}}});
  CHECK(hub.expect<wire::Delivered>().no == 4);
  CHECK(store.inbox_no == 4);
}

TEST_CASE("agent sync loop: a hub that is ahead makes it begin a new epoch and send again", "[agent][sync]") {
  Store store;
  store.sell(2);
  Hub hub;
  const auto loop = start(store, hub);
  const auto hello = hub.expect<wire::Hello>();
  hub.welcome(hello, 50);
  const auto again = hub.expect<wire::Hello>();
  CHECK(again.epoch != hello.epoch);
  CHECK(again.first_seq == 1);
  hub.welcome(again);
  CHECK(hub.expect<wire::Events>().events.size() == 2);
}

TEST_CASE("agent sync loop: finds a hub again that was gone", "[agent][sync]") {
  Store store;
  Hub hub;
  const auto loop = start(store, hub);
  hub.welcome(hub.expect<wire::Hello>());
  REQUIRE(eventually([&] { return loop->state().is_up; }));
  const std::string endpoint = hub.router->endpoint();
  hub.router = nullptr;
  CHECK(eventually([&] { return !loop->state().is_up; }));
  CHECK_FALSE(loop->state().text.empty());
  loop->outbox_advanced(store.sell(1));
  hub.bind(endpoint);
  hub.welcome(hub.expect<wire::Hello>());
  CHECK(hub.expect<wire::Events>().events.size() == 1);
}

TEST_CASE("agent sync loop: goes on to the next endpoint when nobody answers at the first", "[agent][sync]") {
  Store store;
  Hub hub;
  std::string nobody;
  {
    Hub gone;
    nobody = gone.router->endpoint();
  }
  const auto loop = start(store, hub, {nobody, hub.router->endpoint()});
  CHECK(loop->state().endpoint == nobody);
  hub.expect<wire::Hello>();
  CHECK(loop->state().endpoint == hub.router->endpoint());
}

TEST_CASE("agent sync loop: paused by the hub it says why, and stops when it is told to", "[agent][sync]") {
  Store store;
  Hub hub;
  const auto loop = start(store, hub);
  hub.expect<wire::Hello>();
  hub.say(wire::Fault{wire::FaultCode::kRevoked, "this agent was revoked", false, ""});
  CHECK(eventually([&] { return loop->state().is_paused; }));
  CHECK(loop->state().text == "this agent was revoked");
  loop->stop();
  loop->stop();
  loop->outbox_advanced(7);
}

TEST_CASE("agent sync loop: does not start without endpoints, with a bad key or without a database", "[agent][sync]") {
  Store store;
  SyncOptions options;
  const auto keys = transport::generate_key_pair();
  options.keys = KeyRecord({keys.public_key, keys.secret_key});
  options.hub_key = keys.public_key;
  options.database = store.folder.file("agent.db");
  CHECK(SyncLoop::start(options, store).error().code == ErrorCode::kInvalid);
  options.endpoints = {"tcp://127.0.0.1:1"};
  options.hub_key = "short";
  CHECK(SyncLoop::start(options, store).error().code == ErrorCode::kInvalid);
  options.hub_key = keys.public_key;
  options.database = store.folder.file("missing.db");
  CHECK_FALSE(SyncLoop::start(options, store));
}

}  // namespace tillsync::agent
