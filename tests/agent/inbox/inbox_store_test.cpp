#include <catch2/catch.hpp>

#include "agent/inbox/inbox.h"
#include "common/contract/masterdata.h"
#include "tests/agent/data_folder.h"

namespace tillsync::agent {
namespace {

wire::InboxItem product_item(std::uint64_t no, const std::string& sku, std::vector<std::string> gtins, std::int64_t version = 1) {
  Product product;
  product.sku = Sku(sku);
  product.version = version;
  for (auto& gtin : gtins) {
    Gtin& added = product.gtins.emplace_back();
    added.gtin = gtin;
  }
  return {no, "product/1", sku, encode_product(product)};
}

struct Fixture {
  TemporaryFolder folder;
  std::unique_ptr<sql::Connection> connection = open_database(folder);
  std::unique_ptr<Inbox> inbox = std::move(*Inbox::open(*connection));
  InboxReader reader{*connection};

  void append(std::vector<wire::InboxItem> items) {
    REQUIRE(in_transaction(*connection, [&] { return inbox->append(items); }));
  }
  std::uint64_t prune(std::int64_t seen_since) {
    return *in_transaction(*connection, [&] { return inbox->prune(Instant{seen_since}); });
  }
  std::vector<std::uint64_t> numbers(std::uint64_t after = 0) {
    std::vector<std::uint64_t> numbers;
    const auto items = *reader.items(after, 100);
    for (const auto& item : items) numbers.push_back(item.no);
    return numbers;
  }
};

using Numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("inbox: items are kept in order and survive a restart", "[agent][inbox]") {
  Fixture f;
  CHECK(*f.reader.last_no() == 0);
  f.append({{1, "pick/1", "O-1", "one"}, {2, "pick/1", "O-2", "two"}});
  f.inbox.reset();
  f.connection.reset();
  f.connection = open_database(f.folder);
  f.inbox = std::move(*Inbox::open(*f.connection));
  InboxReader reader(*f.connection);
  CHECK(*reader.last_no() == 2);
  const auto items = *reader.items(1, 10);
  REQUIRE(items.size() == 1);
  CHECK(items[0] == wire::InboxItem{2, "pick/1", "O-2", "two"});
  CHECK(reader.items(0, 1)->size() == 1);
}

TEST_CASE("inbox: items that were here already change nothing", "[agent][inbox]") {
  Fixture f;
  f.append({{1, "pick/1", "O-1", "one"}, {2, "pick/1", "O-2", "two"}});
  f.append({{1, "pick/1", "O-1", "changed"}, {2, "pick/1", "O-2", "changed"}, {3, "pick/1", "O-3", "three"}});
  CHECK(f.numbers() == Numbers{1, 2, 3});
  CHECK((*f.reader.items(0, 1))[0].payload == "one");
}

TEST_CASE("inbox: a newer item of the same kind and key replaces the older one", "[agent][inbox]") {
  Fixture f;
  f.append({product_item(1, "A", {}), {2, "note/1", "", "x"}, {3, "note/1", "", "y"}, product_item(4, "A", {}, 2)});
  CHECK(f.numbers() == Numbers{2, 3, 4});  // an empty key replaces nothing
  CHECK(decode_product(**f.reader.product("A"))->version == 2);
}

TEST_CASE("inbox: a product is found by SKU, else by the GTIN of any pack", "[agent][inbox]") {
  Fixture f;
  f.append({product_item(1, "0012", {"400638133393"}), product_item(2, "B", {"0012", "77"})});
  CHECK(decode_product(**f.reader.product("400638133393"))->sku.value == "0012");
  CHECK(decode_product(**f.reader.product("0012"))->sku.value == "0012");  // the SKU goes before B's GTIN
  CHECK(decode_product(**f.reader.product("77"))->sku.value == "B");
  CHECK_FALSE(f.reader.product("12")->has_value());  // leading zeros count
  f.append({product_item(3, "B", {"88"})});
  CHECK_FALSE(f.reader.product("77")->has_value());
  CHECK(f.reader.product("88")->has_value());
}

TEST_CASE("inbox: a product that cannot be read is delivered all the same", "[agent][inbox]") {
  Fixture f;
  f.append({{1, "product/1", "A", "garbage"}});
  CHECK(f.numbers() == Numbers{1});
}

TEST_CASE("inbox: each consumer has a cursor of its own that never moves back", "[agent][inbox]") {
  Fixture f;
  f.append({{1, "pick/1", "a", ""}, {2, "pick/1", "b", ""}});
  REQUIRE(f.inbox->acknowledge("GB-1", 2, Instant{1}));
  REQUIRE(f.inbox->acknowledge("GB-1", 1, Instant{2}));
  CHECK(*f.reader.cursor("GB-1") == 2);
  CHECK(*f.reader.cursor("GB-2") == 0);
  CHECK(f.inbox->acknowledge("GB-2", 3, Instant{1}).error().code == ErrorCode::kInvalid);
}

TEST_CASE("inbox: only what every recent consumer has read is dropped, products stay", "[agent][inbox]") {
  Fixture f;
  f.append({{1, "pick/1", "a", ""}, product_item(2, "A", {}), {3, "pick/1", "b", ""}, {4, "pick/1", "c", ""}, {5, "pick/1", "d", ""}});
  CHECK(f.prune(0) == 0);  // no consumer yet
  REQUIRE(f.inbox->acknowledge("GB-1", 5, Instant{100}));
  REQUIRE(f.inbox->acknowledge("GB-2", 1, Instant{50}));
  CHECK(f.prune(50) == 1);
  CHECK(f.numbers() == Numbers{2, 3, 4, 5});
  CHECK(f.prune(51) == 2);  // GB-2 has not been seen for too long; the newest item stays
  CHECK(f.numbers() == Numbers{2, 5});
  CHECK(*f.reader.last_no() == 5);
}

TEST_CASE("inbox: the newest item of a kind and key", "[agent][inbox]") {
  Fixture f;
  CHECK_FALSE(*f.reader.newest("config/1", "config"));
  f.append({{1, "config/1", "config", "one"}, {2, "config/1", "other", "no"}, {3, "config/1", "config", "two"}});
  CHECK(*f.reader.newest("config/1", "config") == std::optional<Bytes>("two"));
}

}  // namespace tillsync::agent
