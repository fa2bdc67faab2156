#include "agent/quota/quota_store.h"

#include <catch2/catch.hpp>

#include "agent/ingest/ingest.h"
#include "common/sql/sqlite.h"

using namespace tillsync;
using namespace tillsync::agent;

namespace {

constexpr Instant kStoreNow{1'800'000'000'000'000};

struct QuotaDatabase {
  std::unique_ptr<sql::Connection> connection;
  std::unique_ptr<Outbox> outbox;
  std::unique_ptr<Quota> quota;
  std::uint64_t item_no = 0;

  QuotaDatabase() {
    sql::SqliteOptions options;
    options.path = ":memory:";
    connection = std::move(*sql::open_sqlite(options));
    outbox = std::move(*Outbox::open(*connection));
    quota = std::move(*Quota::open(*connection, [](const Document& document, Instant now) { return row_of(document, LocationId("GB"), now); }));
  }
  template <class Work>
  auto in_transaction(Work work) {
    REQUIRE(connection->begin());
    auto result = work();
    if (!result) FAIL(to_string(result.error()));
    REQUIRE(connection->commit());
    return result;
  }
  void item(const std::string& kind, const std::string& key, const std::string& payload, Instant now = kStoreNow) {
    const std::vector<wire::InboxItem> items = {{++item_no, kind, key, payload}};
    in_transaction([&] { return quota->take_items(items, *outbox, now); });
  }
  void lease(const std::string& id, const std::string& qty, const std::string& state = "open", const std::string& ttl_s = "600", Instant now = kStoreNow) {
    item("lease/1", id, R"({"lease_id":")" + id + R"(","location":"GB","sku":"A","state":")" + state + R"(","qty":")" + qty + R"(","ttl_s":)" + ttl_s + "}", now);
  }
  void shelf(const std::string& on_hand, const std::string& reserved) {
    item("shelf/1", "A", R"({"sku":"A","on_hand":")" + on_hand + R"(","reserved":")" + reserved + R"(","leased":"0"})");
  }
  std::optional<std::string> promise(const std::string& key, std::int64_t units) {
    ReservationRequest request;
    request.idempotency_key = key;
    ReservationLine line;
    line.line_no = 1;
    line.sku = Sku("A");
    line.qty = Quantity{units * 1'000};
    request.lines = {line};
    return *in_transaction([&] { return quota->promise(request, reservation_hash(request), LocationId("GB"), "p-" + key, *outbox, kStoreNow); });
  }
  std::vector<std::string> documents() {
    std::vector<std::string> names;
    const auto rows = OutboxReader(*connection).rows(1, 1'000, 10'000'000);
    REQUIRE(rows);
    for (const OutboxRow& row : *rows) {
      const auto document = decode_document(row.event.payload);
      REQUIRE(document);
      names.push_back(document->header.contract + " " + document->header.document_no.value);
      if (const auto* close = std::get_if<LeaseClose>(&document->body)) names.back() += " " + format_quantity(close->used) + "+" + format_quantity(close->unused);
    }
    return names;
  }
  std::optional<QuotaLease> only_lease() {
    const auto all = quota->leases();
    REQUIRE(all);
    if (all->empty()) return std::nullopt;
    REQUIRE(all->size() == 1);
    return (*all)[0];
  }
  std::vector<SoldUnits> elsewhere(std::int64_t units, const std::string& reservation_id = {}) {
    const std::vector<SoldUnits> sold = {{0, Sku("A"), units * 1'000, reservation_id}};
    const auto found = quota->promised_elsewhere(sold);
    REQUIRE(found);
    return *found;
  }
  void sell(std::int64_t units, std::uint64_t seq, const std::string& reservation_id = {}) {
    const std::vector<SoldUnits> sold = {{0, Sku("A"), units * 1'000, reservation_id}};
    in_transaction([&] { return quota->note_sold(sold, seq); });
  }
};
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("quota store: a promise, its lease and its document are one", "[agent][quota]") {
  QuotaDatabase database;
  CHECK_FALSE(database.promise("k-0", 1));
  database.lease("l_1", "3");
  CHECK(database.promise("k-1", 2));
  CHECK(database.only_lease()->used_milli == 2'000);
  CHECK(database.documents() == Names{"promise/1 p-k-1"});
  CHECK_FALSE(database.promise("k-2", 2));
  CHECK(database.quota->find_request("k-1")->value().state == RequestState::kPromised);
  CHECK(database.quota->find_promise("p-k-1")->value().status == 201);
  CHECK_FALSE(database.quota->find_promise("p-nobody")->has_value());
}

TEST_CASE("quota store: a lease is closed behind its last promise, once, and then forgotten", "[agent][quota]") {
  QuotaDatabase database;
  database.lease("l_1", "3");
  database.promise("k-1", 1);
  database.lease("l_1", "3", "ending");
  CHECK(database.documents() == Names{"promise/1 p-k-1", "lease-close/1 l_1 1+2"});
  CHECK(database.only_lease()->state == QuotaState::kClosed);
  CHECK_FALSE(database.promise("k-2", 1));
  database.lease("l_1", "3", "ending");
  database.lease("l_1", "3", "open");  // a renewal that crossed the close
  CHECK(database.documents().size() == 2);
  CHECK(database.only_lease()->state == QuotaState::kClosed);
  database.lease("l_1", "3", "closed");
  CHECK_FALSE(database.only_lease());
}

TEST_CASE("quota store: time ends a lease by the agent's clock, and renewing moves it", "[agent][quota]") {
  QuotaDatabase database;
  database.lease("l_1", "3", "open", "600");
  const auto look = [&](Instant now) { return *database.in_transaction([&] { return database.quota->close_ended(*database.outbox, now); }); };
  CHECK(look(kStoreNow + seconds(599)) == kStoreNow + seconds(600));
  database.lease("l_1", "3", "open", "600", kStoreNow + seconds(500));
  CHECK(look(kStoreNow + seconds(700)) == kStoreNow + seconds(1'100));
  CHECK(database.documents().empty());
  CHECK_FALSE(look(kStoreNow + seconds(1'100)));
  CHECK(database.documents() == Names{"lease-close/1 l_1 0+3"});
  CHECK_FALSE(look(kStoreNow + seconds(9'000)));
  CHECK(database.documents().size() == 1);
}

TEST_CASE("quota store: an item that comes again changes nothing", "[agent][quota]") {
  QuotaDatabase database;
  database.lease("l_1", "3");
  database.promise("k-1", 2);
  const std::vector<wire::InboxItem> again = {{1, "lease/1", "l_1", R"({"lease_id":"l_1","location":"GB","sku":"A","state":"open","qty":"9","ttl_s":9})"}};
  database.in_transaction([&] { return database.quota->take_items(again, *database.outbox, kStoreNow); });
  CHECK(database.only_lease()->qty_milli == 3'000);
  CHECK(database.only_lease()->used_milli == 2'000);
  database.item("lease/1", "x", "no lease at all");
  database.item("product/1", "A", "…");
}

TEST_CASE("quota store: a new epoch freezes what is open, and no later word opens it", "[agent][quota]") {
  QuotaDatabase database;
  database.lease("l_1", "3");
  database.in_transaction([&] { return database.quota->freeze(); });
  CHECK_FALSE(database.promise("k-1", 1));
  database.lease("l_1", "3", "open");
  CHECK(database.only_lease()->state == QuotaState::kFrozen);
  database.lease("l_1", "3", "ending");
  CHECK(database.documents().empty());  // a person decides
  database.lease("l_1", "3", "forced");
  CHECK_FALSE(database.only_lease());
}

TEST_CASE("quota store: what was sent is answered once; what the hub did not decide is free again", "[agent][quota]") {
  QuotaDatabase database;
  const ContentHash hash;
  Quota& quota = *database.quota;
  database.in_transaction([&] { return quota.note_sent("k", hash, kStoreNow); });
  CHECK(quota.find_request("k")->value().state == RequestState::kSent);
  database.in_transaction([&] { return quota.forget_request("k"); });
  CHECK_FALSE(quota.find_request("k")->has_value());
  database.in_transaction([&] { return quota.note_sent("k", hash, kStoreNow); });
  database.in_transaction([&] { return quota.note_answer("k", 409, "short"); });
  database.in_transaction([&] { return quota.note_answer("k", 201, "late"); });
  database.in_transaction([&] { return quota.forget_request("k"); });
  CHECK(quota.find_request("k")->value().answer == "short");
  CHECK(*database.in_transaction([&] { return quota.prune(kStoreNow); }) == 0);
  CHECK(*database.in_transaction([&] { return quota.prune(kStoreNow + Duration{1}); }) == 1);
  CHECK_FALSE(quota.find_request("k")->has_value());
}

TEST_CASE("quota store: what is sold is held against what is known to be reserved", "[agent][quota]") {
  QuotaDatabase database;
  CHECK_FALSE(database.quota->is_watching());
  CHECK(database.elsewhere(5).empty());  // nothing is known
  database.shelf("5", "3");
  CHECK(database.quota->is_watching());
  CHECK(database.elsewhere(2).empty());
  REQUIRE(database.elsewhere(3).size() == 1);
  CHECK(database.elsewhere(3)[0].qty_milli == 1'000);
  CHECK(database.elsewhere(9)[0].qty_milli == 7'000);
  CHECK(database.elsewhere(3, "r_1").empty());  // it is the customer's own
  CHECK(database.elsewhere(-3).empty());
  database.sell(2, 1);
  CHECK(database.elsewhere(1)[0].qty_milli == 1'000);
  database.sell(3, 2, "r_1");  // fetched: on hand and reserved fall together
  CHECK(database.elsewhere(1).size() == 1);
  database.shelf("9", "0");
  CHECK(database.elsewhere(9).empty());
}

TEST_CASE("quota store: an own promise counts at once", "[agent][quota]") {
  QuotaDatabase database;
  database.lease("l_1", "2");
  database.item("shelf/1", "A", R"({"sku":"A","on_hand":"3","reserved":"0","leased":"2"})");
  CHECK(database.elsewhere(3).empty());
  database.promise("k-1", 2);
  CHECK(database.elsewhere(1).empty());
  CHECK(database.elsewhere(2)[0].qty_milli == 1'000);
}
