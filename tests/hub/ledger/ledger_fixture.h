// A hub with intake and ledger, and short ways to ask for stock.
#pragma once

#include "hub/exceptions/exceptions_stage.h"
#include "hub/intake/intake_stage.h"
#include "hub/ledger/ledger_stage.h"
#include "hub/ledger/stock_reader.h"
#include "hub/masterdata/masterdata_store.h"
#include "tests/hub/writer/hub_fixture.h"

namespace tillsync::hub::test {

struct LedgerHub {
  HubDatabase database;
  TestHub hub{database.connection(), stages<IntakeStage, LedgerStage, ExceptionsStage>()};
  AgentFeed feed;
  StockReader reader{database.connection()};

  std::vector<DocumentOutcome> take(std::vector<IncomingDocument> documents) { return hub.commit(feed.batch(std::move(documents))); }
  std::vector<DocumentOutcome> take(const Document& document) { return take(std::vector<IncomingDocument>{incoming(document)}); }

  /// Units of all lots; state "" = all states.
  std::int64_t on_hand(const std::string& sku, const std::string& state = "sellable", const std::string& location = "GB") {
    StockFilter filter;
    filter.location = LocationId(location);
    filter.sku = Sku(sku);
    filter.state = state;
    filter.limit = kStockPageMax;
    const auto page = reader.list(filter);
    REQUIRE(page);
    std::int64_t milli = 0;
    for (const StockRecord& record : page->stock) milli += record.on_hand.milli;
    return milli / 1'000;
  }
  std::int64_t on_hand_of_lot(const std::string& sku, const std::string& lot) {
    return database.number("SELECT coalesce(sum(on_hand_milli), 0) / 1000 FROM stock_balance WHERE sku = '" + sku + "' AND lot = '" + lot + "'");
  }
  std::int64_t open(const std::string& code) {
    return database.number("SELECT count(*) FROM exception_case WHERE status = 'open' AND code = '" + code + "'");
  }
  std::vector<std::string> movements() {
    return database.texts("SELECT movement || ' ' || (change_milli / 1000) FROM stock_entry ORDER BY entry_no");
  }
  void put_product(const std::string& sku, const std::string& gtin = {}) {
    Product product;
    product.sku = Sku(sku);
    if (!gtin.empty()) product.gtins.push_back(Gtin{gtin, {}, {}});
    REQUIRE(put_products(database.connection(), {product}, "test", kNow));
  }
};
using Texts = std::vector<std::string>;

inline Document count(std::string no, std::vector<MovementLine> lines, Instant occurred_at = kMorning, std::string count_id = {},
                      bool is_final = false, std::string scope = "partial") {
  Document made = movement(std::move(no), "count", std::move(lines), occurred_at);
  auto& body = std::get<StockMovement>(made.body);
  body.count_id = std::move(count_id);
  body.final_count = is_final;
  body.scope = std::move(scope);
  return made;
}
inline Lot lot(std::string name, std::int64_t units) {
  Lot made;
  made.lot = std::move(name);
  made.qty = Quantity{units * 1'000};
  return made;
}

}  // namespace tillsync::hub::test
