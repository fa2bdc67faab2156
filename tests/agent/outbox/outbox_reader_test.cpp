#include <catch2/catch.hpp>

#include "agent/outbox/outbox.h"
#include "tests/agent/data_folder.h"

namespace tillsync::agent {
namespace {

struct Fixture {
  TemporaryFolder folder;
  std::unique_ptr<sql::Connection> connection = open_database(folder);
  OutboxReader reader{*connection};
  std::unique_ptr<Outbox> outbox;

  void append(int number, std::size_t bytes, Instant received_at = Instant{5}) {
    NewRow row;
    row.identity_key = std::to_string(number);
    row.content_hash.data[0] = static_cast<char>(number);
    row.received_at = received_at;
    row.payload = Bytes(bytes, 'x');
    REQUIRE(in_transaction(*connection, [&] { return outbox->append({row}); }));
  }
};

}  // namespace

TEST_CASE("outbox reader: a database without an outbox is an error", "[agent][outbox]") {
  Fixture f;
  CHECK_FALSE(f.reader.state());
  CHECK_FALSE(f.reader.stats());
}

TEST_CASE("outbox reader: a batch ends at its count, at its bytes, and holds one row at the least", "[agent][outbox]") {
  Fixture f;
  f.outbox = std::move(*Outbox::open(*f.connection));
  CHECK(f.reader.rows(1, 10, 100)->empty());
  for (int i = 1; i <= 4; ++i) f.append(i, 100);
  CHECK(f.reader.rows(1, 3, 10'000)->size() == 3);
  CHECK(f.reader.rows(1, 10, 10'000)->size() == 4);
  CHECK(f.reader.rows(1, 10, 300)->size() == 3);
  CHECK(f.reader.rows(1, 10, 299)->size() == 2);
  CHECK(f.reader.rows(1, 10, 1)->size() == 1);
  const auto rows = *f.reader.rows(3, 10, 10'000);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].seq == 3);
  CHECK(f.reader.rows(5, 10, 100)->empty());
}

TEST_CASE("outbox reader: statistics tell what waits and since when", "[agent][outbox]") {
  Fixture f;
  f.outbox = std::move(*Outbox::open(*f.connection));
  OutboxStats stats = *f.reader.stats();
  CHECK(stats.waiting == 0);
  CHECK(stats.oldest_waiting == std::nullopt);
  f.append(1, 10, Instant{10});
  f.append(2, 10, Instant{20});
  stats = *f.reader.stats();
  CHECK(stats.waiting == 2);
  CHECK(stats.oldest_waiting == Instant{10});
  CHECK(stats.rows == 2);
  CHECK(stats.bytes > 0);
  REQUIRE(f.outbox->acknowledge(random_fixed<IncarnationId>(), 1, f.reader.chain_at(1)->value()));
  stats = *f.reader.stats();
  CHECK(stats.waiting == 1);
  CHECK(stats.oldest_waiting == Instant{20});
  CHECK(stats.rows == 2);
}

TEST_CASE("outbox reader: a chain that was never given is unknown", "[agent][outbox]") {
  Fixture f;
  f.outbox = std::move(*Outbox::open(*f.connection));
  f.append(1, 10);
  CHECK(f.reader.chain_at(0)->has_value());
  CHECK(f.reader.chain_at(1)->has_value());
  CHECK_FALSE(f.reader.chain_at(2)->has_value());
}

}  // namespace tillsync::agent
