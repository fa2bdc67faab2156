// The whole demo on paper: which stores and products there are, and every document of every till in the order of time, one
// business date after the other. The same file and seed always give the same plan. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/contract/masterdata.h"
#include "packaging/demo.d/retail_table.h"
#include "packaging/demo.d/sums.h"
#include "packaging/demo.d/supply.h"
#include "packaging/demo.d/till_book.h"
#include "packaging/demo.d/trade.h"

namespace tillsync::demo {

class TradingPlan {
 public:
  /// Reads all invoices once, for demand and products. table must outlive the plan. kInvalid when it has no row.
  static Result<TradingPlan> make(const RetailTable& table, const TradeRules& rules);

  /// Stores by id, then the warehouse, each with its tills.
  const std::vector<Location>& locations() const { return locations_; }
  /// Every stock code of the file, by code. `erp_item` differs from the SKU where another SKU differs by case only.
  const std::vector<Product>& products() const { return products_; }

  /// All documents of the next business date in the order in which they happen: opening stock (once per store), goods
  /// received and transferred, invoices, and the close of every till of each location that did anything. Empty at the end.
  Result<std::vector<Document>> next_day();
  void rewind();
  /// What all days add up to; leaves the plan rewound.
  Result<SumsByLocation> total();

 private:
  TradingPlan(const RetailTable& table, const TradeRules& rules) : table_(&table), rules_(rules) {}

  const Location& location(const LocationId& id) const;
  TillBook& book(const LocationId& location, const TillId& till);
  void enter(std::vector<Document>& day, Document document);

  const RetailTable* table_;
  TradeRules rules_;
  std::vector<Location> locations_;
  std::vector<Product> products_;
  std::map<std::string, Date> first_dates_;  // by location id
  Supply supply_;

  std::size_t next_invoice_ = 0;
  std::map<std::string, TillBook> books_;    // by till id
};

/// "85123a" keeps its SKU but gets the ERP item "85123A~2" when "85123A" is a product too. ordered: by SKU.
void name_erp_items(std::vector<Product>& products);

}  // namespace tillsync::demo
