// The real file (tests/README.md says where it is looked for), every row of it, through the mapping.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>

#include "common/contract/codec.h"
#include "packaging/demo.d/file_door.h"
#include "packaging/demo.d/trading_plan.h"

using namespace tillsync;
using namespace tillsync::demo;

namespace {

std::filesystem::path real_file() {
  const char* shared = std::getenv("TILLSYNC_SHARED_DATA");
  const char* source = std::getenv("TILLSYNC_SOURCE_DIR");
  const std::filesystem::path folder = shared != nullptr ? std::filesystem::path(shared)
                                                         : std::filesystem::path(source != nullptr ? source : ".") / ".." / "shared" / "data";
  return folder / "online-retail-2010-12-to-2011-05.csv.zst";
}

}  // namespace

TEST_CASE("real file: every invoice becomes a sound document and nothing is lost", "[demo]") {
  const auto path = real_file();
  if (!std::filesystem::exists(path)) {
    WARN("skipped: there is no " + path.string() + " (set TILLSYNC_SHARED_DATA to the folder that has it)");
    return;
  }
  const auto table = read_retail_file(path);
  REQUIRE(table);
  CHECK(table->row_count() == 209'029);
  CHECK(table->invoice_count() == 10'783);
  std::size_t returns = 0, adjustments = 0, doubtful = 0;
  std::int64_t lines = 0;
  std::set<std::string> countries;
  for (std::size_t n = 0; n < table->invoice_count(); ++n) {
    const Invoice invoice = table->invoice(n);
    countries.insert(invoice.country);
    lines += static_cast<std::int64_t>(invoice.lines.size());
    const InvoiceMeaning meaning = meaning_of(invoice);
    if (meaning == InvoiceMeaning::kReturn) ++returns;
    if (meaning == InvoiceMeaning::kAdjustment) ++adjustments;
  }
  CHECK(lines == 209'029);
  CHECK(countries.size() == 36);
  CHECK(returns == 1'677);
  CHECK(adjustments == 975);  // of 978 such invoices; the other three are DOT and POST, which are no goods

  auto plan = TradingPlan::make(*table, {1, 3});
  REQUIRE(plan);
  CHECK(plan->locations().size() == 37);  // and the warehouse
  CHECK(plan->products().size() == 3'514);
  std::set<std::string> erp_items;
  std::size_t renamed = 0;
  for (const auto& product : plan->products()) {
    CHECK(erp_items.insert(product.erp_item).second);
    if (product.erp_item.find('~') != std::string::npos) ++renamed;
  }
  CHECK(renamed == 88);

  std::size_t from_invoices = 0, closes = 0;
  std::map<std::pair<std::string, std::string>, std::int64_t> shelves;
  bool below_zero = false;
  for (;;) {
    const auto day = plan->next_day();
    REQUIRE(day);
    if (day->empty()) break;
    for (const auto& document : *day) {
      if (std::holds_alternative<Sale>(document.body) || std::holds_alternative<Return>(document.body)) ++from_invoices;
      if (const auto* movement = std::get_if<StockMovement>(&document.body); movement != nullptr && movement->type == "adjustment") ++from_invoices;
      if (std::holds_alternative<TillClose>(document.body)) ++closes;
      for (const auto& warning : check_document(document)) {
        UNSCOPED_INFO(document.header.document_no.value + " " + warning.code + " " + warning.pointer + " " + warning.detail);
        ++doubtful;
      }
      for (const auto& [sku, change] : stock_changes(document)) {
        auto& shelf = shelves[{document.header.location.value, sku.value}];
        shelf += change.milli;
        below_zero = below_zero || shelf < 0;
      }
    }
  }
  CHECK(from_invoices == 10'783);
  CHECK(closes > 728);  // one per till, store and date, and the warehouse's
  CHECK(doubtful == 0);
  CHECK_FALSE(below_zero);
}
