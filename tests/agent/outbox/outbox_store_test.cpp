#include <catch2/catch.hpp>

#include "agent/outbox/outbox.h"
#include "common/sync/chain.h"
#include "tests/agent/data_folder.h"

namespace tillsync::agent {
namespace {

ContentHash hash_of(const std::string& text) {
  const Sha256Digest digest = sha256({text});
  return *ContentHash::from_view({digest.data(), digest.size()});
}

NewRow row(const std::string& number, const std::string& content, Instant received_at = Instant{1'000}) {
  NewRow row;
  row.event_id = *EventId::from_view(BytesView(hash_of("id" + number).data.data(), EventId::kSize));
  row.identity_key = "GB-1/" + number;
  row.content_hash = hash_of(content);
  row.correlation_id = "c-" + number;
  row.received_at = received_at;
  row.payload = content;
  row.warnings = content == "doubtful" ? R"([{"code":"sum_mismatch"}])" : "";
  return row;
}

struct StoreFixture {
  TemporaryFolder folder;
  std::unique_ptr<sql::Connection> connection = open_database(folder);
  std::unique_ptr<Outbox> outbox = std::move(*Outbox::open(*connection));

  OutboxReader reader() { return OutboxReader(*connection); }
  std::vector<Appended> append(std::initializer_list<NewRow> rows) {
    return *in_transaction(*connection, [&] { return outbox->append(rows); });
  }
  Result<void> acknowledge(std::uint64_t seq) { return outbox->acknowledge(hub, seq, chain(seq)); }
  ChainHash chain(std::uint64_t seq) { return reader().chain_at(seq)->value(); }
  Result<OutboxState> rebase(const EpochId& epoch, std::uint64_t first) {
    return in_transaction(*connection, [&] { return outbox->rebase(epoch, first, hub); });
  }
  Pruned prune(std::int64_t payloads_before, std::int64_t identities_before) {
    return *in_transaction(*connection, [&] { return outbox->prune(Instant{payloads_before}, Instant{identities_before}); });
  }
  void reopen() {
    outbox.reset();
    connection.reset();
    connection = open_database(folder);
    outbox = std::move(*Outbox::open(*connection));
  }

  IncarnationId hub = random_fixed<IncarnationId>();
};

}  // namespace

TEST_CASE("outbox: a new one draws an epoch and keeps it", "[agent][outbox]") {
  StoreFixture f;
  const OutboxState first = f.outbox->state();
  CHECK_FALSE(first.epoch.is_zero());
  CHECK(first.last_seq == 0);
  CHECK(first.last_chain == sync::chain_seed(first.epoch));
  CHECK(first.acked_chain == sync::chain_seed(first.epoch));
  CHECK(first.incarnation.is_zero());
  f.reopen();
  CHECK(f.outbox->state().epoch == first.epoch);
}

TEST_CASE("outbox: new documents get dense numbers and chained hashes", "[agent][outbox]") {
  StoreFixture f;
  const auto results = f.append({row("1", "a"), row("2", "doubtful")});
  REQUIRE(results.size() == 2);
  CHECK(results[0].status == AppendStatus::kAccepted);
  CHECK(results[0].seq == 1);
  CHECK(results[1].seq == 2);
  CHECK(results[1].warnings == R"([{"code":"sum_mismatch"}])");
  const ChainHash one = sync::chain_next(sync::chain_seed(f.outbox->state().epoch), hash_of("a"));
  CHECK(f.outbox->state().last_chain == sync::chain_next(one, hash_of("doubtful")));

  const auto rows = *f.reader().rows(1, 10, 1'000);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].chain == one);
  CHECK(rows[0].event == wire::Event{wire::EventKind::kDocument, Instant{1'000}, "c-1", hash_of("a"), "a"});
  f.reopen();
  CHECK(f.outbox->state().last_seq == 2);
  CHECK(f.append({row("3", "c")})[0].seq == 3);
}

TEST_CASE("outbox: the same document again gets the first answer and writes nothing", "[agent][outbox]") {
  StoreFixture f;
  f.append({row("1", "doubtful")});
  for (int restart = 0; restart < 2; ++restart) {
    NewRow again = row("1", "doubtful", Instant{9'999});
    again.warnings = "";  // a later version might warn otherwise: the first answer counts
    const auto results = f.append({again});
    CHECK(results[0].status == AppendStatus::kDuplicate);
    CHECK(results[0].seq == 1);
    CHECK(results[0].event_id == again.event_id);
    CHECK(results[0].warnings == R"([{"code":"sum_mismatch"}])");
    CHECK(f.outbox->state().last_seq == 1);
    f.reopen();
  }
}

TEST_CASE("outbox: duplicates inside one transaction behave as duplicates", "[agent][outbox]") {
  StoreFixture f;
  const auto results = f.append({row("1", "a"), row("1", "a"), row("1", "b"), row("1", "b")});
  CHECK(results[0].status == AppendStatus::kAccepted);
  CHECK(results[1].status == AppendStatus::kDuplicate);
  CHECK(results[2].status == AppendStatus::kConflict);
  CHECK(results[3].status == AppendStatus::kConflict);
  CHECK(f.outbox->state().last_seq == 2);  // the document and one conflict fact
}

TEST_CASE("outbox: other content under the same identity is kept once per content", "[agent][outbox]") {
  StoreFixture f;
  f.append({row("1", "a")});
  for (int retry = 0; retry < 2; ++retry) {
    const auto results = f.append({row("1", "b")});
    CHECK(results[0].status == AppendStatus::kConflict);
    CHECK(results[0].seq == 1);
    CHECK(results[0].first_content_hash == hash_of("a"));
    CHECK(f.outbox->state().last_seq == 2);
    f.reopen();
  }
  f.append({row("1", "c")});
  const auto rows = *f.reader().rows(2, 10, 1'000);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].event.kind == wire::EventKind::kConflict);
  CHECK(rows[0].event.payload == "b");
  CHECK(rows[1].event.payload == "c");
  CHECK(f.append({row("1", "a")})[0].status == AppendStatus::kDuplicate);
}

TEST_CASE("outbox: without an identity key the event id stands in", "[agent][outbox]") {
  StoreFixture f;
  NewRow one = row("1", "a");
  NewRow two = row("2", "b");
  one.identity_key = two.identity_key = "";
  const auto results = f.append({one, two, one});
  CHECK(results[1].status == AppendStatus::kAccepted);
  CHECK(results[2].status == AppendStatus::kDuplicate);
}

TEST_CASE("outbox: what was rolled back never happened", "[agent][outbox]") {
  StoreFixture f;
  f.append({row("1", "a")});
  const OutboxState before = f.outbox->state();
  {
    auto transaction = sql::Transaction::begin(*f.connection);
    REQUIRE(f.outbox->append({row("2", "b")}));
    CHECK(f.outbox->state().last_seq == 2);
  }
  f.outbox->forget_uncommitted();
  CHECK(f.outbox->state().last_seq == 1);
  CHECK(f.outbox->state().last_chain == before.last_chain);
  const auto again = f.append({row("2", "b")});
  CHECK(again[0].status == AppendStatus::kAccepted);
  CHECK(again[0].seq == 2);
}

TEST_CASE("outbox: an acknowledgement never moves back within one life of the hub", "[agent][outbox]") {
  StoreFixture f;
  f.append({row("1", "a"), row("2", "b"), row("3", "c")});
  REQUIRE(f.acknowledge(2));
  REQUIRE(f.acknowledge(1));
  CHECK(f.outbox->state().acked_seq == 2);
  CHECK(f.outbox->state().acked_chain == f.chain(2));

  SECTION("another life of the hub may confirm less") {
    f.hub = random_fixed<IncarnationId>();
    REQUIRE(f.acknowledge(1));
    CHECK(f.outbox->state().acked_seq == 1);
    CHECK(f.outbox->state().incarnation == f.hub);
  }
  SECTION("the last seq can be confirmed, one beyond cannot") {
    REQUIRE(f.acknowledge(3));
    const auto beyond = f.outbox->acknowledge(f.hub, 4, ChainHash{});
    REQUIRE_FALSE(beyond);
    CHECK(beyond.error().code == ErrorCode::kInvalid);
  }
  f.reopen();
  CHECK(f.outbox->state().acked_seq != 0);
}

TEST_CASE("outbox: a rebase chains the rows anew under the new epoch", "[agent][outbox]") {
  StoreFixture f;
  f.append({row("1", "a"), row("2", "b"), row("3", "c")});
  REQUIRE(f.acknowledge(3));
  const auto epoch = random_fixed<EpochId>();
  const ChainHash seed = sync::chain_seed(epoch);

  SECTION("from the middle") {
    const OutboxState state = *f.rebase(epoch, 2);
    CHECK(state.epoch == epoch);
    CHECK(state.first_seq == 2);
    CHECK(state.acked_seq == 1);
    CHECK(state.acked_chain == seed);
    CHECK(state.last_seq == 3);
    CHECK(state.last_chain == sync::chain_next(sync::chain_next(seed, hash_of("b")), hash_of("c")));
    CHECK(*f.reader().chain_at(1) == seed);
    CHECK(*f.reader().chain_at(2) == sync::chain_next(seed, hash_of("b")));
    CHECK(*f.reader().chain_at(0) == std::nullopt);
    CHECK((*f.reader().rows(2, 1, 100))[0].chain == f.chain(2));
    f.reopen();
    CHECK(f.outbox->state().last_chain == state.last_chain);
  }
  SECTION("behind the last row: nothing is sent again") {
    const OutboxState state = *f.rebase(epoch, 4);
    CHECK(state.acked_seq == 3);
    CHECK(state.last_chain == seed);
    f.append({row("4", "d")});
    CHECK(f.chain(4) == sync::chain_next(seed, hash_of("d")));
  }
  SECTION("an epoch begins at 1 at the least and behind the last row at the most") {
    CHECK(f.rebase(epoch, 0).error().code == ErrorCode::kInvalid);
    f.outbox->forget_uncommitted();
    CHECK(f.rebase(epoch, 5).error().code == ErrorCode::kInvalid);
  }
  SECTION("a duplicate is still one after it") {
    REQUIRE(f.rebase(epoch, 1));
    CHECK(f.append({row("2", "b")})[0].status == AppendStatus::kDuplicate);
  }
}

TEST_CASE("outbox: a rebase of more rows than one step reaches every row", "[agent][outbox]") {
  StoreFixture f;
  constexpr int kRows = 2'500;
  std::vector<NewRow> rows;
  for (int i = 1; i <= kRows; ++i) rows.push_back(row(std::to_string(i), "d" + std::to_string(i)));
  REQUIRE(in_transaction(*f.connection, [&] { return f.outbox->append(std::span<const NewRow>(rows)); }));
  const auto epoch = random_fixed<EpochId>();
  REQUIRE(f.rebase(epoch, 1));
  ChainHash expected = sync::chain_seed(epoch);
  for (const NewRow& each : rows) expected = sync::chain_next(expected, each.content_hash);
  CHECK(f.outbox->state().last_chain == expected);
}

TEST_CASE("outbox: pruning takes acknowledged old payloads only, and never the newest row", "[agent][outbox]") {
  StoreFixture f;
  f.append({row("1", "a", Instant{10}), row("2", "b", Instant{20}), row("3", "c", Instant{30}), row("4", "d", Instant{40})});
  REQUIRE(f.acknowledge(2));
  const ChainHash chain_two = f.chain(2);

  CHECK(f.prune(10, 0).payloads == 0);  // received at the limit stays
  CHECK(f.prune(11, 0).payloads == 1);
  CHECK(f.outbox->state().oldest_held_seq == 2);
  CHECK(f.prune(1'000, 0).payloads == 1);  // 3 and 4 are not acknowledged
  CHECK(f.outbox->state().oldest_held_seq == 3);
  CHECK(*f.reader().chain_at(2) == chain_two);
  CHECK(*f.reader().chain_at(1) == std::nullopt);
  CHECK(f.append({row("1", "a")})[0].status == AppendStatus::kDuplicate);  // the answer outlives the payload

  REQUIRE(f.acknowledge(4));
  CHECK(f.prune(1'000, 0).payloads == 1);
  f.reopen();
  CHECK(f.outbox->state().last_seq == 4);
  CHECK(f.outbox->state().oldest_held_seq == 4);
  CHECK(f.append({row("5", "e")})[0].seq == 5);
}

TEST_CASE("outbox: a younger row between older ones holds pruning back, so that the rows stay dense", "[agent][outbox]") {
  StoreFixture f;
  f.append({row("1", "a", Instant{10}), row("2", "b", Instant{500}), row("3", "c", Instant{10}), row("4", "d", Instant{10})});
  REQUIRE(f.acknowledge(4));
  CHECK(f.prune(100, 0).payloads == 1);
  CHECK(f.outbox->state().oldest_held_seq == 2);
  CHECK(f.reader().rows(1, 10, 100)->size() == 3);
}

TEST_CASE("outbox: an identity goes only when it is old and its payload has gone", "[agent][outbox]") {
  StoreFixture f;
  f.append({row("1", "a", Instant{10}), row("1", "conflict", Instant{10}), row("2", "b", Instant{20}), row("3", "c", Instant{30})});
  CHECK(f.prune(0, 1'000).identities == 0);  // all wait
  REQUIRE(f.acknowledge(4));
  CHECK(f.prune(1'000, 10).identities == 0);
  const Pruned pruned = f.prune(1'000, 11);
  CHECK(pruned.identities == 1);
  CHECK(pruned.finished);
  const auto again = f.append({row("1", "conflict")});
  CHECK(again[0].status == AppendStatus::kAccepted);  // after 400 days the number is free again
  CHECK(f.append({row("2", "b")})[0].status == AppendStatus::kDuplicate);
}

TEST_CASE("outbox: one call prunes a bounded number and says that there is more", "[agent][outbox]") {
  StoreFixture f;
  std::vector<NewRow> rows;
  for (std::uint64_t i = 0; i < kPruneIdentitiesMax + 1; ++i) rows.push_back(row(std::to_string(i), "d", Instant{10}));
  REQUIRE(in_transaction(*f.connection, [&] { return f.outbox->append(std::span<const NewRow>(rows)); }));
  REQUIRE(f.acknowledge(rows.size()));
  const Pruned first = f.prune(100, 0);
  CHECK(first.payloads == kPruneRowsMax);
  CHECK_FALSE(first.finished);
  std::uint64_t payloads = first.payloads;
  for (int call = 0; call < 10; ++call) payloads += f.prune(100, 0).payloads;
  CHECK(payloads == rows.size() - 1);
  std::uint64_t identities = 0;
  bool finished = false;
  for (int call = 0; call < 10 && !finished; ++call) {
    const Pruned step = f.prune(100, 100);
    identities += step.identities;
    finished = step.finished;
  }
  CHECK(finished);
  CHECK(identities >= rows.size() - 1 - kPruneIdentitiesMax);
}

TEST_CASE("outbox: beyond its cap in bytes it drops young rows that the hub has confirmed, and none that waits", "[agent][outbox]") {
  StoreFixture f;
  std::vector<NewRow> rows;
  for (int i = 0; i < 40; ++i) rows.push_back(row(std::to_string(i), std::string(5'000, 'x'), Instant{1'000}));
  REQUIRE(in_transaction(*f.connection, [&] { return f.outbox->append(std::span<const NewRow>(rows)); }));
  REQUIRE(f.acknowledge(30));
  std::int64_t used = 0;
  REQUIRE(f.connection->query("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()", {},
                              [&](const sql::Row& found) { used = found.integer(0); }));
  const auto prune = [&](std::int64_t bytes_max) {
    return *in_transaction(*f.connection, [&] { return f.outbox->prune(Instant{0}, Instant{0}, bytes_max); });
  };
  CHECK(prune(used).payloads == 0);      // at the cap
  CHECK(prune(used - 1).payloads == 30); // one byte beyond
  CHECK(f.reader().rows(1, 100, 1'000'000)->size() == 10);
  CHECK(prune(used / 2).payloads == 0);  // the pages are free again: the rest fits
  CHECK(prune(0).payloads == 0);         // and what waits stays whatever the cap says
  CHECK(f.append({row("0", std::string(5'000, 'x'))})[0].status == AppendStatus::kDuplicate);
}

TEST_CASE("outbox: after a gap by pruning a rebase begins its chain at the first row that is held", "[agent][outbox]") {
  StoreFixture f;
  f.append({row("1", "a", Instant{10}), row("2", "b", Instant{10}), row("3", "c", Instant{10})});
  REQUIRE(f.acknowledge(3));
  CHECK(f.prune(100, 0).payloads == 2);
  const auto epoch = random_fixed<EpochId>();
  const OutboxState state = *f.rebase(epoch, 1);
  CHECK(state.acked_seq == 0);
  CHECK(state.oldest_held_seq == 3);
  CHECK(*f.reader().chain_at(2) == sync::chain_seed(epoch));
  CHECK(*f.reader().chain_at(3) == sync::chain_next(sync::chain_seed(epoch), hash_of("c")));
}

}  // namespace tillsync::agent
