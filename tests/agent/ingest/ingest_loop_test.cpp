#include "agent/ingest/ingest_loop.h"

#include <catch2/catch.hpp>
#include <set>

#include "common/sync/chain.h"
#include "tests/agent/ingest/loop_fixture.h"

namespace tillsync::agent {

TEST_CASE("ingest loop: answers survive a restart", "[agent][ingest]") {
  LoopFixture f;
  const auto first = f.till().ask(sale("1"));
  CHECK(first.at("code") == 201);
  f.restart();
  auto again = f.till().ask(sale("1"));
  CHECK(again.at("code") == 200);
  again["code"] = 201;
  CHECK(again == first);
  CHECK(f.till().ask(sale("2")).at("seq") == 2);
}

TEST_CASE("ingest loop: many in flight are all answered, once each and with dense numbers", "[agent][ingest]") {
  LoopFixture f;
  auto till = f.till();
  constexpr int kDocuments = 500;
  for (int i = 0; i < kDocuments; ++i) till.send(sale(std::to_string(i)));
  std::set<std::uint64_t> numbers;
  for (int i = 0; i < kDocuments; ++i) numbers.insert(nlohmann::json::parse(till.receive()).value("seq", std::uint64_t{0}));
  CHECK(numbers.size() == kDocuments);
  CHECK(*numbers.begin() == 1);
  CHECK(*numbers.rbegin() == kDocuments);
  CHECK(f.outbox_state().last_seq == kDocuments);
  CHECK(f.loop->counters().accepted == kDocuments);
  f.loop->stop();  // the listener is told behind the answers
  CHECK(f.outbox_seen == kDocuments);
}

TEST_CASE("ingest loop: members that fail are told so, the others are written", "[agent][ingest]") {
  LoopFixture f;
  std::promise<ErrorCode> failed;
  f.loop->submit([](Outbox&, Inbox&) -> Result<void> { return fail(ErrorCode::kInvalid, "test", "no"); },
                 [&](const Result<void>& outcome) { failed.set_value(outcome ? ErrorCode::kInternal : outcome.error().code); });
  CHECK(f.till().ask(sale("1")).at("code") == 201);
  CHECK(failed.get_future().get() == ErrorCode::kInvalid);
}

TEST_CASE("ingest loop: the hub's acknowledgement is recorded without a commit of its own at once", "[agent][ingest]") {
  LoopFixture f;
  f.till().ask(array_of_sales(1, 3));
  const auto hub = random_fixed<IncarnationId>();
  const auto chain = [&](std::uint64_t seq) { return **f.data->with_outbox([&](OutboxReader& outbox) { return outbox.chain_at(seq); }); };

  SECTION("within its delay") {
    f.loop->submit_ack(hub, 1, chain(1));
    f.loop->submit_ack(hub, 2, chain(2));
    const Duration end = os::monotonic() + seconds(kPatienceS);
    while (f.outbox_state().acked_seq == 0 && os::monotonic() < end) transport::wait_readable({}, milliseconds(5));
    CHECK(f.outbox_state().acked_seq == 2);
    CHECK(f.outbox_state().incarnation == hub);
  }
  SECTION("when the loop stops") {
    f.loop->submit_ack(hub, 3, chain(3));
    f.restart();
    CHECK(f.outbox_state().acked_seq == 3);
  }
  SECTION("a wrong one hurts nobody") {
    f.loop->submit_ack(hub, 99, chain(3));
    f.restart();
    CHECK(f.outbox_state().acked_seq == 0);
    CHECK(f.till().ask(sale("4")).at("code") == 201);
  }
}

TEST_CASE("ingest loop: a rebase forgets acknowledgements of the old epoch", "[agent][ingest]") {
  LoopFixture f;
  f.till().ask(array_of_sales(1, 3));
  const auto hub = random_fixed<IncarnationId>();
  const auto epoch = random_fixed<EpochId>();
  f.loop->submit_ack(hub, 3, ChainHash{});
  std::promise<Result<OutboxState>> done;
  f.loop->submit_rebase(epoch, 2, hub, [&](Result<OutboxState> state) { done.set_value(std::move(state)); });
  const auto state = done.get_future().get();
  REQUIRE(state);
  CHECK(state->epoch == epoch);
  CHECK(state->acked_seq == 1);
  f.restart();
  CHECK(f.outbox_state().acked_seq == 1);
  CHECK(f.outbox_state().epoch == epoch);

  std::promise<Result<OutboxState>> refused;
  f.loop->submit_rebase(epoch, 9, hub, [&](Result<OutboxState> result) { refused.set_value(std::move(result)); });
  CHECK_FALSE(refused.get_future().get());
}

TEST_CASE("ingest loop: inbox items are durable when it says so", "[agent][ingest]") {
  LoopFixture f;
  CHECK(f.deliver({{1, "pick/1", "a", "1"}, {2, "pick/1", "b", "2"}}) == 2);
  CHECK(f.deliver({{1, "pick/1", "a", "1"}}) == 2);  // old ones again
  f.restart();
  CHECK(f.data->with_inbox([](InboxReader& inbox) { return inbox.items(0, 10); })->size() == 2);
  CHECK(f.deliver({{3, "pick/1", "c", "3"}}) == 3);
}

TEST_CASE("ingest loop: timers run at their time, or when the loop stops", "[agent][ingest]") {
  LoopFixture f;
  std::promise<void> soon;
  std::atomic<int> late = 0;
  f.loop->run_at(os::monotonic() + seconds(3'600), [&] { ++late; });
  f.loop->run_at(os::monotonic() + milliseconds(1), [&] { soon.set_value(); });
  soon.get_future().get();
  CHECK(late == 0);
  f.stop();
  CHECK(late == 1);
}

TEST_CASE("ingest loop: what was taken before the stop is committed and answered, what comes behind is turned away", "[agent][ingest]") {
  LoopFixture f;
  auto till = f.till();
  constexpr int kDocuments = 200;
  for (int i = 0; i < kDocuments; ++i) till.send(sale(std::to_string(i)));
  till.receive();
  f.loop->stop();
  ErrorCode code = ErrorCode::kInternal;
  f.loop->submit([](Outbox&, Inbox&) -> Result<void> { return {}; },
                 [&](const Result<void>& outcome) { code = outcome ? ErrorCode::kInternal : outcome.error().code; });
  CHECK(code == ErrorCode::kShuttingDown);
  // Every accepted answer stands for a row on the disk; the till repeats the rest after the restart.
  f.restart();
  auto again = f.till();
  for (int i = 0; i < kDocuments; ++i) again.ask(sale(std::to_string(i)));
  CHECK(f.rows() == kDocuments);
}

TEST_CASE("ingest loop: a second start on the same folder continues, an endpoint in use is an error", "[agent][ingest]") {
  LoopFixture f;
  f.loop->stop();
  f.loop->stop();  // harmless
  auto other = IngestLoop::open({f.folder.path(), LocationId("GB"), "tcp://0.0.0.0:0", f.context});
  REQUIRE(other);
  const auto started = (*other)->start({});
  REQUIRE_FALSE(started);
  CHECK(started.error().code == ErrorCode::kDenied);  // loopback and ipc only
}

namespace {

/// Puts documents received so many microseconds ago into the outbox, all of them confirmed by the hub.
void put_confirmed(LoopFixture& f, const std::vector<Duration>& ages) {
  std::promise<Result<void>> done;
  f.loop->submit(
      [&](Outbox& outbox, Inbox&) -> Result<void> {
        std::vector<NewRow> rows;
        for (const Duration age : ages) {
          NewRow row;
          row.event_id = random_fixed<EventId>();
          row.content_hash = random_fixed<ContentHash>();
          row.received_at = os::now() - age;
          row.payload = "x";
          rows.push_back(row);
        }
        TS_RETURN_IF_ERROR(outbox.append(std::span<const NewRow>(rows)));
        return outbox.acknowledge(random_fixed<IncarnationId>(), outbox.state().last_seq, outbox.state().last_chain);
      },
      [&](const Result<void>& outcome) { done.set_value(outcome); });
  REQUIRE(done.get_future().get());
}

std::int64_t identities_held(const LoopFixture& f) {
  sql::SqliteOptions options;
  options.path = f.loop->database();
  options.mode = sql::OpenMode::kReadOnly;
  const auto connection = sql::open_sqlite(options);
  std::int64_t count = -1;
  REQUIRE(connection);
  REQUIRE((*connection)->query("SELECT count(*) FROM identity", {}, [&](const sql::Row& row) { count = row.integer(0); }));
  return count;
}

}  // namespace

TEST_CASE("ingest loop: what the hub has goes after 35 days, its identity after 400, and nothing a minute earlier", "[agent][ingest]") {
  LoopFixture f;
  constexpr Duration kMinute = seconds(60);
  constexpr Duration kPayloads = seconds(kPayloadRetentionDays * 86'400);
  constexpr Duration kIdentities = seconds(kIdentityRetentionDays * 86'400);
  put_confirmed(f, {kIdentities + kMinute, kIdentities - kMinute, kPayloads + kMinute, kPayloads - kMinute, Duration{0}});
  f.limits.first_prune = Duration{0};
  f.restart();
  const Duration end = os::monotonic() + seconds(kPatienceS);
  while ((f.outbox_state().oldest_held_seq < 4 || identities_held(f) > 4) && os::monotonic() < end)
    transport::wait_readable({}, milliseconds(5));
  CHECK(f.outbox_state().oldest_held_seq == 4);
  CHECK(f.rows() == 2);
  CHECK(identities_held(f) == 4);
  f.till().ask(sale("1"));  // a round through the loop behind the pruning: still the same
  CHECK(f.rows() == 3);
  CHECK(identities_held(f) == 5);
}

TEST_CASE("ingest loop: so many may wait for the disk, one more is told at once to come again", "[agent][ingest]") {
  LoopFixture f;
  std::promise<void> release, blocked;
  f.loop->run_at(os::monotonic(), [&] {
    blocked.set_value();
    release.get_future().wait();
  });
  blocked.get_future().wait();
  std::size_t written = 0;  // on the writer's thread
  std::promise<void> all;
  const auto nothing = [](Outbox&, Inbox&) -> Result<void> { return {}; };
  for (std::size_t i = 0; i < kQueuedMembersMax; ++i) {
    f.loop->submit(nothing, [&](const Result<void>& outcome) {
      if (outcome && ++written == kQueuedMembersMax) all.set_value();
    });
  }
  std::optional<ErrorCode> refused;
  f.loop->submit(nothing, [&](const Result<void>& outcome) { refused = outcome ? ErrorCode::kInternal : outcome.error().code; });  // on this thread: nobody waited
  CHECK(written == 0);
  CHECK(refused == ErrorCode::kUnavailable);
  release.set_value();
  REQUIRE(all.get_future().wait_for(std::chrono::seconds(kPatienceS)) == std::future_status::ready);
}

}  // namespace tillsync::agent
